local use = ...
local luaunit = require("luaunit")
local gateway_reader = use("gateway_reader")

local tests = {}

local function gateway(keys)
  local map = { name = "g" }
  for key, value in pairs(keys or {}) do map[key] = value end
  return gateway_reader.gateway(map)
end

local function route(keys)
  local map = { name = "r", backend = "be", tag = 1 }
  for key, value in pairs(keys or {}) do map[key] = value end
  return map
end

tests["defaults are those of the format"] = function()
  local read = gateway()
  luaunit.assertEquals({ read.cookie, read.domain, read.same_site }, { "", "", "" })
  luaunit.assertNil(read.sticky)
  luaunit.assertNil(read.secure)
  luaunit.assertFalse(read.strict or read.evict_at_zero or read.allow_forced)
  gateway_reader.add_route(read, route())
  luaunit.assertEquals(read.routes[1].share, 0)
  luaunit.assertNil(read.routes[1].rewrites)
end

tests["only routes with a share are among the weighted ones"] = function()
  local read = gateway()
  gateway_reader.add_route(read, route({ share = 4000 }))
  gateway_reader.add_route(read, route({ tag = 2 }))
  gateway_reader.add_route(read, route({ tag = 3, share = 6000 }))
  luaunit.assertEquals(#read.weighted, 2)
  luaunit.assertEquals(read.share_sum, 10000)
  gateway_reader.check(read)
end

tests["routes are known by their tags, of equal ones the first"] = function()
  local read = gateway()
  gateway_reader.add_route(read, route({ tag = 5 }))
  gateway_reader.add_route(read, route({ tag = 5, name = "s" }))
  luaunit.assertIs(read.by_tag[5], read.routes[1])
end

tests["the names of headers are in lower case"] = function()
  luaunit.assertEquals(gateway({ split = { "header", "X-User" } }).split.name, "x-user")
  luaunit.assertEquals(gateway({ split = { "cookie", "User" } }).split.name, "User")
end

return tests
