local use = ...
local luaunit = require("luaunit")
local collector = use("collector")

local tests = {}

-- What collectgarbage() was asked in a call.
local function asked_by(call)
  local asked, original = {}, collectgarbage
  collectgarbage = function(...) asked[#asked + 1] = { ... } end  -- luacheck: ignore
  call()
  collectgarbage = original  -- luacheck: ignore
  return asked
end

tests["Lua 5.4 works in small steps, Lua 5.3 as it does by itself"] = function()
  local wanted = _VERSION == "Lua 5.4" and { { "incremental", 0, 8, 8 } } or {}
  luaunit.assertEquals(asked_by(collector.spread), wanted)
end

tests["garbage does not pile up"] = function()
  collector.spread()
  collectgarbage()
  local kept, most = {}, 0
  for i = 1, 20000 do kept[i] = { i } end
  local before = collectgarbage("count")
  for i = 1, 400000 do
    kept[i % 20000 + 1] = { i }
    if i % 1000 == 0 then most = math.max(most, collectgarbage("count")) end
  end
  luaunit.assertEquals(#kept, 20000)
  luaunit.assertTrue(most < 8 * before)
end

return tests
