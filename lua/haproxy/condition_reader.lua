-- A condition of the table, checked, so that running it can't go wrong: fields and operators that
-- exist and fit, values of their types, targets that only go on.
local use = ...
local condition = use("condition")
local fields = use("fields")
local request = use("request")

local condition_reader = {}

local NAMED = { header = true, cookie = true, parameter = true, acl = true }
local ONE_TEXT = { contains = true, ["starts with"] = true, ["ends with"] = true, matches = true }
local ADDRESS_BYTES = 16
local ADDRESS_BITS = 128
local PORT_MAX = 0xFFFFFFFF  -- larger ones than 65535 are never met

local function read_network(values, key)
  local pair = fields.array(values, key)
  local address = fields.text(pair, 1)
  if #address ~= ADDRESS_BYTES then error("an address has not 16 bytes", 0) end
  return condition.network(address, fields.integer(pair, 2, 0, ADDRESS_BITS))
end

local function read_user_agent(values, key)
  if type(values[key]) == "string" then return values[key] end
  return fields.integer(values, key, 1, condition.browser_count)
end

local function read_port(values, key) return fields.integer(values, key, 0, PORT_MAX) end

local IS_VALUE = { src = read_network, port = read_port, ["user-agent"] = read_user_agent }

local function fits(field, operator)
  if field == "acl" then return operator == "present" end
  if operator == "is" then return true end
  if operator == "present" then return NAMED[field] ~= nil end
  return ONE_TEXT[operator] ~= nil and field ~= "src" and field ~= "port"
end

local function read_values(step, field, operator)
  local written = fields.array(step, 4)
  local wanted = operator == "present" and 0 or ONE_TEXT[operator] and 1 or #written
  if #written ~= wanted then error("a test has the wrong number of values", 0) end
  local read = operator == "is" and IS_VALUE[field] or fields.text
  local values = {}
  for i = 1, #written do values[i] = read(written, i) end
  return values
end

local function read_target(map, key, own_number, count)
  local target = fields.integer(map, key, -1, count)
  if target > 0 and target <= own_number then error("a condition's target goes back", 0) end
  return target
end

local function read_step(steps, number, count)
  local step = fields.array(steps, number)
  local field, operator = fields.text(step, 1), fields.text(step, 2)
  if not request.of_field[field] then error("a condition has an unknown field", 0) end
  if not fits(field, operator) then error("a condition has an operator that does not fit", 0) end
  local name = fields.text(step, 3)
  return condition.prepare({
    field = field,
    operator = operator,
    name = field == "header" and request.to_lower(name) or name,
    values = read_values(step, field, operator),
    on_true = read_target(step, 5, number, count),
    on_false = read_target(step, 6, number, count),
  })
end

function condition_reader.read(map)
  local written = fields.array(map, "steps", {})
  local steps = {}
  for number = 1, #written do steps[number] = read_step(written, number, #written) end
  return { start = read_target(map, "start", 0, #written), steps = steps }
end

return condition_reader
