local use, support = ...
local luaunit = require("luaunit")
local fake_transaction = support("fake_transaction")
local haproxy = use("haproxy")

local tests = {}

tests["facts are HAProxy's, as a decision wants them"] = function()
  local source = haproxy.source_of(fake_transaction.new({
    ["txn.pm_gateway"] = "shop", method = "GET", ssl_fc = 1, path = "/p",
    query = "q", ssl_fc_sni = "s", src = "10.0.0.1", dst_port = 443,
    headers = { host = { "a.example" }, cookie = { "a=1", "b=2" }, one = { "1" }, bare = { "" } },
  }))
  luaunit.assertEquals(source.gateway, "shop")
  luaunit.assertEquals(source.method, "GET")
  luaunit.assertEquals(source.scheme, "https")
  luaunit.assertEquals(source.host, "a.example")
  luaunit.assertEquals(source.path, "/p")
  luaunit.assertEquals(source.query, "q")
  luaunit.assertEquals(source.sni, "s")
  luaunit.assertEquals(source.src, ("\0"):rep(10) .. "\xff\xff\10\0\0\1")
  luaunit.assertEquals(source.port, 443)
  luaunit.assertEquals(source.headers.cookie, { "a=1", "b=2" })
  luaunit.assertEquals(source.headers.one, { "1" })
  luaunit.assertEquals(source.headers.bare, { "" })
  luaunit.assertFalse(source.headers.other)
  luaunit.assertNil(source.unknown)
end

tests["what HAProxy does not know is empty, and both forms of booleans are understood"] = function()
  local source = haproxy.source_of(fake_transaction.new({ dst_port = "", src = "unix:1" }))
  for _, key in ipairs({ "gateway", "method", "host", "path", "query", "sni" }) do
    luaunit.assertEquals(source[key], "")
  end
  luaunit.assertNil(source.src)
  luaunit.assertNil(source.port)
  for form, scheme in pairs({ [0] = "http", [1] = "https", [true] = "https", [false] = "http" }) do
    luaunit.assertEquals(haproxy.source_of(fake_transaction.new({ ssl_fc = form })).scheme, scheme)
  end
end

tests["ACLs are what rules of the frontend found"] = function()
  local source = haproxy.source_of(fake_transaction.new({
    ["txn.pm_acl_00000001"] = 1, ["txn.pm_acl_00000002"] = true, ["txn.pm_acl_00000003"] = 0,
  }))
  for name, holds in pairs({
    ["00000001"] = true, ["00000002"] = true, ["00000003"] = false, ["00000004"] = false,
  }) do
    luaunit.assertEquals(source.acls[name], holds)
  end
end

tests["a connection without HTTP has no headers, and the name of its hello where rules took it"] =
function()
  local source = haproxy.source_of(fake_transaction.new({
    tcp = true, src = "10.0.0.1", dst_port = 5432, ["txn.pm_sni"] = "db.example.com",
  }))
  luaunit.assertFalse(source.headers.cookie)
  luaunit.assertEquals(source.host, "")
  luaunit.assertEquals(source.sni, "db.example.com")
  luaunit.assertEquals(source.port, 5432)
end

tests["facts are fetched only when asked for, and once"] = function()
  local txn = fake_transaction.new({ path = "/p" })
  local source = haproxy.source_of(txn)
  luaunit.assertEquals(txn.fetched, {})
  luaunit.assertEquals(source.path .. source.path, "/p/p")
  luaunit.assertEquals(txn.fetched, { "path" })
end

tests["the context is bound to the transaction"] = function()
  local context = haproxy.new_context()
  context.bind(fake_transaction.new({}))
  luaunit.assertTrue(context.now > 1700000000)
  luaunit.assertEquals(context.hmac("bytes", "key"):sub(1, 14), "sha256keybytes")
  luaunit.assertEquals(context.xxh64("four"), 4)
  luaunit.assertNil(context.match("a", "b", false, 0))
  local first = context.weight("tier")
  luaunit.assertNotEquals(context.weight("tier"), first)
  luaunit.assertEquals(context.strength("other"), first)
end

-- HAProxy's hook lets other requests be decided in the middle of a coroutine's instructions.
tests["nothing interrupts a decision once the context is bound"] = function()
  local context = haproxy.new_context()
  local function decide_something(bind)
    local interruptions = 0
    coroutine.wrap(function()
      debug.sethook(function() interruptions = interruptions + 1 end, "", 1)
      if bind then context.bind(fake_transaction.new({})) end
      local before = interruptions
      for i = 1, 1000 do context.now = i end
      interruptions = interruptions - before
      debug.sethook()
    end)()
    return interruptions
  end
  luaunit.assertTrue(decide_something(false) > 1000)
  luaunit.assertEquals(decide_something(true), 0)
end

return tests
