local use, support = ...
local luaunit = require("luaunit")
local decide = use("decide").decide
local document = support("table_document")
local fake_context = support("fake_context")
local token = use("token")

local tests = {}

local NOW = 1750000000

local function firefox(strength)
  return document.all_of({ { "user-agent", "is", "", { 2 } } }, strength, 50)
end

-- The gateway at the top of docs/decisions.md.
local function shop(strength, keys)
  local gateway = {
    name = "shop", hosts = { "shop.example", "*.shop.example" }, cookie = "pm_shop",
    sticky = "route", ttl = 86400, idle = 3600, path = "/",
    routes = {
      { name = "v1", share = 8000, tag = 1 },
      { name = "v2", share = 2000, tag = 2, condition = firefox(strength or 5000) },
    },
  }
  for key, value in pairs(keys or {}) do gateway[key] = value end
  return document.tables({ keys = { { 1, ("k"):rep(16) } }, gateways = { gateway } })
end

local WEIGHTS, ALTERNATES = "shop\0\0weights", "shop\0\0alternates"
local STRENGTH = "shop\0v2\0strength"

local function summary(decision)
  local first, alternate = decision.first or {}, decision.alternate or {}
  return {
    first.route and first.route.name or "-", decision.reason,
    alternate.route and alternate.route.name or "-",
  }
end

local function request_of(agent, cookie)
  return {
    host = "SHOP.example:80", path = "/",
    headers = { ["user-agent"] = { agent }, cookie = cookie and { "pm_shop=" .. cookie } or nil },
  }
end

local function signed(tables, given)
  local copy = token.copy(given)
  return token.sign(copy, "shop", tables.keys, fake_context.new({}, NOW))
end

-- Decides with just these rolls; asking for another is an error.
local function decided(tables, source, rolls)
  return decide(tables, source, fake_context.new(rolls, NOW))
end

tests["the worked examples of docs/decisions.md"] = function()
  local tables = shop()
  local curl = decided(tables, request_of("curl"), { [WEIGHTS] = 0.42 })
  luaunit.assertEquals(summary(curl), { "v1", "weight", "v2" })
  luaunit.assertEquals(curl.first.token.route_tag, 1)
  local other = decided(tables, request_of("curl"), { [WEIGHTS] = 0.93 })
  luaunit.assertEquals(summary(other), { "v2", "weight", "v1" })
  luaunit.assertEquals(other.alternate.token.route_tag, 1)

  local taken = decided(tables, request_of("Firefox"), { [STRENGTH] = 0.12, [ALTERNATES] = 0.5 })
  luaunit.assertEquals(summary(taken), { "v2", "condition", "v1" })
  luaunit.assertEquals(taken.first.token.conditions, { { tag = 50, taken = true, roll = 1200 } })
  luaunit.assertEquals(taken.first.token.route_tag, 0)

  local lost = decided(tables, request_of("Firefox"), { [STRENGTH] = 0.52, [WEIGHTS] = 0.42 })
  luaunit.assertEquals(summary(lost), { "v1", "weight", "v2" })
  luaunit.assertEquals(lost.first.token.conditions, { { tag = 50, taken = false, roll = 5200 } })

  local cookie = signed(tables, lost.first.token)
  local again = decided(tables, request_of("Firefox", cookie), { [ALTERNATES] = 0.5 })
  luaunit.assertEquals(summary(again), { "v1", "sticky", "v2" })
  luaunit.assertNil(again.first.token)

  local raised = shop(6000)
  local won = decided(raised, request_of("Firefox", cookie), {})
  luaunit.assertEquals(summary(won), { "v2", "condition", "v1" })
  luaunit.assertEquals(won.first.token.route_tag, 1)
  luaunit.assertTrue(won.first.token.conditions[1].taken)

  local with_curl = decided(raised, request_of("curl", signed(raised, won.first.token)),
                            { [ALTERNATES] = 0.5 })
  luaunit.assertEquals(summary(with_curl), { "v1", "sticky", "v2" })
  luaunit.assertNil(with_curl.first.token)

  local forced = signed(tables, {
    key_id = 1, forced = true, issued = NOW, seen = NOW + 60, route_tag = 2, conditions = {},
  })
  local tester = decided(tables, request_of("curl", forced), { [ALTERNATES] = 0.5 })
  luaunit.assertEquals(summary(tester), { "v2", "forced", "v1" })
  luaunit.assertNil(tester.first.token)
  luaunit.assertNil(tester.alternate.token)
end

