local use = ...
local luaunit = require("luaunit")
local address = use("address")

local tests = {}

tests["addresses as HAProxy writes them become 16 bytes"] = function()
  local mapped = ("\0"):rep(10) .. "\xff\xff"
  for text, bytes in pairs({
    ["10.0.0.255"] = mapped .. "\10\0\0\xff",
    ["::ffff:10.0.0.1"] = mapped .. "\10\0\0\1",
    ["::"] = ("\0"):rep(16),
    ["::1"] = ("\0"):rep(15) .. "\1",
    ["1::"] = "\0\1" .. ("\0"):rep(14),
    ["2001:db8::A:1"] = "\x20\1\x0d\xb8" .. ("\0"):rep(8) .. "\0\10\0\1",
    ["1:2:3:4:5:6:7:8"] = "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\8",
    ["1:2:3:4:5:6:1.2.3.4"] = "\0\1\0\2\0\3\0\4\0\5\0\6\1\2\3\4",
  }) do
    luaunit.assertEquals(address.parse(text), bytes, text)
  end
end

tests["anything else is no address"] = function()
  for _, text in ipairs({ "", "1.2.3", "1.2.3.256", "1.2.3.4.5", ":", ":::", "1::2::3", "12345::",
                          "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8", "g::",
                          "unix:1", "1.2.3.4\0" }) do
    luaunit.assertNil(address.parse(text), text)
  end
end

return tests
