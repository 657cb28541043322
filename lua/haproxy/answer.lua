-- A decision as variables of the transaction, the same as the agent's: what the rules read does
-- not depend on who decided. Twin: spoa/agent/decision_handler.cc.
local use = ...
local token = use("token")
local set_cookie = use("set_cookie").set_cookie

local answer = {}

local function cookie_of(choice, tables, over_tls, context)
  if not choice.token or not tables.keys then return nil end
  local gateway = choice.token_gateway
  local text = token.sign(choice.token, gateway.name, tables.keys, context)
  return set_cookie(gateway, choice.token, text, context.now, over_tls)
end

-- An array of { name, value }: texts, but for gen, an integer.
function answer.variables(decision, source, tables, context)
  local list = { { "gen", tables.generation }, { "by", "bridge" }, { "reason", decision.reason } }
  local over_tls = source.scheme == "https"
  local function add(name, value)
    if value then list[#list + 1] = { name, value } end
  end
  local first, alternate = decision.first, decision.alternate
  if first then
    add("gateway", first.gateway.name)
    add("cookie", cookie_of(first, tables, over_tls, context))
    if first.route then
      add("route", first.route.name)
      add("backend", first.route.backend)
      add("path", first.path)
    end
  end
  if alternate then
    add("alternate", alternate.route.backend)
    add("alternate_route", alternate.route.name)
    add("alternate_path", alternate.path)
    add("alternate_cookie", cookie_of(alternate, tables, over_tls, context))
  end
  return list
end

return answer
