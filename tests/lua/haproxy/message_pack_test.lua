local use = ...
local luaunit = require("luaunit")
local message_pack = use("message_pack")

local tests = {}

tests["a map comes back as it was"] = function()
  local map = {
    text = "a\0b", long = string.rep("x", 70000), number = -5, big = 1 << 40, yes = true,
    array = { 1, 2, { "three" } }, empty = {}, half = 0.5,
  }
  luaunit.assertEquals(message_pack.decode_map(message_pack.encode(map)), map)
end

tests["what is cut short anywhere is refused"] = function()
  local bytes = message_pack.encode({ a = { 1, "two", 300, 70000, string.rep("x", 300) }, b = {} })
  for size = 0, #bytes - 1 do luaunit.assertNil(message_pack.decode_map(bytes:sub(1, size))) end
  luaunit.assertNil(message_pack.decode_map(bytes .. "\1"))
end

tests["eight containers in one another are read, nine are not"] = function()
  local function nested(depth) return "\x81\xa1a" .. string.rep("\x91", depth - 1) .. "\1" end
  luaunit.assertNotNil(message_pack.decode_map(nested(8)))
  local got, fault = message_pack.decode_map(nested(9))
  luaunit.assertNil(got)
  luaunit.assertStrContains(fault, "deeper than 8")
end

tests["a mebibyte of nested arrays is refused at its ninth byte"] = function()
  luaunit.assertNil(message_pack.decode_map("\x81\xa1a" .. string.rep("\x91", 1 << 20)))
end

tests["huge counts with few bytes are refused"] = function()
  for _, start in ipairs({ "\xdd", "\xdf", "\xdb", "\xc6" }) do
    luaunit.assertNil(message_pack.decode_map("\x81\xa1a" .. start .. "\xff\xff\xff\xff"))
  end
end

tests["no map, nil and extensions are refused"] = function()
  for _, bytes in ipairs({ "", "\1", "\x90", "\xa1a", "\x81\xa1a\xc0", "\x81\xa1a\xc1",
                           "\x81\xa1a\xd4\1\1", "\x81\xa1a\xc7\1\1\1" }) do
    local got, fault = message_pack.decode_map(bytes)
    luaunit.assertNil(got)
    luaunit.assertIsString(fault)
  end
end

tests["another copy of the library does not change how the bridge packs"] = function()
  package.path = package.path .. ";/usr/share/lua/5.3/?.lua"
  local other = require("MessagePack")
  other.set_array("always_as_map")
  luaunit.assertEquals(message_pack.encode({ 1, 2 }), "\x92\1\2")
  other.set_array("without_hole")
end

return tests
