local use = ...
local luaunit = require("luaunit")
local base64 = use("base64")

local tests = {}

tests["RFC 4648's examples"] = function()
  for bytes, text in pairs({
    [""] = "", f = "Zg==", fo = "Zm8=", foo = "Zm9v", foob = "Zm9vYg==", fooba = "Zm9vYmE=",
    foobar = "Zm9vYmFy", ["\xfb\xff\xfe"] = "+//+",
  }) do
    luaunit.assertEquals(base64.to_standard(bytes), text)
    local url = text:gsub("=", ""):gsub("+", "-"):gsub("/", "_")
    luaunit.assertEquals(base64.to_url(bytes), url)
    luaunit.assertEquals(base64.from_url(url), bytes)
  end
end

tests["what is not canonical is refused"] = function()
  for _, text in ipairs({ "A", "AAAAA", "AB", "AAB", "Zg==", "A+AA", "A/AA", "A AA", "\0AAA" }) do
    luaunit.assertNil(base64.from_url(text))
  end
  luaunit.assertEquals(base64.from_url("AA"), "\0")
end

return tests
