-- The decision: a pure function of table, request and context, by the rules of docs/decisions.md.
-- Twin: spoa/routing/decision.cc, whose steps stand here in the same order.
--
-- The request is as request.lua takes it. The context has
--   now                                        Unix seconds
--   strength(tier), weight(tier)               a roll, 0 to below 1; a tier is a text
--   hmac(bytes, secret_base64)                 HMAC-SHA256, raw
--   xxh64(bytes)                               64-bit integer
--   match(subject, pattern, ignore_case, n)    text of the group n, 0 to 9; nil: no match
-- Fields that are nil where a table is made only make room for what comes later.
--
-- The decision is { reason, first, alternate }; a choice has the gateway, the route that serves (if
-- any), its rewritten path, and the token to set with the sticky gateway whose cookie it is.
local use = ...
local request = use("request")
local rewrite = use("rewrite")
local split = use("split")
local visitor_memory = use("visitor_memory")

local decide = {}

local HOST_BYTES = 255  -- longer ones belong only to "*"

-- What `tier_of` in spoa/routing/compile.cc hashes.
local WEIGHT_TIER = { first = "\0\0weights", alternate = "\0\0alternates" }
local STRENGTH_TIER = { first = "\0strength", alternate = "\0alternate strength" }

-- By a host in normalised form: exact name, longest "*.suffix", "*".
local function find_by_host(tables, host)
  local exact = tables.hosts[host]
  if exact then return exact end
  if #host <= HOST_BYTES and next(tables.suffixes) then
    local dot = host:find(".", 2, true)
    while dot do
      local found = tables.suffixes[host:sub(dot)]
      if found then return found end
      dot = host:find(".", dot + 1, true)
    end
  end
  return tables.any_host
end

-- Step 1: the gateway that the frontend names, or else the one of the host.
local function choose_gateway(tables, facts)
  local name = facts.gateway
  if name and name ~= "" then return tables.gateways[name] end
  return find_by_host(tables, facts.host_name)
end

-- Step 2: a signed override names the route.
local function by_override(way, stop)
  local forced = stop.memory.forced_route
  if not forced or split.is_left_out(way.without, forced) then return false end
  stop.route, stop.reason = forced, "forced"
  return true
end

local function roll_strength(way, stop, route, purpose)
  if stop.key then return split.keyed_strength_roll(stop.key, route.condition.tag) end
  local tier = stop.gateway.name .. "\0" .. route.name .. STRENGTH_TIER[purpose]
  return way.context.strength(tier)
end

-- What a visitor's token remembers of the condition stands, but for a lost one whose roll the
-- strength has passed since, and a taken one that is evicted.
local function strength_takes(way, stop, route, purpose)
  local condition = route.condition
  local strength = condition.strength
  local known = stop.memory:outcome(condition)
  local taken, roll
  if known then
    taken, roll = known.taken, known.roll
    if taken and strength == 0 and stop.gateway.evict_at_zero then taken = false end
    if not taken then taken = roll < strength end
  else
    local drawn = roll_strength(way, stop, route, purpose)
    taken, roll = drawn < strength / split.whole, split.step_of_roll(drawn)
  end
  stop.memory:remember_outcome({ tag = condition.tag, taken = taken, roll = roll })
  return taken
end

-- Step 3: only the first condition that holds counts. Lost, it leaves the request to the weights.
local function by_condition(way, stop, purpose)
  local gateway = stop.gateway
  local position = gateway.index:first(way.facts, way.context)
  local route = position and gateway.routes[position]
  if not route or not strength_takes(way, stop, route, purpose) then return false end
  if split.is_left_out(way.without, route) then return false end
  stop.route, stop.reason = route, "condition"
  return true
end

-- By key or by roll, over all routes that are not left out. Rolls only where there is a share to
-- settle. Decided again, a gateway's roll is the position of its last one, where there is one.
local function place_by_weights(way, stop, purpose)
  local gateway = stop.gateway
  stop.route = nil
  if split.share_sum(gateway, way.without) == 0 then return false end
  stop.reason = "weight"
  if stop.key then
    stop.route, stop.position = split.place_by_key(gateway, way.without, stop.key), nil
    return true
  end
  local roll = stop.position or way.context.weight(gateway.name .. WEIGHT_TIER[purpose])
  stop.route, stop.position = split.place_by_roll(gateway, way.without, roll)
  return true
end

-- Step 4: weights over all routes, those with a condition included; a sticky visitor stays. One
-- whose own route is down keeps it in the token and comes back; one without a route is pinned to
-- the one that serves.
local function by_weights(way, stop, purpose)
  local kept = stop.memory.weight_route
  if kept and not split.is_left_out(way.without, kept) then
    stop.route, stop.reason, stop.position = kept, "sticky", nil
    return true
  end
  if not place_by_weights(way, stop, purpose) then return false end
  if not kept then stop.memory:remember_weight_route(stop.route) end
  return true
end

-- Steps 2 to 5.
local function decide_in(way, gateway, purpose)
  local facts, context = way.facts, way.context
  local stop = {
    gateway = gateway,
    memory = visitor_memory.new(gateway, facts, way.tables.keys, context),
    key = split.key_of(gateway, facts, context),
    reason = "none", route = nil, position = nil,
  }
  if not by_override(way, stop) and not by_condition(way, stop, purpose) then
    by_weights(way, stop, purpose)
  end
  way[#way + 1] = stop
end

-- Goes on along references until a route serves or a gateway decides nothing. That they end was
-- checked when the table was read.
local function follow(way, purpose)
  local route = way[#way].route
  while route and route.next do
    decide_in(way, way.tables.gateways[route.next], purpose)
    route = way[#way].route
  end
end

-- The way's last route, with its rewritten path and the token of the sticky gateway on the way. The
-- token also where no route serves, or a visitor whom a condition let go would try again with each
-- request until it takes. A tester's override leaves no trace in the browser.
local function choice_at_end_of(way)
  local last = way[#way]
  local route = last.route
  local choice = {
    gateway = last.gateway, route = route,
    path = route and rewrite.path(route, way.facts, way.context), token = nil, token_gateway = nil,
  }
  for i = 1, #way do
    local stop = way[i]
    if stop.memory.forced_route then
      choice.token, choice.token_gateway = nil, nil
      break
    end
    if stop.gateway.sticky then
      choice.token = stop.memory:token_to_set(way.context.now)
      choice.token_gateway = choice.token and stop.gateway
    end
  end
  return choice
end

-- Another route that could serve where the first one's backend has no server: step 4 again in the
-- deepest gateway without that backend. A gateway that has nothing is a dead end; it is left out in
-- the one above, which is decided again, and so on.
local function seek_alternate(way)
  way.without = split.leave_out(way[#way].route.backend)
  while #way > 0 do
    local stop = way[#way]
    if stop.gateway.strict then return nil end
    if by_weights(way, stop, "alternate") then
      follow(way, "alternate")
      if way[#way].route then return choice_at_end_of(way) end
    end
    if not split.add_dead_end(way.without, way[#way].gateway) then return nil end
    way[#way] = nil
  end
  return nil
end

function decide.decide(tables, source, context)
  local facts = request.facts_of(source)
  local gateway = choose_gateway(tables, facts)
  if not gateway then return { reason = "none" } end
  local way = { nil, tables = tables, facts = facts, context = context, without = nil }
  decide_in(way, gateway, "first")
  follow(way, "first")
  local decision = { reason = "none", first = choice_at_end_of(way), alternate = nil }
  if decision.first.route then
    decision.reason = way[#way].reason
    decision.alternate = seek_alternate(way)
  end
  return decision
end

return decide
