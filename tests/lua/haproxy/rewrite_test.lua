local use, support = ...
local luaunit = require("luaunit")
local document = support("table_document")
local fake_context = support("fake_context")
local request = use("request")
local rewrite = use("rewrite")

local tests = {}

local function path_of(rewrites, source)
  local tables = document.tables({
    gateways = { { name = "g", routes = { { name = "r", share = 10000, rewrites = rewrites } } } },
  })
  local route = tables.gateways.g.routes[1]
  return rewrite.path(route, request.facts_of(source), fake_context.new())
end

local function when(...) return document.all_of({ ... }) end

tests["the first that applies gives the path"] = function()
  local rewrites = {
    { pieces = { "/v2", 0 }, condition = when({ "path", "starts with", "", { "/api" } }) },
    { pieces = { "/all" } },
  }
  luaunit.assertEquals(path_of(rewrites, { path = "/api/x" }), "/v2/api/x")
  luaunit.assertEquals(path_of(rewrites, { path = "/x" }), "/all")
  luaunit.assertNil(path_of({ rewrites[1] }, { path = "/x" }))
  luaunit.assertNil(path_of(nil, { path = "/x" }))
end

tests["groups are those of the first match, fit for a path"] = function()
  local rewrites = { {
    pieces = { "/u/", 1, "/", 2, 3 },
    condition = when({ "query", "matches", "", { "u=(.-)&(.*)" } },
                     { "path", "matches", "", { "(.)" } }),
  } }
  luaunit.assertEquals(path_of(rewrites, { path = "/x", query = "u=a b\xff?#%20&\0" }),
                       "/u/a%20b%FF%3F%23%20/%00")
end

tests["a path starts with a slash and has at most 8,192 bytes"] = function()
  luaunit.assertEquals(path_of({ { pieces = { 0 } } }, { path = "*" }), "/*")
  luaunit.assertEquals(#path_of({ { pieces = { 0 } } }, { path = ("/"):rep(8192) }), 8192)
  luaunit.assertNil(path_of({ { pieces = { 0 } } }, { path = ("/"):rep(8193) }))
  luaunit.assertNil(path_of({ { pieces = { 0 } } }, { path = ("x"):rep(8192) }))
  luaunit.assertEquals(path_of({ { pieces = { 0 } } }, {}), "/")
end

tests["a group without any match is empty"] = function()
  luaunit.assertEquals(path_of({ { pieces = { "/a", 1 } } }, { path = "/x" }), "/a")
end

return tests
