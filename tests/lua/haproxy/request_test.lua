local use, support = ...
local luaunit = require("luaunit")
local request = use("request")
local random_text = support("random_text")

local tests = {}

tests["a host loses its port, one trailing dot and upper case"] = function()
  for written, wanted in pairs({
    [""] = "", ["a.example"] = "a.example", ["A.Example:80"] = "a.example", ["a."] = "a",
    ["a.."] = "a.", ["a.:80"] = "a", ["a:"] = "a", ["a:8x"] = "a:8x", ["a:1:2"] = "a:1:2",
    ["[::1]:80"] = "[::1]", ["[::1]"] = "[::1]", ["[::1]x:80"] = "[::1]x:80", ["[::1"] = "[::1",
    ["[a:80"] = "[a", ["::1"] = "::1", [":80"] = "", ["a\0B:1"] = "a\0b", ["\xc4:1"] = "\xc4",
    ["."] = "", [":80."] = ":80",
  }) do
    luaunit.assertEquals(request.normalize_host(written), wanted)
  end
end

local function cookies(lines, name)
  return request.facts_of({ headers = { cookie = lines } }).cookies[name]
end

tests["cookies are pairs between semicolons, without blanks around"] = function()
  luaunit.assertEquals(cookies({ "a=1; b=2;a = \t3 ;a=;xa=4; a" }, "a"), { "1", "3", "" })
  luaunit.assertEquals(cookies({ "a=1", "b=2; a=\"3\"" }, "a"), { "1", "\"3\"" })
  luaunit.assertEquals(cookies({ "b=a=1; a=b=c" }, "a"), { "b=c" })
  luaunit.assertFalse(cookies({ "A=1; ab=2; a b=3" }, "a"))
  luaunit.assertFalse(cookies({}, "a"))
end

local function parameters(query, name)
  return request.facts_of({ query = query }).parameters[name]
end

tests["parameters are pairs between ampersands, as received"] = function()
  luaunit.assertEquals(parameters("a=1&b=2&a&a=%20 &xa=3&a==", "a"), { "1", "", "%20 ", "=" })
  luaunit.assertEquals(parameters("a", "a"), { "" })
  luaunit.assertFalse(parameters("b=a&ab=1&A=1", "a"))
end

-- The rules as one would write them first: split, then compare.
local function split(text, separator)
  local parts, at = {}, 1
  while at <= #text do
    local stop = text:find(separator, at, true) or #text + 1
    parts[#parts + 1] = text:sub(at, stop - 1)
    at = stop + 1
  end
  return parts
end

local function slow_cookies(line, name)
  local values = {}
  for _, pair in ipairs(split(line, ";")) do
    local key, value = pair:match("^([^=]*)=(.*)$")
    if key and key:match("^[ \t]*(.-)[ \t]*$") == name then
      values[#values + 1] = value:match("^[ \t]*(.-)[ \t]*$")
    end
  end
  return values
end

local function slow_parameters(query, name)
  local values = {}
  for _, pair in ipairs(split(query, "&")) do
    local key, value = pair:match("^([^=]*)=(.*)$")
    if (key or pair) == name then values[#values + 1] = value or "" end
  end
  return values
end

tests["cookies and parameters are those of a slow and obvious search"] = function()
  local random = random_text.new()
  for _ = 1, 20000 do
    local line = random:of("aab=; \t\0", 14)
    local query = random:of("aab=&", 12)
    local name = random:of("ab", 2)
    if name ~= "" then
      luaunit.assertEquals(cookies({ line }, name) or {}, slow_cookies(line, name), line)
      luaunit.assertEquals(parameters(query, name) or {}, slow_parameters(query, name), query)
    end
  end
end

tests["what a source lacks is empty"] = function()
  local facts = request.facts_of({})
  luaunit.assertEquals(facts.host_name, "")
  luaunit.assertEquals(facts.url, "")
  luaunit.assertFalse(facts.cookies.a)
  luaunit.assertFalse(facts.parameters.a)
  luaunit.assertNil(facts.src)
end

tests["a url has its query where there is one"] = function()
  luaunit.assertEquals(request.facts_of({ path = "/a", query = "b" }).url, "/a?b")
  luaunit.assertEquals(request.facts_of({ path = "/a" }).url, "/a")
end

return tests
