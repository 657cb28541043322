local use, support = ...
local luaunit = require("luaunit")
local action = use("action")
local decision_counts = use("decision_counts")
local document = support("table_document")
local fake_transaction = support("fake_transaction")

local tests = {}

local function shared_with(tables)
  return { tables = tables, counts = decision_counts.new() }
end

local function one_route()
  return document.tables({ generation = 4, gateways = {
    { name = "g", routes = { { name = "r", share = 10000, backend = "be" } } },
  } })
end

tests["variables are those of the decision, and it is counted"] = function()
  local shared = shared_with(one_route())
  local txn = fake_transaction.new({ ["txn.pm_gateway"] = "g" })
  action.new(shared, error)(txn)
  luaunit.assertEquals(txn.set, {
    ["txn.pm.gen"] = 4, ["txn.pm.by"] = "bridge", ["txn.pm.reason"] = "weight",
    ["txn.pm.gateway"] = "g", ["txn.pm.route"] = "r", ["txn.pm.backend"] = "be",
  })
  luaunit.assertEquals(shared.counts:told(), { { "g", "r", "weight", 1 } })
end

tests["no gateway is a decision, too"] = function()
  local shared = shared_with(one_route())
  local txn = fake_transaction.new({ headers = { host = { "elsewhere" } } })
  action.new(shared, error)(txn)
  luaunit.assertEquals(txn.set["txn.pm.gen"], 4)
  luaunit.assertEquals(shared.counts:told(), { { "", "", "none", 1 } })
end

tests["without a table nothing is set"] = function()
  local shared = shared_with(nil)
  local txn = fake_transaction.new({})
  action.new(shared, error)(txn)
  luaunit.assertEquals(txn.set, {})
  luaunit.assertNil(shared.counts:told())
end

tests["an error leaves the request without variables, and is logged once"] = function()
  local log = {}
  local act = action.new(shared_with(one_route()), function(text) log[#log + 1] = text end)
  local txn = fake_transaction.new({ ["txn.pm_gateway"] = "g" })
  txn.f = nil
  for _ = 1, 3 do act(txn) end
  luaunit.assertEquals(txn.set, {})
  luaunit.assertEquals(#log, 1)
end

return tests
