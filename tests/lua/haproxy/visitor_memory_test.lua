local use, support = ...
local luaunit = require("luaunit")
local document = support("table_document")
local fake_context = support("fake_context")
local request = use("request")
local token = use("token")
local visitor_memory = use("visitor_memory")

local tests = {}

local NOW = 1750000000
local SECRET = ("s"):rep(16)

local function tables_of(keys)
  local gateway = {
    name = "shop", cookie = "pm", sticky = "route", ttl = 1000, idle = 400, path = "/",
    routes = { { name = "v1", share = 10000, tag = 1 }, { name = "v2", share = 0, tag = 2 } },
  }
  for key, value in pairs(keys or {}) do gateway[key] = value end
  if gateway.sticky == "" then gateway.sticky = nil end
  return document.tables({ keys = { { 1, SECRET } }, gateways = { gateway } })
end

local function signed(tables, fields)
  local whole = token.empty()
  for key, value in pairs(fields) do whole[key] = value end
  return token.sign(whole, "shop", tables.keys, fake_context.new({}, NOW))
end

local function memory_of(tables, source)
  local facts = request.facts_of(source)
  return visitor_memory.new(tables.gateways.shop, facts, tables.keys, fake_context.new({}, NOW))
end

local function with_cookie(...)
  local texts = {}
  for i, text in ipairs({ ... }) do texts[i] = "pm=" .. text end
  return { headers = { cookie = { table.concat(texts, "; ") } } }
end

local function sticky(age, unseen, tag)
  return { issued = NOW - age, seen = NOW - (unseen or age), route_tag = tag or 1 }
end

tests["a token is remembered until ttl or idle have passed"] = function()
  local tables = tables_of()
  local function route_after(age, unseen)
    local memory = memory_of(tables, with_cookie(signed(tables, sticky(age, unseen))))
    return memory.weight_route and memory.weight_route.name
  end
  luaunit.assertEquals(route_after(0), "v1")
  luaunit.assertEquals(route_after(999, 399), "v1")
  luaunit.assertNil(route_after(1000, 0))
  luaunit.assertNil(route_after(500, 400))
end

tests["a route without a share keeps its visitors unless they are evicted"] = function()
  for evict, wanted in pairs({ [true] = false, [false] = true }) do
    local tables = tables_of({ evict_at_zero = evict })
    local memory = memory_of(tables, with_cookie(signed(tables, sticky(1, 1, 2))))
    luaunit.assertEquals(memory.weight_route ~= nil, wanted)
  end
end

tests["an unknown route loses only itself"] = function()
  local tables = tables_of()
  local fields = sticky(1, 1, 77)
  fields.conditions = { { tag = 5, taken = true, roll = 3 } }
  local memory = memory_of(tables, with_cookie(signed(tables, fields)))
  luaunit.assertNil(memory.weight_route)
  luaunit.assertTrue(memory:outcome({ tag = 5 }).taken)
end

tests["the first cookie that holds counts, of eight"] = function()
  local tables = tables_of()
  local good = signed(tables, sticky(1))
  luaunit.assertNotNil(memory_of(tables, with_cookie("x", good)).weight_route)
  local eighth = with_cookie("1", "2", "3", "4", "5", "6", "7", good)
  luaunit.assertNotNil(memory_of(tables, eighth).known)
  local ninth = with_cookie("1", "2", "3", "4", "5", "6", "7", "8", good)
  luaunit.assertNil(memory_of(tables, ninth).known)
end

tests["overrides are looked for in header, parameter and cookie"] = function()
  local open, closed = tables_of({ allow_forced = true }), tables_of()
  local text = signed(open, { issued = NOW, seen = NOW + 60, route_tag = 2, forced = true })
  local function forced(tables, source)
    local route = memory_of(tables, source).forced_route
    return route and route.name
  end
  local header = { headers = { ["x-pointsman-force"] = { "x", text } } }
  luaunit.assertEquals(forced(open, header), "v2")
  luaunit.assertNil(forced(closed, header))
  luaunit.assertEquals(forced(open, { query = "a=1&pm_force=" .. text }), "v2")
  luaunit.assertNil(forced(closed, { query = "pm_force=" .. text }))
  luaunit.assertEquals(forced(closed, with_cookie(text)), "v2")
  luaunit.assertEquals(forced(tables_of({ sticky = "" }), with_cookie(text)), "v2")
  local plain = signed(open, sticky(1, 1, 2))
  luaunit.assertNil(forced(open, { query = "pm_force=" .. plain }))
  local gone = signed(open, { issued = NOW, seen = NOW + 60, route_tag = 9, forced = true })
  luaunit.assertNil(forced(open, with_cookie(gone)))
end

tests["without keys no token is read"] = function()
  local tables = tables_of({ allow_forced = true })
  local source = with_cookie(signed(tables, sticky(1)))
  tables.keys = nil
  local memory = memory_of(tables, source)
  luaunit.assertNil(memory.known)
  luaunit.assertNil(memory.weight_route)
end

tests["a token is set when there is news, or after a quarter of idle"] = function()
  local tables = tables_of()
  luaunit.assertNil(memory_of(tables, {}):token_to_set(NOW))
  local new = memory_of(tables, {})
  new:remember_weight_route(tables.gateways.shop.routes[1])
  luaunit.assertEquals(new:token_to_set(NOW).issued, NOW)

  local function known(unseen)
    return memory_of(tables, with_cookie(signed(tables, sticky(unseen))))
  end
  luaunit.assertNil(known(100):token_to_set(NOW))
  local refreshed = known(101):token_to_set(NOW)
  luaunit.assertEquals({ refreshed.issued, refreshed.seen }, { NOW - 101, NOW })
  local taken = known(1)
  taken:remember_outcome({ tag = 5, taken = true, roll = 1 })
  luaunit.assertEquals(#taken:token_to_set(NOW).conditions, 1)
  luaunit.assertEquals(#taken.known.conditions, 0)
end

tests["a gateway that is not sticky remembers nothing"] = function()
  local tables = tables_of({ sticky = "" })
  local memory = memory_of(tables, {})
  memory:remember_weight_route(tables.gateways.shop.routes[1])
  memory:remember_outcome({ tag = 5, taken = true, roll = 1 })
  luaunit.assertNil(memory:token_to_set(NOW))
end

return tests
