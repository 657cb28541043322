local use = ...
local luaunit = require("luaunit")
local regex = use("regex")

local tests = {}

local LIMIT = "(*LIMIT_MATCH=100000)"
local MARKER = regex.new_marker(function(n) return n - 1 end)

-- As regsub without flags: the first match, "\N" in the substitution stands for a group.
local function converters_with(seen)
  local converters = {}
  function converters.regsub(_, subject, pattern, substitution)
    if seen then seen[#seen + 1] = { subject, pattern, substitution } end
    assert(pattern:sub(1, #LIMIT) == LIMIT)
    pattern = pattern:sub(#LIMIT + 1)
    if pattern == "(" then error("error compiling regex") end
    local found = { subject:find(pattern) }
    if not found[1] then return subject end
    local groups = table.move(found, 3, #found, 1, {})
    groups[0] = subject:sub(found[1], found[2])
    local put = substitution:gsub("\\(%d)", function(n) return groups[tonumber(n)] or "" end)
    return subject:sub(1, found[1] - 1) .. put .. subject:sub(found[2] + 1)
  end
  return converters
end

local function match(subject, pattern, group, ignore_case, seen)
  return regex.match(converters_with(seen), MARKER, subject, pattern, ignore_case, group or 0)
end

tests["a match is known by its marker, and groups stand between two"] = function()
  luaunit.assertEquals(match("xabcy", "a(b)(c)"), "abc")
  luaunit.assertEquals(match("xabcy", "a(b)(c)", 2), "c")
  luaunit.assertEquals(match("xabcy", "a(b)(c)", 3), "")
  luaunit.assertEquals(match("abc", "^"), "")
  luaunit.assertEquals(match("", "^$"), "")
  luaunit.assertEquals(match("a\0b", "b"), "b")
  luaunit.assertNil(match("abc", "x"))
end

tests["a subject with the marker in it, which nobody can guess, does not match"] = function()
  luaunit.assertNil(match("a" .. MARKER .. "b", "x"))
  luaunit.assertNil(match("a" .. MARKER .. "b", "a"))
  luaunit.assertEquals(match("a" .. MARKER:sub(1, -2) .. "b", "b"), "b")
  luaunit.assertEquals(match(MARKER:sub(2) .. "b" .. MARKER:sub(1, 5), "b"), "b")
end

tests["long subjects, patterns with NUL and those that don't compile never match"] = function()
  luaunit.assertEquals(match(("x"):rep(4096), "x"), "x")
  luaunit.assertNil(match(("x"):rep(4097), "x"))
  luaunit.assertNil(match("x", "x\0"))
  luaunit.assertNil(match("(", "("))
end

tests["case is ignored by the pattern, as the flag has no effect"] = function()
  local seen = {}
  match("x", "x", 0, true, seen)
  luaunit.assertEquals(seen[1][2], LIMIT .. "(?i)x")
end

tests["verbs stay in front, but for one that HAProxy can't bear"] = function()
  local function given(pattern, ignore_case)
    local seen = {}
    local converters = { regsub = function(_, _, got) seen[1] = got end }
    regex.match(converters, MARKER, "x", pattern, ignore_case, 0)
    return seen[1]
  end
  luaunit.assertEquals(given("(*UTF)(*UCP)x", true), LIMIT .. "(*UTF)(*UCP)(?i)x")
  luaunit.assertEquals(given("(*NO_JIT)(*LIMIT_HEAP=9)x(*UTF)", false),
                       LIMIT .. "(*LIMIT_HEAP=9)x(*UTF)")
  luaunit.assertEquals(given("(*", true), LIMIT .. "(?i)(*")
end

tests["a result that was cut off is no match"] = function()
  local converters = { regsub = function() return "x" .. MARKER .. "y" end }
  luaunit.assertNil(regex.match(converters, MARKER, "xz", "z", false, 0))
  converters.regsub = function() return nil end
  luaunit.assertNil(regex.match(converters, MARKER, "xz", "z", false, 0))
end

return tests