tests["a gateway is found by name, or by host: exact, longest suffix, any"] = function()
  local function one(name, hosts)
    local route = { name = "r", share = 10000, backend = "be" }
    return { name = name, hosts = hosts, routes = { route } }
  end
  local tables = document.tables({ gateways = {
    one("exact", { "a.b.example" }), one("long", { "*.b.example" }), one("short", { "*.example" }),
    one("any", { "*" }), one("none"),
  } })
  local function gateway_of(source)
    local context = fake_context.new()
    context.weight = function() return 0.0 end
    local first = decide(tables, source, context).first
    return first and first.gateway.name
  end
  for host, wanted in pairs({
    ["A.b.Example:80"] = "exact", ["x.b.example"] = "long", ["y.x.b.example."] = "long",
    ["b.example"] = "short", ["x.example"] = "short", ["example"] = "any", [""] = "any",
    [".example"] = "any", [("x"):rep(248) .. ".example"] = "any",
    [("x"):rep(247) .. ".example"] = "short",
  }) do
    luaunit.assertEquals(gateway_of({ host = host }), wanted, host)
  end
  luaunit.assertEquals(gateway_of({ gateway = "none", host = "a.b.example" }), "none")
  luaunit.assertEquals(gateway_of({ gateway = "", host = "a.b.example" }), "exact")
  luaunit.assertNil(gateway_of({ gateway = "gone", host = "a.b.example" }))
end

tests["without weights nothing is decided, and yet the lost condition is remembered"] = function()
  local tables = shop(5000, { routes = { { name = "v2", share = 0, condition = firefox(5000) } } })
  local decision = decided(tables, request_of("Firefox"), { [STRENGTH] = 0.9 })
  luaunit.assertEquals(summary(decision), { "-", "none", "-" })
  luaunit.assertEquals(decision.first.token.conditions[1].roll, 9000)
  luaunit.assertEquals(summary(decided(tables, request_of("curl"), {})), { "-", "none", "-" })
end

tests["a strict gateway has no alternate, nor has a lone backend"] = function()
  local strict = decided(shop(5000, { strict = true }), request_of("curl"), { [WEIGHTS] = 0.1 })
  luaunit.assertEquals(summary(strict), { "v1", "weight", "-" })
  local lone = shop(5000, { routes = {
    { name = "a", share = 5000, backend = "be" }, { name = "b", share = 5000, backend = "be" },
  } })
  luaunit.assertEquals(summary(decided(lone, request_of("curl"), { [WEIGHTS] = 0.1 })),
                       { "a", "weight", "-" })
end

tests["a strength of zero lets go whom it took, where visitors are evicted"] = function()
  local taken = {
    key_id = 1, forced = false, issued = NOW, seen = NOW, route_tag = 1,
    conditions = { { tag = 50, taken = true, roll = 0 } },
  }
  for evict, wanted in pairs({ [true] = "sticky", [false] = "condition" }) do
    local tables = shop(0, { evict_at_zero = evict })
    local decision = decided(tables, request_of("Firefox", signed(tables, taken)),
                             { [ALTERNATES] = 0.5 })
    luaunit.assertEquals(decision.reason, wanted)
  end
end

tests["a key takes the place of all rolls"] = function()
  local tables = shop(5000, { split = { "src" } })
  local source = request_of("Firefox")
  source.src = ("\1"):rep(16)
  local decision = decided(tables, source, {})
  luaunit.assertNotEquals(decision.reason, "none")
  luaunit.assertNotNil(decision.alternate)
end

local function outer_and_inner(outer, inner)
  return document.tables({ gateways = {
    { name = "outer", routes = outer }, { name = "inner", routes = inner },
  } })
end

tests["references are followed, and a dead end leads back up"] = function()
  local tables = outer_and_inner(
    { { name = "in", share = 5000, next = "inner" },
      { name = "out", share = 5000, backend = "b" } },
    { { name = "deep", share = 10000, backend = "a" } })
  local down = decided(tables, { gateway = "outer" },
                       { ["outer\0\0weights"] = 0.2, ["inner\0\0weights"] = 0.5 })
  luaunit.assertEquals(summary(down), { "deep", "weight", "out" })
  luaunit.assertEquals(down.first.gateway.name, "inner")
  luaunit.assertEquals(down.alternate.gateway.name, "outer")
  local across = decided(tables, { gateway = "outer" },
                         { ["outer\0\0weights"] = 0.7, ["inner\0\0alternates"] = 0.5 })
  luaunit.assertEquals(summary(across), { "out", "weight", "deep" })
end

tests["without keys everything is decided as for a new visitor"] = function()
  local tables = shop()
  local cookie = signed(tables, { key_id = 1, forced = false, issued = NOW, seen = NOW,
                                  route_tag = 2, conditions = {} })
  tables.keys = nil
  local decision = decided(tables, request_of("curl", cookie), { [WEIGHTS] = 0.1 })
  luaunit.assertEquals(summary(decision), { "v1", "weight", "v2" })
end

return tests
