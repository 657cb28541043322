local use, support = ...
local luaunit = require("luaunit")
local decision_counts = use("decision_counts")
local document = support("table_document")
local fake_agent = support("fake_agent")
local sync = use("sync")

local tests = {}

local function table_bytes(generation, routes)
  local list = {}
  for i = 1, routes or 1 do list[i] = { name = "r" .. i } end
  return document.write({ generation = generation, gateways = { { name = "g", routes = list } } })
end

local function nothing_new() return {} end

-- A bridge of an agent that gives these lists of answers one after another.
local function bridge_of(...)
  local answers = {}
  for _, list in ipairs({ ... }) do
    if type(list) == "function" then list = { list } end
    table.move(list, 1, #list, #answers + 1, answers)
  end
  local bridge = { agent = fake_agent.new(answers), log = {}, slept = {} }
  bridge.shared = { counts = decision_counts.new() }
  local host = {
    name = "HAProxy",
    sleep = function(milliseconds) bridge.slept[#bridge.slept + 1] = milliseconds end,
    pause = function() end,
    is_stopping = function() return bridge.stopping end,
    log = function(text) bridge.log[#bridge.log + 1] = text end,
  }
  bridge.sync = sync.new(host, bridge.shared, { "a" }, function() return bridge.agent:open() end)
  function bridge.turns(count)
    for _ = 1, count do bridge.sync:turn() end
  end
  function bridge.generation() return bridge.shared.tables and bridge.shared.tables.generation end
  return bridge
end

local pieces = fake_agent.pieces

tests["a table is fetched in pieces and taken over whole"] = function()
  local bytes = table_bytes(3, 50)
  local bridge = bridge_of(pieces("one", bytes, 500), nothing_new)
  local count = math.ceil(#bytes / 500)
  bridge.turns(count - 1)
  luaunit.assertNil(bridge.shared.tables)
  bridge.turns(2)
  luaunit.assertEquals(bridge.generation(), 3)
  local questions = bridge.agent.questions
  luaunit.assertEquals(questions[1],
                       { version = 1, haproxy = "HAProxy", generation = 0, have = "" })
  luaunit.assertEquals(questions[2], {
    version = 1, haproxy = "HAProxy", generation = 0, have = "", want = "one", offset = 500,
  })
  luaunit.assertEquals(questions[count + 1],
                       { version = 1, haproxy = "HAProxy", generation = 3, have = "one" })
  luaunit.assertEquals(bridge.log, {})
end

tests["a newer table in the middle of a fetch takes its place"] = function()
  local old, new = pieces("old", table_bytes(1, 50), 500), pieces("new", table_bytes(2), 8000)
  local bridge = bridge_of({ old[1], old[2] }, new)
  bridge.turns(3)
  luaunit.assertEquals(bridge.generation(), 2)
  luaunit.assertEquals(bridge.log, {})
end

tests["a table that is refused leaves the old one and is not asked for again"] = function()
  local bad = table_bytes(2):sub(1, -2) .. "?"
  local bridge = bridge_of(pieces("one", table_bytes(1), 8000), pieces("bad", bad, 8000),
                           nothing_new, pieces("three", table_bytes(3), 8000))
  bridge.turns(3)
  luaunit.assertEquals(bridge.generation(), 1)
  luaunit.assertEquals(#bridge.log, 1)
  luaunit.assertStrContains(bridge.log[1], "refused: record")
  luaunit.assertEquals(bridge.agent.questions[3].have, "bad")
  luaunit.assertEquals(bridge.agent.questions[3].generation, 1)
  bridge.turns(1)
  luaunit.assertEquals(bridge.generation(), 3)
end

tests["an agent that sends a table again and again is not asked without a rest"] = function()
  for _, bytes in ipairs({ table_bytes(1), "no table" }) do
    local same = pieces("same", bytes, 8000)[1]
    local bridge = bridge_of({ same, same, same, same })
    bridge.turns(4)
    luaunit.assertEquals(bridge.slept, { 100, 200, 400 })
    luaunit.assertEquals(bridge.agent.closed, 3)
  end
end

tests["lies about places and sizes end the connection, not the table"] = function()
  local function lie(change)
    return function()
      local answer = { id = "i", size = 9000, offset = 0, bytes = "\0" }
      for key, value in pairs(change) do answer[key] = value end
      return answer
    end
  end
  for _, change in ipairs({
    { offset = 5 }, { size = 0 }, { bytes = "" }, { bytes = 5 }, { id = "" },
    { id = ("x"):rep(33) }, { bytes = ("x"):rep(8001) }, { offset = -1 },
  }) do
    local bridge = bridge_of(pieces("one", table_bytes(1), 8000), lie(change))
    bridge.turns(2)
    luaunit.assertEquals(bridge.generation(), 1)
    luaunit.assertEquals(bridge.agent.closed, 1)
    luaunit.assertEquals(#bridge.log, 1)
    luaunit.assertEquals(bridge.slept, { 100 })
  end
end

tests["an answer without news in the middle of a fetch is a fault"] = function()
  local bridge = bridge_of({ pieces("one", table_bytes(1, 50), 500)[1] }, nothing_new)
  bridge.turns(2)
  luaunit.assertEquals(#bridge.log, 1)
  luaunit.assertNil(bridge.sync.fetch)
end

tests["an agent that is away is tried ever less often, and complained of once"] = function()
  local bridge = bridge_of(pieces("one", table_bytes(1), 8000))
  bridge.turns(9)
  luaunit.assertEquals(bridge.slept, { 100, 200, 400, 800, 1600, 2000, 2000, 2000 })
  luaunit.assertEquals(bridge.log, { "a: no answer" })
  luaunit.assertEquals(bridge.generation(), 1)
  bridge.agent.answers = { nothing_new }
  bridge.turns(2)
  luaunit.assertEquals(bridge.slept[#bridge.slept], 100)
end

tests["an agent that does not hold questions back is not asked without a rest"] = function()
  local bridge = bridge_of(nothing_new, nothing_new)
  bridge.turns(2)
  luaunit.assertEquals(#bridge.slept, 2)
  luaunit.assertTrue(bridge.slept[1] > 0)
end

tests["counts are told until an answer has come"] = function()
  local bridge = bridge_of(function() return nil end, nothing_new, nothing_new)
  bridge.shared.counts:add("g", "r", "weight")
  bridge.turns(3)
  local decided = { { "g", "r", "weight", 1 } }
  luaunit.assertEquals(bridge.agent.questions[1].decided, decided)
  luaunit.assertEquals(bridge.agent.questions[2].decided, decided)
  luaunit.assertNil(bridge.agent.questions[3].decided)
end

tests["when HAProxy stops the socket is closed, and the task sleeps on"] = function()
  local bridge = bridge_of(nothing_new, nothing_new, nothing_new)
  local run = coroutine.wrap(function() bridge.sync:run() end)
  bridge.sync.host.sleep = coroutine.yield
  run()
  luaunit.assertEquals(bridge.agent.closed, 0)
  bridge.stopping = true
  for _ = 1, 3 do luaunit.assertTrue(run() >= 3600000) end
  luaunit.assertEquals(bridge.agent.closed, 1)
  luaunit.assertEquals(#bridge.agent.questions, 1)
end

return tests
