local use, support = ...
local luaunit = require("luaunit")
local document = support("table_document")
local table_fetch = use("table_fetch")

local tests = {}

local function nothing() end

local function bytes_of(routes)
  local list = {}
  for i = 1, routes do list[i] = { name = "r" .. i } end
  return document.write({ gateways = { { name = "g", routes = list } } })
end

local function piece(offset, bytes, size)
  return { id = "i", size = size, offset = offset, bytes = bytes }
end

tests["pieces in order become a table, with pauses"] = function()
  local bytes = bytes_of(100)
  local fetch, pauses = table_fetch.new("i", #bytes), 0
  local function pause() pauses = pauses + 1 end
  local state, at = "more", 0
  while state == "more" do
    state = fetch:take(piece(at, bytes:sub(at + 1, at + 1000), #bytes), pause)
    at = at + 1000
  end
  luaunit.assertEquals(state, "done")
  luaunit.assertEquals(#fetch.reader.tables.gateways.g.routes, 100)
  luaunit.assertTrue(pauses >= 8)
end

tests["a piece of another place, table or size is an error"] = function()
  local bytes = bytes_of(1)
  for _, wrong in ipairs({
    piece(1, bytes, #bytes), piece(0, bytes, #bytes + 1), piece(0, bytes .. "x", #bytes),
    { id = "j", size = #bytes, offset = 0, bytes = bytes },
  }) do
    luaunit.assertFalse(pcall(table_fetch.take, table_fetch.new("i", #bytes), wrong, nothing))
  end
end

tests["a table is refused when its size ends it early or late"] = function()
  local bytes = bytes_of(1)
  local short = table_fetch.new("i", #bytes - 1)
  luaunit.assertEquals({ short:take(piece(0, bytes:sub(1, -2), #bytes - 1), nothing) },
                       { "refused", "it ends too early" })
  local long = table_fetch.new("i", #bytes + 1)
  luaunit.assertEquals(long:take(piece(0, bytes .. "x", #bytes + 1), nothing), "refused")
end

tests["more than 256 MiB are refused before anything is kept"] = function()
  local limit = 256 << 20
  luaunit.assertEquals(table_fetch.new("i", limit):take(piece(0, "\0", limit), nothing), "more")
  local state, fault = table_fetch.new("i", limit + 1):take(piece(0, "\0", limit + 1), nothing)
  luaunit.assertEquals(state, "refused")
  luaunit.assertStrContains(fault, "more than 268435456")
end

tests["an answer is checked before it is a piece"] = function()
  local function is_piece(change)
    local answer = piece(0, "x", 1)
    for key, value in pairs(change) do answer[key] = value end
    return (pcall(table_fetch.piece_of, answer))
  end
  luaunit.assertTrue(is_piece({ id = ("i"):rep(32), bytes = ("x"):rep(8000) }))
  for _, change in ipairs({
    { id = "" }, { id = ("i"):rep(33) }, { id = 1 }, { size = 0 }, { size = "1" }, { offset = -1 },
    { offset = 0.5 }, { bytes = "" }, { bytes = ("x"):rep(8001) }, { bytes = {} },
  }) do
    luaunit.assertFalse(is_piece(change))
  end
end

return tests
