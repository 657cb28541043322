-- The action `pointsman` of rules of http-request and of tcp-request content: decides by the
-- bridge's table and sets the variables that the agent would have set. Without a table, and where
-- Lua fails, none is set: the request goes on by HAProxy's own rules.
local use = ...
local answer = use("answer")
local decide = use("decide").decide
local haproxy = use("haproxy")

local action = {}

local COMPLAINT_SECONDS = 60  -- at most one line in that time

local NAMES, VARIABLES = answer.names, {}
for i, name in ipairs(NAMES) do VARIABLES[i] = "txn.pm." .. name end

local function decide_and_count(txn, tables, context, counts)
  local source = haproxy.source_of(txn)
  context.bind(txn)
  local decision = decide(tables, source, context)
  local variables = answer.variables(decision, source, tables, context)
  local first = decision.first
  counts:add(first and first.gateway.name or "", first and first.route and first.route.name or "",
             decision.reason)
  return variables
end

-- `shared` has `tables`, which may be nil, and `counts`; `log(text)`.
function action.new(shared, log)
  local context = haproxy.new_context()
  local tables_before, complained_at

  local function complain(fault)
    local now = os.time()
    if complained_at and now >= complained_at and now < complained_at + COMPLAINT_SECONDS then
      return
    end
    complained_at = now
    log("a request goes on without a decision: " .. tostring(fault))
  end

  return function(txn)
    local tables = shared.tables
    if not tables then return end
    if tables ~= tables_before then
      tables_before = tables
      context.expect_tiers(tables.tier_count)
    end
    local decided, variables = pcall(decide_and_count, txn, tables, context, shared.counts)
    if not decided then return complain(variables) end
    for i = 1, #NAMES do
      local value = variables[NAMES[i]]
      if value then txn:set_var(VARIABLES[i], value) end
    end
  end
end

return action
