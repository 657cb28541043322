local use, support = ...
local luaunit = require("luaunit")
local document = support("table_document")
local fake_context = support("fake_context")
local request = use("request")
local split = use("split")

local tests = {}

local function gateway_of(shares, keys)
  local routes = {}
  for i, share in ipairs(shares) do
    routes[i] = { name = "r" .. i, share = share, backend = "be" .. i }
  end
  local described = { name = "g", routes = routes }
  for key, value in pairs(keys or {}) do described[key] = value end
  return document.tables({ gateways = { described } }).gateways.g
end

local function placed(gateway, without, roll)
  local route, position = split.place_by_roll(gateway, without, roll)
  return route.name, position
end

tests["splitmix64 gives the values of its author's program"] = function()
  luaunit.assertEquals(split.splitmix64(0), 0xE220A8397B1DCDAF)
  luaunit.assertEquals(split.splitmix64(0x9E3779B97F4A7C15), 0x6E789E6AA1B965F4)
end

tests["a roll falls into the interval that it lies in"] = function()
  local gateway = gateway_of({ 5000, 0, 4000, 1000 })
  luaunit.assertEquals({ placed(gateway, nil, 0.0) }, { "r1", 0.0 })
  luaunit.assertEquals({ placed(gateway, nil, 0.25) }, { "r1", 0.5 })
  luaunit.assertEquals(placed(gateway, nil, 0.5), "r3")
  luaunit.assertEquals(placed(gateway, nil, 0.8999), "r3")
  luaunit.assertEquals(placed(gateway, nil, 0.9), "r4")
  local last, position = placed(gateway, nil, 1.0 - 2.0 ^ -53)
  luaunit.assertEquals(last, "r4")
  luaunit.assertTrue(position < 1)
end

tests["what is left out leaves its share to the others"] = function()
  local gateway = gateway_of({ 5000, 4000, 1000 })
  local without = split.leave_out("be1")
  luaunit.assertEquals(split.share_sum(gateway, without), 5000)
  luaunit.assertEquals(placed(gateway, without, 0.79), "r2")
  luaunit.assertEquals(placed(gateway, without, 0.81), "r3")
end

tests["sixteen dead ends are remembered, and no more"] = function()
  local without = split.leave_out("be")
  for i = 1, 16 do luaunit.assertTrue(split.add_dead_end(without, { name = "g" .. i })) end
  luaunit.assertFalse(split.add_dead_end(without, { name = "g17" }))
  luaunit.assertTrue(split.is_left_out(without, { next = "g16" }))
  luaunit.assertFalse(split.is_left_out(without, { next = "g17" }))
  luaunit.assertFalse(split.is_left_out(split.leave_out("be"), { next = "g1" }))
end

tests["keys keep to the shares, and a raised share moves nobody between others"] = function()
  local before, after = gateway_of({ 5000, 4000, 1000 }), gateway_of({ 3000, 2400, 4600 })
  local counts, moved = { r1 = 0, r2 = 0, r3 = 0 }, 0
  for i = 1, 20000 do
    local key = fake_context.mix("user" .. i)
    local old = split.place_by_key(before, nil, key).name
    local new = split.place_by_key(after, nil, key).name
    counts[old] = counts[old] + 1
    if old ~= new then
      moved = moved + 1
      luaunit.assertEquals(new, "r3")
    end
  end
  luaunit.assertAlmostEquals(counts.r1 / 20000, 0.5, 0.02)
  luaunit.assertAlmostEquals(counts.r2 / 20000, 0.4, 0.02)
  luaunit.assertAlmostEquals(moved / 20000, 0.36, 0.02)
end

tests["a step of 1/10,000 is below a share exactly where the roll is"] = function()
  for share = 1, 10000 do
    luaunit.assertEquals(split.step_of_roll(share / 10000), share)
    luaunit.assertEquals(split.step_of_roll((share - 0.5) / 10000), share - 1)
  end
  luaunit.assertEquals(split.step_of_roll(0.29), 2900)
  luaunit.assertEquals(split.step_of_roll(0.0), 0)
end

tests["the key is hashed with the gateway's name, and absent or empty it is none"] = function()
  local context = { xxh64 = function(bytes) return bytes end }
  local source = {
    query = "u=q", src = ("s"):rep(16),
    headers = { ["x-u"] = { "h", "i" }, cookie = { "u=c; u=d" } },
  }
  local function key_by(by, from)
    return split.key_of(gateway_of({ 0 }, { split = by }), request.facts_of(from), context)
  end
  luaunit.assertEquals(key_by({ "header", "X-U" }, source), "h\0g")
  luaunit.assertEquals(key_by({ "cookie", "u" }, source), "c\0g")
  luaunit.assertEquals(key_by({ "query", "u" }, source), "q\0g")
  luaunit.assertEquals(key_by({ "src" }, source), ("s"):rep(16) .. "\0g")
  luaunit.assertNil(key_by(nil, source))
  luaunit.assertNil(key_by({ "cookie", "v" }, source))
  luaunit.assertNil(key_by({ "cookie", "v" }, { headers = { cookie = { "v=" } } }))
  luaunit.assertNil(key_by({ "src" }, {}))
end

return tests
