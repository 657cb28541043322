local use, support = ...
local luaunit = require("luaunit")
local records = use("records")
local document = support("table_document")

local tests = {}

-- All payloads of bytes that come in pieces; or nil and why not.
local function read(bytes, size)
  local reader, payloads = records.new(), {}
  local read_all, fault = pcall(function()
    for piece in document.pieces(bytes, size) do
      reader:feed(piece)
      local state, payload = reader:next()
      while state ~= "hungry" do
        payloads[#payloads + 1] = payload
        state, payload = reader:next()
      end
    end
  end)
  if not read_all then return nil, fault end
  return payloads, reader:is_empty()
end

tests["records of all lengths come out of pieces of all sizes"] = function()
  local payloads, bytes = {}, ""
  for i, length in ipairs({ 1, 7, 8, 9, 63, 64, 65, 71, 1000, 16384, 16385, 40000 }) do
    payloads[i] = string.rep("\xff\0ab", length):sub(1, length)
    bytes = bytes .. document.record(payloads[i], i - 1)
  end
  for _, size in ipairs({ 3, 8, 4096, #bytes }) do
    local got, is_empty = read(bytes, size)
    luaunit.assertEquals(got, payloads)
    luaunit.assertTrue(is_empty)
  end
end

tests["a changed bit is damage, and so is another place"] = function()
  local payload = "some bytes, not a multiple of eight"
  local good = document.record(payload, 0)
  for at = 5, #good do
    local bad = good:sub(1, at - 1) .. string.char(good:byte(at) ~ 0x10) .. good:sub(at + 1)
    local got, fault = read(bad, 1000)
    luaunit.assertNil(got)
    luaunit.assertStrContains(fault, "damaged")
  end
  luaunit.assertNil(read(document.record(payload, 1), 1000))
end

tests["lengths end at 1 and at a mebibyte"] = function()
  luaunit.assertNotNil(read(document.record(string.rep("x", 4 << 20), 0), 1 << 16))
  luaunit.assertStrContains(select(2, read(string.pack(">I4I4", (4 << 20) + 1, 0), 8)), "length")
  luaunit.assertStrContains(select(2, read(string.pack(">I4I4", 0, 0), 8)), "length")
end

return tests
