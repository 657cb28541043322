-- Reads a table (docs/formats/table.md) from bytes that come in pieces, a little a call, and checks
-- all of it: what it yields can be decided by without further looks. Anything else is refused with
-- one message. The twin that writes is spoa/table/table_writer.
--
--   local reader = table_reader.new()
--   reader:feed(bytes)
--   reader:step()    "more": call again; "hungry": feed first; "done"; nil and why it is refused
--   reader.tables    when done: { generation, keys, gateways, hosts, suffixes, any_host, … }
local use = ...
local base64 = use("base64")
local fields = use("fields")
local gateway_reader = use("gateway_reader")
local message_pack = use("message_pack")
local records = use("records")

local table_reader = {}
table_reader.__index = table_reader

local FORMAT, VERSION = "pointsman-table", 1
local INTEGER_MAX = math.maxinteger
local RECORDS_MAX = 1 << 31
local KEY_ID_MAX = 255
local SECRET_MIN, SECRET_MAX = 16, 64
local KEYS_MAX = 16
local HOSTS_MAX = 1000
local REFERENCE_STEPS = 8

function table_reader.new()
  return setmetatable({ records = records.new(), left = 1, order = {}, linked = 0 }, table_reader)
end

function table_reader:feed(bytes) self.records:feed(bytes) end

local function read_keys(map)
  if map.keys == nil then return nil end
  local written = fields.array(map, "keys")
  if #written > KEYS_MAX then error("'keys' has more than " .. KEYS_MAX .. " keys", 0) end
  local keys = {}
  for i = 1, #written do
    local pair = fields.array(written, i)
    local secret = fields.text(pair, 2)
    if #secret < SECRET_MIN or #secret > SECRET_MAX then
      error("a key has not " .. SECRET_MIN .. " to " .. SECRET_MAX .. " bytes", 0)
    end
    keys[i] = { id = fields.integer(pair, 1, 0, KEY_ID_MAX), secret = base64.to_standard(secret) }
  end
  return #keys > 0 and keys or nil
end

local function read_header(self, map)
  if map.format ~= FORMAT then error("it is no table of Pointsman's", 0) end
  if map.version ~= VERSION then
    error("its version is " .. tostring(map.version) .. ", wanted " .. VERSION, 0)
  end
  self.left = fields.integer(map, "records", 0, RECORDS_MAX)
  self.partial = {
    generation = fields.integer(map, "generation", 1, INTEGER_MAX),
    keys = read_keys(map),
    gateways = {}, hosts = {}, suffixes = {}, any_host = nil,
    tier_count = 0,
  }
end

-- The gateway whose records are complete, if there was one.
local function finish_gateway(self)
  local gateway = self.gateway
  if not gateway then return end
  if gateway.hosts_left > 0 or gateway.routes_left > 0 then
    error("gateway " .. gateway.name .. " has fewer records than announced", 0)
  end
  gateway_reader.check(gateway)
  self.gateway = nil
end

local READ = {}

function READ.gateway(self, map)
  finish_gateway(self)
  local gateway = gateway_reader.gateway(map)
  if self.partial.gateways[gateway.name] then
    error("there are two gateways " .. gateway.name, 0)
  end
  self.partial.gateways[gateway.name] = gateway
  self.partial.tier_count = self.partial.tier_count + 2
  self.order[#self.order + 1] = gateway
  self.gateway = gateway
end

local function add_host(self, host)
  local read, gateway = self.partial, self.gateway
  local hosts, key = read.hosts, host
  if host == "*" then
    if read.any_host then error("there are two gateways with host *", 0) end
    read.any_host = gateway
    return
  end
  if host:sub(1, 1) == "*" then hosts, key = read.suffixes, host:sub(2) end
  if hosts[key] then error("the host " .. host .. " is there twice", 0) end
  hosts[key] = gateway
end

function READ.hosts(self, map)
  local hosts = fields.array(map, "hosts")
  local gateway = self.gateway
  if not gateway then error("there are hosts before a gateway", 0) end
  if #gateway.routes > 0 then error("there are hosts behind a route", 0) end
  if #hosts < 1 or #hosts > HOSTS_MAX then
    error("a record has not 1 to " .. HOSTS_MAX .. " hosts", 0)
  end
  gateway.hosts_left = gateway.hosts_left - #hosts
  if gateway.hosts_left < 0 then error("there are more hosts than announced", 0) end
  for i = 1, #hosts do add_host(self, fields.filled_text(hosts, i)) end
end

function READ.route(self, map)
  local gateway = self.gateway
  if not gateway then error("there is a route before a gateway", 0) end
  gateway.routes_left = gateway.routes_left - 1
  if gateway.routes_left < 0 then error("there are more routes than announced", 0) end
  gateway_reader.add_route(gateway, map)
  if map.condition ~= nil then self.partial.tier_count = self.partial.tier_count + 2 end
end

local function read_record(self, payload)
  local map, fault = message_pack.decode_map(payload)
  if not map then error(fault, 0) end
  self.left = self.left - 1
  if not self.partial then return read_header(self, map) end
  local read = READ[map.kind]
  if not read then error("its kind is unknown", 0) end
  read(self, map)
end

-- How many references can follow one another from here. More than allowed, as in a circle, is an
-- error, so the recursion is bounded; every gateway is looked at once.
local function longest_way(self, gateway, steps)
  if steps > REFERENCE_STEPS then
    error("more than " .. REFERENCE_STEPS .. " references follow one another in gateway " ..
          gateway.name, 0)
  end
  if gateway.longest_way then return gateway.longest_way end
  local longest = 0
  for _, route in ipairs(gateway.routes) do
    if route.next then
      local behind = self.partial.gateways[route.next]
      if not behind then error("there is no gateway " .. route.next, 0) end
      longest = math.max(longest, 1 + longest_way(self, behind, steps + 1))
    end
  end
  gateway.longest_way = longest
  return longest
end

-- After the last record: the references, a gateway a call.
local function link(self)
  if not self.records:is_empty() then error("it has bytes after its last record", 0) end
  finish_gateway(self)
  local gateway = self.order[self.linked + 1]
  if not gateway then
    self.tables = self.partial
    return "done"
  end
  self.linked = self.linked + 1
  if longest_way(self, gateway, 0) > REFERENCE_STEPS then
    error("more than " .. REFERENCE_STEPS .. " references follow one another", 0)
  end
  return "more"
end

local function step(self)
  if self.tables and self.records:is_empty() then return "done" end
  if self.left == 0 then return link(self) end
  local state, payload = self.records:next()
  if state ~= "record" then return state end
  local read, fault = pcall(read_record, self, payload)
  if not read then error("record " .. self.records.index - 1 .. ": " .. tostring(fault), 0) end
  return "more"
end

function table_reader:step()
  local stepped, state = pcall(step, self)
  if stepped then return state end
  return nil, tostring(state)
end

-- A whole table at once: for files at start, and for tests.
function table_reader.read(pieces)
  local reader = table_reader.new()
  for bytes in pieces do
    reader:feed(bytes)
    local state, fault = reader:step()
    while state == "more" do state, fault = reader:step() end
    if not state then return nil, fault end
  end
  if not reader.tables then return nil, "it ends too early" end
  return reader.tables
end

return table_reader
