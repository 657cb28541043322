local use, support = ...
local luaunit = require("luaunit")
local decide = use("decide").decide
local document = support("table_document")
local fake_context = support("fake_context")
local message_pack = use("message_pack")
local table_reader = use("table_reader")

local tests = {}

local function description()
  return {
    generation = 7,
    keys = { { 1, ("k"):rep(16) }, { 255, ("l"):rep(64) } },
    gateways = {
      {
        name = "shop", hosts = { "a.example", "*.b.example", "*" }, sticky = "route",
        cookie = "pm_shop", ttl = 3600, idle = 60, path = "/", same_site = "Lax",
        split = { "header", "X-User" }, allow_forced = true,
        routes = {
          { name = "v1", share = 8000 },
          {
            name = "v2", share = 2000, epoch = "3",
            condition = document.all_of({ { "path", "starts with", "", { "/v2" } },
                                          { "src", "is", "", { { ("\0"):rep(16), 8 } } } }, 5000),
            rewrites = {
              { pieces = { "/x", 0, 1 }, text = "?",
                condition = document.all_of({ { "path", "matches", "", { "^/(.)" } } }) },
              { pieces = { "/y" }, text = "/y" },
            },
          },
          { name = "other", next = "inner" },
        },
      },
      { name = "inner", hosts = { "inner.example" }, routes = { { name = "a", share = 10000 } } },
      { name = "empty" },
    },
  }
end

tests["a whole table is read, in pieces of any size"] = function()
  local bytes = document.write(description())
  for _, size in ipairs({ 1, 13, 8000 }) do
    local tables, fault = document.read(bytes, size)
    luaunit.assertNil(fault)
    luaunit.assertEquals(tables.generation, 7)
    luaunit.assertEquals(tables.keys[1], { id = 1, secret = "a2tra2tra2tra2tra2traw==" })
    local shop = tables.gateways.shop
    luaunit.assertIs(tables.hosts["a.example"], shop)
    luaunit.assertIs(tables.suffixes[".b.example"], shop)
    luaunit.assertIs(tables.any_host, shop)
    luaunit.assertEquals(shop.split, { kind = "header", name = "x-user" })
    luaunit.assertEquals(shop.routes[2].rewrites[1].pieces, { "/x", 0, 1 })
    luaunit.assertEquals(shop.routes[2].condition.strength, 5000)
    luaunit.assertIs(shop.by_tag[3], shop.routes[3])
    luaunit.assertEquals(tables.tier_count, 8)
  end
end

-- The message with which the table is refused after `change(maps)`.
local function refusal(change)
  local maps = document.maps(description())
  change(maps)
  local tables, fault = document.read(document.of_maps(maps))
  luaunit.assertNil(tables)
  return fault
end

-- Places in maps: 1 header, 2 and 3 shop and its hosts, 4 to 6 its routes, 7 to 9 inner, 10 empty.
tests["what the format does not allow is refused by a message that says what"] = function()
  for wanted, change in pairs({
    ["no table of Pointsman's"] = function(m) m[1].format = "other" end,
    ["version is 2"] = function(m) m[1].version = 2 end,
    ["'generation'"] = function(m) m[1].generation = 0 end,
    ["16 to 64 bytes"] = function(m) m[1].keys[1][2] = "short" end,
    ["0 to 255"] = function(m) m[1].keys[1][1] = 256 end,
    ["ends too early"] = function(m) m[1].records = m[1].records + 1 end,
    ["bytes after its last record"] = function(m) m[1].records = m[1].records - 1 end,
    ["two gateways shop"] = function(m) m[7].name = "shop" end,
    ["host a.example is there twice"] = function(m) m[8].hosts[1] = "a.example" end,
    ["two gateways with host *"] = function(m) m[8].hosts[1] = "*" end,
    ["no gateway gone"] = function(m) m[6].next = "gone" end,
    ["both a backend and 'next'"] = function(m) m[6].backend = "be" end,
    ["references follow one another"] = function(m) m[6].next = "shop" end,
    ["kind is unknown"] = function(m) m[4].kind = "rout" end,
    ["fewer records than announced"] = function(m) m[2].routes = 4 end,
    ["more routes than announced"] = function(m) m[2].routes = 2 end,
    ["more hosts than announced"] = function(m) m[2].hosts = 2 end,
    ["sum to 9999"] = function(m) m[4].share = 7999 end,
    ["'backend'"] = function(m) m[4].backend = nil end,
    ["'name'"] = function(m) m[4].name = 5 end,
    ["'tag'"] = function(m) m[4].tag = 0 end,
    ["'share'"] = function(m) m[4].share = 8000.0 end,
    ["'strength'"] = function(m) m[5].condition.strength = 10001 end,
    ["target goes back"] = function(m) m[5].condition.steps[2][5] = 1 end,
    ["'ttl'"] = function(m) m[2].ttl = nil end,
    ["'sticky'"] = function(m) m[2].sticky = "yes" end,
    ["'cookie'"] = function(m) m[2].cookie = nil end,
    ["'allow_forced'"] = function(m) m[2].allow_forced = 1 end,
    ["'split'"] = function(m) m[2].split = { "moon", "x" } end,
    ["record 4: '3' is not"] = function(m) m[5].rewrites[1].pieces[3] = 10 end,
    ["'hosts' is not an array"] = function(m) m[3].hosts = "a" end,
    ["1 to 1000 hosts"] = function(m) m[3].hosts = {} end,
  }) do
    luaunit.assertStrContains(refusal(change), wanted)
  end
