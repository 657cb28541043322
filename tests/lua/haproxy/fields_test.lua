local use = ...
local luaunit = require("luaunit")
local fields = use("fields")

local tests = {}

local function is_taken(take, ...) return (pcall(take, ...)) end

tests["types are exact, and what is absent takes the default"] = function()
  luaunit.assertEquals(fields.text({}, "a", "x"), "x")
  luaunit.assertEquals(fields.integer({}, "a", 0, 9, 5), 5)
  luaunit.assertFalse(fields.flag({}, "a"))
  luaunit.assertNil(fields.choice({}, "a", { b = true }))
  luaunit.assertEquals(fields.array({}, "a", {}), {})
  luaunit.assertFalse(is_taken(fields.text, {}, "a"))
  luaunit.assertFalse(is_taken(fields.text, { a = 1 }, "a"))
  luaunit.assertFalse(is_taken(fields.filled_text, { a = "" }, "a"))
  luaunit.assertFalse(is_taken(fields.integer, { a = 1.0 }, "a", 0, 9))
  luaunit.assertFalse(is_taken(fields.integer, { a = "1" }, "a", 0, 9))
  luaunit.assertFalse(is_taken(fields.flag, { a = 1 }, "a"))
  luaunit.assertFalse(is_taken(fields.choice, { a = "c" }, "a", { b = true }))
  luaunit.assertFalse(is_taken(fields.map, { a = "c" }, "a"))
  luaunit.assertFalse(is_taken(fields.array, { a = { x = 1 } }, "a"))
  luaunit.assertFalse(is_taken(fields.array, { a = "c" }, "a"))
end

tests["a range holds at both ends"] = function()
  for value, wanted in pairs({ [-1] = false, [0] = true, [9] = true, [10] = false }) do
    luaunit.assertEquals(is_taken(fields.integer, { a = value }, "a", 0, 9), wanted)
  end
end

return tests
