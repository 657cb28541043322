-- Fields of a decoded map, checked as they are taken. What is missing or of another type or range
-- is an error whose text names the key; table_reader catches it and refuses the table.
local fields = {}

local function refuse(key, wanted)
  error("'" .. tostring(key) .. "' is not " .. wanted, 0)
end

function fields.text(map, key, default)
  local value = map[key]
  if value == nil then value = default end
  if type(value) ~= "string" then refuse(key, "a text") end
  return value
end

function fields.filled_text(map, key)
  local value = fields.text(map, key)
  if value == "" then refuse(key, "a text that is not empty") end
  return value
end

function fields.integer(map, key, low, high, default)
  local value = map[key]
  if value == nil then value = default end
  if math.type(value) ~= "integer" or value < low or value > high then
    refuse(key, "an integer from " .. low .. " to " .. high)
  end
  return value
end

function fields.flag(map, key)
  local value = map[key]
  if value ~= nil and type(value) ~= "boolean" then refuse(key, "true or false") end
  return value or false
end

-- One of the keys of `known`, or nil where it is absent.
function fields.choice(map, key, known)
  local value = map[key]
  if value ~= nil and known[value] == nil then refuse(key, "a word that is known here") end
  return value
end

function fields.map(map, key)
  local value = map[key]
  if type(value) ~= "table" then refuse(key, "a map") end
  return value
end

-- A map comes as a table without a first element.
function fields.array(map, key, default)
  local value = map[key]
  if value == nil then value = default end
  if type(value) ~= "table" or (value[1] == nil and next(value) ~= nil) then
    refuse(key, "an array")
  end
  return value
end

return fields