end

tests["unknown keys are skipped"] = function()
  local maps = document.maps(description())
  for _, map in ipairs(maps) do map.later = { { 1 }, "x" } end
  luaunit.assertNotNil(document.read(document.of_maps(maps)))
end

tests["a table without gateways is one, and one without keys has none"] = function()
  luaunit.assertNotNil(document.tables({ gateways = {} }))
  luaunit.assertNil(document.tables({ gateways = {} }).keys)
end

local function chain(length)
  local gateways = {}
  for i = 1, length do
    local route = { name = "r", share = 10000, next = "g" .. i + 1 }
    gateways[i] = { name = "g" .. i, routes = { route } }
  end
  gateways[length + 1] = { name = "g" .. length + 1 }
  return document.write({ gateways = gateways })
end

tests["eight references may follow one another, nine may not"] = function()
  luaunit.assertNotNil(document.read(chain(8)))
  luaunit.assertStrContains(select(2, document.read(chain(9))), "references")
end

tests["a table that is cut short anywhere is refused, and so is any changed byte"] = function()
  local bytes = document.write(description())
  for size = 0, #bytes - 1 do luaunit.assertNil(document.read(bytes:sub(1, size))) end
  for at = 1, #bytes do
    local changed = string.char(bytes:byte(at) ~ 0x21)
    luaunit.assertNil(document.read(bytes:sub(1, at - 1) .. changed .. bytes:sub(at + 1)), at)
  end
  luaunit.assertNil(document.read(bytes .. "\0", 8000))
  luaunit.assertNil(document.read(bytes .. "\0", #bytes))
end

local REQUESTS = {
  { host = "a.example", path = "/v2/x", src = ("\0"):rep(16), headers = { ["x-user"] = { "u" } } },
  { host = "x.b.example", path = "/", headers = { cookie = { "pm_shop=x" } } },
  { gateway = "shop", path = "/v2", query = "pm_force=AQEA" }, { host = "inner.example" }, {},
}

-- Decides every request by the table; an error of Lua ends the test.
local function decide_all(tables)
  local context = fake_context.new()
  context.strength = function() return 0.3 end
  context.weight = context.strength
  for _, source in ipairs(REQUESTS) do
    use("answer").variables(decide(tables, source, context), source, tables, context)
  end
end

-- What the agent's writer makes, at the sizes of pieces that files and connections have.
tests["the golden documents are read, and decided by"] = function()
  local generations = {}
  for _, name in ipairs({ "minimal", "everything", "mixed_routes" }) do
    local file = assert(io.open("tests/golden/table/" .. name .. ".pmt", "rb"))
    local bytes = file:read("a")
    file:close()
    for _, size in ipairs({ 8000, 1 << 16 }) do
      local tables, fault = document.read(bytes, size)
      luaunit.assertNil(fault, name)
      decide_all(tables)
      for gateway in pairs(tables.gateways) do
        local context = fake_context.new()
        context.strength = function() return 0.3 end
        context.weight = context.strength
        luaunit.assertNotNil(decide(tables, { gateway = gateway, path = "/" }, context).first)
      end
      generations[name] = tables.generation
    end
    -- The last byte is damaged, and a record is missing.
    luaunit.assertNil(document.read(bytes:sub(1, -2) .. string.char(bytes:byte(-1) ~ 1)))
    luaunit.assertNil(document.read(bytes:sub(1, -2)))
  end
  luaunit.assertEquals(generations.mixed_routes, 1000)
end

tests["whatever a payload says with a good sum is refused or can be decided by"] = function()
  local maps = document.maps(description())
  local refused, read = 0, 0
  for index, map in ipairs(maps) do
    local payload = message_pack.encode(map)
    for at = 1, #payload do
      for _, value in ipairs({ 0, 1, 0x7f, 0x80, 0x90, 0xa0, 0xc2, 0xcb, 0xd9, 0xff }) do
        local parts = {}
        for i, other in ipairs(maps) do
          local bytes = i == index and
            payload:sub(1, at - 1) .. string.char(value) .. payload:sub(at + 1)
          parts[i] = document.record(bytes or message_pack.encode(other), i - 1)
        end
        local tables, fault = document.read(table.concat(parts))
        if tables then
          read = read + 1
          decide_all(tables)
        else
          refused = refused + 1
          luaunit.assertNotStrContains(fault, ".lua:")  -- a fault of the code, not of the table
        end
      end
    end
  end
  luaunit.assertTrue(refused > 1000 and read > 100)
end

tests["no step takes more than a record"] = function()
  local reader = table_reader.new()
  local bytes = document.write(description())
  reader:feed(bytes)
  local steps = 0
  repeat
    local state = reader:step()
    luaunit.assertNotNil(state)
    steps = steps + 1
  until state == "done"
  luaunit.assertTrue(steps >= 10)
  luaunit.assertEquals(reader:step(), "done")
end

return tests
