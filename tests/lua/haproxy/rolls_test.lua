local use = ...
local luaunit = require("luaunit")
local rolls = use("rolls")

local tests = {}

tests["a period visits each step once, from the random start"] = function()
  local sequence = rolls.new(function(n)
    luaunit.assertEquals(n, 10000)
    return 3
  end)
  luaunit.assertEquals(sequence:next("a"), 0.3267)
  luaunit.assertEquals(sequence:next("a"), 0.4356)
  local seen, count = {}, 2
  seen[3267], seen[4356] = true, true
  while count < 10000 do
    local step = math.floor(sequence:next("a") * 10000 + 0.5)
    luaunit.assertNil(seen[step])
    seen[step] = true
    count = count + 1
  end
  luaunit.assertEquals(sequence:next("a"), 0.3267)
end

tests["tiers don't disturb one another"] = function()
  local sequence = rolls.new(function() return 0 end)
  sequence:next("a")
  luaunit.assertEquals(sequence:next("b"), 0.0)
  luaunit.assertEquals(sequence:next("a"), 0.1089)
end

tests["tiers that are gone don't pile up"] = function()
  local started = 0
  local sequence = rolls.new(function()
    started = started + 1
    return 0
  end)
  sequence:expect(600)
  for i = 1, 1200 do sequence:next("t" .. i) end
  sequence:next("t1")
  luaunit.assertEquals(started, 1200)
  sequence:next("one more")
  sequence:next("t1")
  luaunit.assertEquals(started, 1202)
end

return tests
