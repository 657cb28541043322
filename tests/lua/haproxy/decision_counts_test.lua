local use = ...
local luaunit = require("luaunit")
local decision_counts = use("decision_counts")

local tests = {}

tests["what is told is forgotten when it has arrived, and not before"] = function()
  local counts = decision_counts.new()
  luaunit.assertNil(counts:told())
  for _ = 1, 3 do counts:add("g", "r", "weight") end
  local told = counts:told()
  luaunit.assertEquals(told, { { "g", "r", "weight", 3 } })
  luaunit.assertEquals(counts:told(), told)
  counts:add("g", "r", "weight")
  counts:forget(told)
  luaunit.assertEquals(counts:told(), { { "g", "r", "weight", 1 } })
  counts:forget(counts:told())
  luaunit.assertNil(counts:told())
  counts:forget(nil)
end

tests["at most 64 are told at once, the others later"] = function()
  local counts = decision_counts.new()
  for i = 1, 65 do counts:add("g", "r" .. i, "weight") end
  local told = counts:told()
  luaunit.assertEquals(#told, 64)
  counts:forget(told)
  luaunit.assertEquals(#counts:told(), 1)
end

tests["20,000 kinds are counted, and no more"] = function()
  local counts = decision_counts.new()
  for i = 1, 20001 do counts:add("g", "r" .. i, "weight") end
  luaunit.assertEquals(counts.kinds, 20000)
  counts:forget(counts:told())
  luaunit.assertEquals(counts.kinds, 19936)
end

return tests
