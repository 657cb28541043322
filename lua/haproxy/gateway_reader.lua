-- Gateways and routes of the table, checked, in the form that decisions are taken from. See
-- docs/formats/table.md.
local use = ...
local condition_index = use("condition_index")
local condition_reader = use("condition_reader")
local fields = use("fields")
local request = use("request")
local split = use("split")

local gateway_reader = {}

local WHOLE = split.whole
local U32_MAX = 0xFFFFFFFF
local COUNT_MAX = 1 << 31
local SECONDS_MAX = 1 << 53
local STICKY = { route = true, instance = true }
local SECURE = { always = true, never = true }
local GROUP_MAX = 9

local function read_split(map)
  if map.split == nil then return nil end
  local written = fields.array(map, "split")
  local kind = fields.text(written, 1)
  if not split.kinds[kind] then error("'split' has an unknown kind", 0) end
  if kind == "src" then return { kind = kind } end
  local name = fields.text(written, 2)
  return { kind = kind, name = kind == "header" and request.to_lower(name) or name }
end

function gateway_reader.gateway(map)
  local gateway = {
    name = fields.filled_text(map, "name"),
    hosts_left = fields.integer(map, "hosts", 0, COUNT_MAX, 0),
    routes_left = fields.integer(map, "routes", 0, COUNT_MAX, 0),
    cookie = fields.text(map, "cookie", ""),
    sticky = fields.choice(map, "sticky", STICKY),
    same_site = fields.text(map, "same_site", ""),
    domain = fields.text(map, "domain", ""),
    secure = fields.choice(map, "secure", SECURE),
    split = read_split(map),
    evict_at_zero = fields.flag(map, "evict_at_zero"),
    strict = fields.flag(map, "strict"),
    allow_forced = fields.flag(map, "allow_forced"),
    routes = {},
    weighted = {},  -- those with a share
    share_sum = 0,
    by_tag = {},
    index = condition_index.new(),
  }
  if gateway.sticky then
    fields.filled_text(map, "cookie")
    gateway.ttl = fields.integer(map, "ttl", 0, SECONDS_MAX)
    gateway.idle = fields.integer(map, "idle", 0, SECONDS_MAX)
    gateway.path = fields.text(map, "path")
  end
  return gateway
end

local function read_pieces(map)
  local pieces = {}
  for i, piece in ipairs(fields.array(map, "pieces")) do
    if type(piece) ~= "string" then piece = fields.integer(map.pieces, i, 0, GROUP_MAX) end
    pieces[i] = piece
  end
  return pieces
end

local function read_rewrites(map)
  local written = fields.array(map, "rewrites")
  local rewrites = {}
  for i = 1, #written do
    local rule = fields.map(written, i)
    rewrites[i] = { pieces = read_pieces(rule) }
    if rule.condition ~= nil then
      rewrites[i].condition = condition_reader.read(fields.map(rule, "condition"))
    end
  end
  return rewrites
end

local function read_condition(map)
  local condition = condition_reader.read(map)
  condition.strength = fields.integer(map, "strength", 0, WHOLE)
  condition.tag = fields.integer(map, "tag", 1, U32_MAX)
  return condition
end

-- Where it serves: a backend, or the gateway that it refers to.
local function read_destination(map, route)
  if map.next == nil then
    route.backend = fields.filled_text(map, "backend")
  elseif map.backend == nil then
    route.next = fields.filled_text(map, "next")
  else
    error("a route has both a backend and 'next'", 0)
  end
end

-- The next route of the gateway.
function gateway_reader.add_route(gateway, map)
  local route = {
    name = fields.filled_text(map, "name"),
    share = fields.integer(map, "share", 0, WHOLE, 0),
    tag = fields.integer(map, "tag", 1, U32_MAX),
  }
  read_destination(map, route)
  if map.rewrites ~= nil then route.rewrites = read_rewrites(map) end
  local position = #gateway.routes + 1
  gateway.routes[position] = route
  if not gateway.by_tag[route.tag] then gateway.by_tag[route.tag] = route end
  if route.share > 0 then
    gateway.weighted[#gateway.weighted + 1] = route
    gateway.share_sum = gateway.share_sum + route.share
  end
  if map.condition ~= nil then
    route.condition = read_condition(fields.map(map, "condition"))
    gateway.index:add(position, route.condition)
  end
end

-- After its last record.
function gateway_reader.check(gateway)
  local sum = gateway.share_sum
  if sum ~= 0 and sum ~= WHOLE then
    error("the shares of gateway " .. gateway.name .. " sum to " .. sum, 0)
  end
end

return gateway_reader
