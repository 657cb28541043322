local use, support = ...
local luaunit = require("luaunit")
local answer = use("answer")
local decide = use("decide").decide
local document = support("table_document")
local fake_context = support("fake_context")

local tests = {}

local function tables_of(keys)
  return document.tables({ generation = 9, keys = keys, gateways = { {
    name = "g", cookie = "pm", sticky = "route", ttl = 60, idle = 60, path = "/",
    routes = { { name = "a", share = 6000, rewrites = { { pieces = { "/x" } } } },
               { name = "b", share = 4000 } },
  } } })
end

local function variables_of(tables, source)
  local context = fake_context.new({ ["g\0\0weights"] = 0.1 })
  return answer.variables(decide(tables, source, context), source, tables, context)
end

tests["a decision becomes the agent's variables"] = function()
  local source = { gateway = "g", scheme = "https" }
  local got = variables_of(tables_of({ { 1, ("k"):rep(16) } }), source)
  luaunit.assertStrMatches(got.cookie, "pm=[%w_-]+; Path=/; Max%-Age=60; Secure; HttpOnly")
  luaunit.assertStrMatches(got.alternate_cookie, "pm=[%w_-]+; .*")
  luaunit.assertNotEquals(got.cookie, got.alternate_cookie)
  got.cookie, got.alternate_cookie = nil, nil
  luaunit.assertEquals(got, {
    gen = 9, by = "bridge", reason = "weight", gateway = "g", route = "a", backend = "be_a",
    path = "/x", alternate = "be_b", alternate_route = "b",
  })
end

tests["without keys there are no cookies"] = function()
  local got = variables_of(tables_of(nil), { gateway = "g" })
  luaunit.assertNil(got.cookie)
  luaunit.assertNil(got.alternate_cookie)
  luaunit.assertEquals(got.route, "a")
end

tests["where no gateway is found, only that is told"] = function()
  luaunit.assertEquals(variables_of(tables_of(nil), { gateway = "other" }),
                       { gen = 9, by = "bridge", reason = "none" })
end

tests["every variable has its name in the list"] = function()
  local names = {}
  for _, name in ipairs(answer.names) do names[name] = true end
  for name in pairs(variables_of(tables_of({ { 1, ("k"):rep(16) } }), { gateway = "g" })) do
    luaunit.assertTrue(names[name], name)
  end
  luaunit.assertEquals(#answer.names, 12)
end

return tests
