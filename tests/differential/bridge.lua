-- The bridge without HAProxy: its modules, loaded as pointsman.lua does, and a context whose
-- functions the test gives. Gets the modules' folder and those functions; returns load(bytes) of a
-- table and answer(source, now), the variables of a decision.
local folder, native = ...

local loaded = {}
local function use(name)
  if not loaded[name] then loaded[name] = assert(loadfile(folder .. name .. ".lua"))(use) end
  return loaded[name]
end

local decide, answer, table_reader = use("decide"), use("answer"), use("table_reader")
local context = {
  strength = native.strength, weight = native.weight, hmac = native.hmac, xxh64 = native.xxh64,
  match = native.match,
}
local tables

local function load_table(bytes)
  local pieces = { bytes }
  tables = assert(table_reader.read(function() return table.remove(pieces) end))
end

local function ask(source, now)
  context.now = now
  local decision = decide.decide(tables, source, context)
  local variables = {}
  for name, value in pairs(answer.variables(decision, source, tables, context)) do
    variables[name] = tostring(value)
  end
  return variables
end

return load_table, ask
