local use = ...
local luaunit = require("luaunit")
local set_cookie = use("set_cookie").set_cookie

local tests = {}

local function gateway(keys)
  local out = { cookie = "pm", path = "/", ttl = 100, domain = "", same_site = "" }
  for key, value in pairs(keys or {}) do out[key] = value end
  return out
end

local TOKEN = { issued = 1000 }

tests["what is left of the life is Max-Age"] = function()
  luaunit.assertEquals(set_cookie(gateway(), TOKEN, "T", 1040, false),
                       "pm=T; Path=/; Max-Age=60; HttpOnly")
  luaunit.assertEquals(set_cookie(gateway(), TOKEN, "T", 2000, false),
                       "pm=T; Path=/; Max-Age=0; HttpOnly")
end

tests["all attributes, in the agent's order"] = function()
  local keys = { path = "/p", domain = "d.example", same_site = "Lax", secure = "always" }
  luaunit.assertEquals(
    set_cookie(gateway(keys), TOKEN, "T", 1000, false),
    "pm=T; Path=/p; Max-Age=100; Domain=d.example; SameSite=Lax; Secure; HttpOnly")
end

tests["secure follows the request unless the gateway says"] = function()
  local function is_secure(secure, over_tls)
    local value = set_cookie(gateway({ secure = secure }), TOKEN, "T", 1000, over_tls)
    return value:find("; Secure", 1, true) ~= nil
  end
  luaunit.assertTrue(is_secure(nil, true))
  luaunit.assertFalse(is_secure(nil, false))
  luaunit.assertTrue(is_secure("always", false))
  luaunit.assertFalse(is_secure("never", true))
end

return tests
