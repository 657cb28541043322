local use, support = ...
local luaunit = require("luaunit")
local condition = use("condition")
local condition_reader = use("condition_reader")
local document = support("table_document")
local fake_context = support("fake_context")
local request = use("request")

local tests = {}

local RUN = fake_context.new()

local function holds(test, source)
  local program = condition_reader.read(document.all_of({ test }))
  return condition.holds(program, request.facts_of(source), RUN)
end

local function check(cases)
  for _, case in ipairs(cases) do
    local wanted, test, source = table.unpack(case)
    luaunit.assertEquals(holds(test, source), wanted, table.concat(test, " ", 1, 3))
  end
end

local function with(headers) return { headers = headers } end

tests["texts are compared byte by byte"] = function()
  local source = { path = "/a\0b\xff", query = "q", method = "GET", host = "Shop.Example.:80" }
  check({
    { true, { "path", "is", "", { "/x", "/a\0b\xff" } }, source },
    { false, { "path", "is", "", { "/a" } }, source },
    { true, { "path", "contains", "", { "\0b" } }, source },
    { false, { "path", "contains", "", { "A" } }, source },
    { true, { "path", "contains", "", { "" } }, source },
    { true, { "path", "starts with", "", { "/a\0" } }, source },
    { false, { "path", "starts with", "", { "/a\0b\xff+" } }, source },
    { true, { "path", "ends with", "", { "\xff" } }, source },
    { true, { "path", "ends with", "", { "" } }, source },
    { false, { "path", "ends with", "", { "x/a\0b\xff" } }, source },
    { true, { "url", "ends with", "", { "\xff?q" } }, source },
    { true, { "host", "is", "", { "shop.example" } }, source },
    { false, { "sni", "is", "", { "shop.example" } }, source },
    { true, { "path", "contains", "", { "/a" } }, { path = "%a/a" } },
    { false, { "path", "contains", "", { "%a" } }, { path = "a" } },
  })
end

tests["any occurrence counts"] = function()
  local source = {
    query = "a=1&a=2", headers = { ["x-a"] = { "one", "two" }, cookie = { "c=1; c=2" } },
  }
  check({
    { true, { "header", "is", "x-a", { "two" } }, source },
    { false, { "header", "is", "x-b", { "two" } }, source },
    { true, { "cookie", "is", "c", { "2" } }, source },
    { true, { "parameter", "is", "a", { "2" } }, source },
    { false, { "parameter", "is", "a", { "3" } }, source },
  })
end

tests["an ACL is what HAProxy says, and false where it says nothing"] = function()
  local step = { "acl", "present", "1a2b3c4d", {} }
  check({
    { true, step, { acls = { ["1a2b3c4d"] = true } } },
    { false, step, { acls = { ["1a2b3c4d"] = false, other = true } } },
    { false, step, {} },
  })
end

tests["a cookie is present with a value, headers and parameters also when empty"] = function()
  local source = { query = "a", headers = { ["x-a"] = { "" }, cookie = { "c=; d=1" } } }
  check({
    { true, { "header", "present", "x-a", {} }, source },
    { true, { "parameter", "present", "a", {} }, source },
    { false, { "parameter", "present", "b", {} }, source },
    { false, { "cookie", "present", "c", {} }, source },
    { true, { "cookie", "present", "d", {} }, source },
  })
end

tests["browsers are told apart although their texts name each other"] = function()
  local texts = {
    "Mozilla/5.0 Chrome/1 Safari/1", "Mozilla/5.0 Firefox/1", "Mozilla/5.0 Version/1 Safari/1",
    "Mozilla/5.0 Chrome/1 Safari/1 Edg/1", "Mozilla/5.0 Trident/7",
  }
  for browser = 1, 5 do
    for number, text in ipairs(texts) do
      local source = with({ ["user-agent"] = { text } })
      luaunit.assertEquals(holds({ "user-agent", "is", "", { browser } }, source),
                           browser == number)
    end
  end
  check({
    { true, { "user-agent", "is", "", { "curl" } }, with({ ["user-agent"] = { "a curl/1" } }) },
    { true, { "user-agent", "is", "", { 5 } }, with({ ["user-agent"] = { "MSIE 6" } }) },
    { false, { "user-agent", "is", "", { "curl" } }, with({}) },
  })
end

tests["networks hold addresses by their first bits"] = function()
  local function address(text) return use("address").parse(text) end
  local function is(network, bits, text)
    return holds({ "src", "is", "", { { address(network), bits } } }, { src = address(text) })
  end
  luaunit.assertTrue(is("10.0.0.0", 104, "10.255.0.1"))
  luaunit.assertFalse(is("10.0.0.0", 104, "11.0.0.1"))
  luaunit.assertTrue(is("10.128.0.0", 105, "10.129.0.1"))
  luaunit.assertFalse(is("10.128.0.0", 105, "10.127.0.1"))
  luaunit.assertTrue(is("2001:db8::", 32, "2001:db8::1"))
  luaunit.assertTrue(is("::", 0, "1.2.3.4"))
  luaunit.assertFalse(is("1.2.3.4", 128, "1.2.3.5"))
  luaunit.assertFalse(holds({ "src", "is", "", { { address("::"), 0 } } }, {}))
end

tests["a port is a number, and absent it is none"] = function()
  luaunit.assertTrue(holds({ "port", "is", "", { 80, 443 } }, { port = 443 }))
  luaunit.assertFalse(holds({ "port", "is", "", { 0 } }, {}))
end

tests["a program goes from test to test to its end"] = function()
  -- path is /a and not (method is PUT or query is present in some form)
  local program = condition_reader.read({
    start = 1,
    steps = {
      { "path", "is", "", { "/a" }, 2, -1 }, { "method", "is", "", { "PUT" }, -1, 3 },
      { "query", "contains", "", { "x" }, -1, 0 },
    },
  })
  local function run(path, method, query)
    local facts = request.facts_of({ path = path, method = method, query = query })
    return condition.holds(program, facts, RUN)
  end
  luaunit.assertTrue(run("/a", "GET", ""))
  luaunit.assertFalse(run("/b", "GET", ""))
  luaunit.assertFalse(run("/a", "PUT", ""))
  luaunit.assertFalse(run("/a", "GET", "x"))
  for start, wanted in pairs({ [0] = true, [-1] = false }) do
    luaunit.assertEquals(condition.holds({ start = start, steps = {} }, {}, RUN), wanted)
  end
end

tests["the first match that held is kept for its groups"] = function()
  local program = condition_reader.read(document.all_of({
    { "path", "matches", "", { "^/x" } }, { "host", "matches", "", { "^(.)" } },
  }))
  local run = { match = RUN.match, capture = {} }
  luaunit.assertTrue(condition.holds(program, request.facts_of({ path = "/xy", host = "A" }), run))
  luaunit.assertEquals(run.capture.text, "/xy")
  luaunit.assertEquals(run.capture.step.value, "^/x")
end

tests["only host and sni match without regard to case"] = function()
  for field, ignored in pairs({ host = true, sni = true, path = false, header = false }) do
    local seen
    local run = { match = function(_, _, ignore_case) seen = ignore_case end }
    local program = condition_reader.read(document.all_of({ { field, "matches", "n", { "x" } } }))
    condition.holds(program, request.facts_of({ headers = { n = { "x" } } }), run)
    luaunit.assertEquals(seen, ignored, field)
  end
end

return tests
