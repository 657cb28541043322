local use, support = ...
local luaunit = require("luaunit")
local random_text = support("random_text")
local substrings = use("substrings")

local tests = {}

-- The slow and obvious twin.
local function occurring(parts, text)
  local found = {}
  for part in pairs(parts) do
    if text:find(part, 1, true) then found[#found + 1] = part end
  end
  table.sort(found)
  return found
end

local function collected(sought, text)
  local found = { "before" }
  luaunit.assertEquals(sought:collect(text, found, 1), #found)
  luaunit.assertEquals(table.remove(found, 1), "before")
  table.sort(found)
  return found
end

tests["the parts that occur are found as by seeking each, once"] = function()
  local random = random_text.new()
  local hits = 0
  for _ = 1, 300 do
    local parts, sought = {}, substrings.new()
    for _ = 1, random:below(40) do
      local part = random:of("ab\0", 6)
      if not parts[part] then
        parts[part] = true
        sought:add(part, part)
      end
    end
    for _ = 1, 10 do
      local text = random:of("ab\0", 30)
      local wanted = occurring(parts, text)
      luaunit.assertEquals(collected(sought, text), wanted)
      hits = hits + #wanted
    end
  end
  luaunit.assertTrue(hits > 3000)
end

tests["a part across the chunks of a long text is found"] = function()
  local sought = substrings.new()
  for number = 100, 199 do sought:add("part-" .. number .. ";", number) end
  for before = 240, 520 do
    local text = ("x"):rep(before) .. "part-177;" .. ("y"):rep(300)
    luaunit.assertEquals(collected(sought, text), { 177 })
  end
end

tests["of many parts only those are sought whose gram is in the text"] = function()
  local sought = substrings.new()
  for number = 1000, 1999 do sought:add("part-" .. number, number) end
  local most = 0
  for _, parts in pairs(sought.waiting) do most = math.max(most, #parts) end
  luaunit.assertEquals(#sought.always, 8)
  luaunit.assertTrue(most <= 20)
end

tests["what was added with a part is known"] = function()
  local sought = substrings.new()
  local list = {}
  sought:add("part", list)
  luaunit.assertIs(sought:value_of("part"), list)
  luaunit.assertNil(sought:value_of("par"))
end

return tests
