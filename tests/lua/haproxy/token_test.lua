local use, support = ...
local luaunit = require("luaunit")
local base64 = use("base64")
local fake_context = support("fake_context")
local token = use("token")

local tests = {}

local NOW = 1750000000
local KEYS = { { id = 1, secret = "first" }, { id = 2, secret = "second" } }

local function context_at(now) return fake_context.new({}, now) end

local function example()
  return {
    key_id = 1, forced = false, issued = NOW - 100, seen = NOW - 50, route_tag = 0xfffffffe,
    conditions = { { tag = 7, taken = true, roll = 9999 }, { tag = 8, taken = false, roll = 0 } },
  }
end

local function sign(fields) return token.sign(fields, "shop", KEYS, context_at(NOW)) end

local function read(text, now, keys)
  return token.read(text, "shop", keys or KEYS, context_at(now or NOW))
end

local function bytes_of(hex)
  local function byte(digits) return string.char(tonumber(digits, 16)) end
  return (hex:gsub(" ", ""):gsub("%x%x", byte))
end

tests["the example of docs/formats/token.md, byte for byte"] = function()
  local signed = bytes_of("0101 00 684ee180 684eef90 f5f17345 01 728b7d0e 1068")
  local mac = bytes_of("dace7d83b1c05f3cf3c30ce7d2cb41eb")
  local secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
  local context = { now = 0x684eef90 }
  function context.hmac(bytes, key)
    luaunit.assertEquals(key, secret)
    luaunit.assertEquals(bytes, "shop\0" .. signed)
    return mac .. ("\0"):rep(16)
  end
  local fields = {
    key_id = 1, forced = false, issued = 0x684ee180, seen = 0x684eef90, route_tag = 0xf5f17345,
    conditions = { { tag = 0x728b7d0e, taken = false, roll = 4200 } },
  }
  local keys = { { id = 1, secret = secret } }
  local text = "AQEAaE7hgGhO75D18XNFAXKLfQ4QaNrOfYOxwF8888MM59LLQes"
  luaunit.assertEquals(token.sign(fields, "shop", keys, context), text)
  luaunit.assertEquals(token.read(text, "shop", keys, context), fields)
end

tests["what is signed is read, by any key that is known"] = function()
  luaunit.assertEquals(read(sign(example())), example())
  local older = token.sign(example(), "shop", { KEYS[2] }, context_at(NOW))
  luaunit.assertEquals(read(older).key_id, 2)
  luaunit.assertEquals({ read(older, NOW, { KEYS[1] }) }, { nil, "unknown_key" })
end

tests["each changed bit, letter too few or too many refuses it"] = function()
  local text = sign(example())
  local bytes = base64.from_url(text)
  for at = 1, #bytes do
    local changed = string.char(bytes:byte(at) ~ 1)
    luaunit.assertNil(read(base64.to_url(bytes:sub(1, at - 1) .. changed .. bytes:sub(at + 1))))
  end
  for size = 0, #text - 1 do luaunit.assertNil(read(text:sub(1, size))) end
  luaunit.assertNil(read(text .. "A"))
  luaunit.assertNil(read(("A"):rep(129)))
end

tests["a token of another gateway is worth nothing"] = function()
  local context = context_at(NOW)
  luaunit.assertEquals({ token.read(sign(example()), "other", KEYS, context) }, { nil, "bad_mac" })
end

-- Signed as it stands, whatever the fields say.
local function sign_bytes(signed)
  local mac = context_at(NOW).hmac("shop\0" .. signed, "first"):sub(1, 16)
  return base64.to_url(signed .. mac)
end

tests["a layout that is not version 1 is malformed, however well signed"] = function()
  local good = base64.from_url(sign(example())):sub(1, -17)
  luaunit.assertNotNil(read(sign_bytes(good)))
  for at, byte in pairs({ [1] = "\2", [3] = "\2", [16] = "\9", [21] = "\xff" }) do
    local bad = good:sub(1, at - 1) .. byte .. good:sub(at + 1)
    luaunit.assertEquals({ read(sign_bytes(bad)) }, { nil, "malformed" })
  end
  luaunit.assertEquals({ read(sign_bytes(good .. "\0")) }, { nil, "malformed" })
end

tests["times end where the document says"] = function()
  luaunit.assertNotNil(read(sign(example()), NOW - 100 - 300))
  luaunit.assertEquals({ read(sign(example()), NOW - 100 - 301) }, { nil, "from_future" })
  local forced = example()
  forced.forced = true
  luaunit.assertNotNil(read(sign(forced), forced.seen - 1))
  luaunit.assertEquals({ read(sign(forced), forced.seen) }, { nil, "expired" })
end

tests["the ninth condition drops the one met longest ago"] = function()
  local fields = token.empty()
  for tag = 1, 9 do token.remember(fields, { tag = tag, taken = true, roll = 0 }) end
  luaunit.assertEquals(#fields.conditions, 8)
  luaunit.assertEquals(fields.conditions[1].tag, 9)
  luaunit.assertNil(token.find(fields, 1))
  token.remember(fields, { tag = 4, taken = false, roll = 1 })
  luaunit.assertEquals(#fields.conditions, 8)
  luaunit.assertEquals(fields.conditions[1], { tag = 4, taken = false, roll = 1 })
  luaunit.assertEquals(fields.conditions[8].tag, 2)
end

return tests
