local use = ...
local luaunit = require("luaunit")
local condition_reader = use("condition_reader")

local tests = {}

local function fault_of(map)
  local read, fault = pcall(condition_reader.read, map)
  return not read and fault or nil
end

local function with_step(step) return { start = 1, steps = { step } } end

tests["a constant has no steps"] = function()
  luaunit.assertEquals(condition_reader.read({ start = 0 }).start, 0)
  luaunit.assertEquals(condition_reader.read({ start = -1 }).start, -1)
end

tests["targets only go on, and to what is there"] = function()
  local function step(on_true, on_false) return { "path", "is", "", { "/" }, on_true, on_false } end
  luaunit.assertNil(fault_of({ start = 1, steps = { step(2, 0), step(0, -1) } }))
  for _, map in ipairs({
    { start = 3, steps = { step(0, 0), step(0, 0) } }, { start = -2 }, { start = 1 }, {},
    { start = 1, steps = { step(1, 0), step(0, 0) } },
    { start = 1, steps = { step(2, 0), step(0, 1) } },
    { start = 1, steps = { step(0, 3), step(0, 0) } },
    { start = 1, steps = { step(0.5, 0) } }, { start = 1, steps = { step("0", 0) } },
  }) do
    luaunit.assertIsString(fault_of(map))
  end
end

tests["fields, operators and values that don't fit are refused"] = function()
  for _, step in ipairs({
    { "colour", "is", "", { "x" }, 0, -1 }, { "path", "like", "", { "x" }, 0, -1 },
    { "path", "is", "", { 1 }, 0, -1 }, { "path", "is", "", "x", 0, -1 },
    { "path", "is", "", { a = "x" }, 0, -1 }, { "path", "is", 5, { "x" }, 0, -1 },
    { "path", "contains", "", { "x", "y" }, 0, -1 }, { "path", "contains", "", {}, 0, -1 },
    { "path", "matches", "", { 1 }, 0, -1 }, { "path", "present", "", {}, 0, -1 },
    { "cookie", "present", "c", { "x" }, 0, -1 }, { "src", "contains", "", { "x" }, 0, -1 },
    { "src", "is", "", { "10.0.0.1" }, 0, -1 }, { "src", "is", "", { { "short", 8 } }, 0, -1 },
    { "src", "is", "", { { ("x"):rep(16), 129 } }, 0, -1 },
    { "port", "is", "", { "80" }, 0, -1 }, { "port", "is", "", { -1 }, 0, -1 },
    { "port", "matches", "", { "80" }, 0, -1 }, { "user-agent", "is", "", { 6 }, 0, -1 },
    { "acl", "is", "1a2b3c4d", { "x" }, 0, -1 }, { "acl", "contains", "a", { "x" }, 0, -1 },
    { "user-agent", "is", "", { 0 }, 0, -1 }, { "user-agent", "is", "", { true }, 0, -1 }, {}, 5,
  }) do
    luaunit.assertIsString(fault_of(with_step(step)))
  end
end

return tests
