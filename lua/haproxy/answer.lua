-- A decision as variables of the transaction, the same as the agent's: what the rules read does
-- not depend on who decided. Twin: spoa/agent/decision_handler.cc.
local use = ...
local token = use("token")
local set_cookie = use("set_cookie").set_cookie

local answer = {}

answer.names = {
  "gen", "by", "reason", "gateway", "route", "backend", "path", "cookie",
  "alternate", "alternate_route", "alternate_path", "alternate_cookie",
}

local NOTHING = {}

local function cookie_of(choice, source, tables, context)
  if not choice.token or not tables.keys then return nil end
  local gateway = choice.token_gateway
  local text = token.sign(choice.token, gateway.name, tables.keys, context)
  return set_cookie(gateway, choice.token, text, context.now, source.scheme == "https")
end

-- By name: texts, but for gen, an integer. All that are set are among answer.names.
function answer.variables(decision, source, tables, context)
  local first, alternate = decision.first or NOTHING, decision.alternate or NOTHING
  local route, other = first.route or NOTHING, alternate.route or NOTHING
  return {
    gen = tables.generation,
    by = "bridge",
    reason = decision.reason,
    gateway = first.gateway and first.gateway.name,
    route = route.name,
    backend = route.backend,
    path = first.path,
    cookie = cookie_of(first, source, tables, context),
    alternate = other.backend,
    alternate_route = other.name,
    alternate_path = alternate.path,
    alternate_cookie = cookie_of(alternate, source, tables, context),
  }
end

return answer
