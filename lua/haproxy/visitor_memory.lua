-- What a request's signed tokens say to one gateway: a forced override, and what the visitor's
-- sticky token remembers. A decision reads it, notes what is to be remembered, and asks in the end
-- whether the visitor needs a new token. Twin: spoa/routing/visitor_memory.cc.
--
-- Without keys no token is read, and none is asked for.
local use = ...
local token = use("token")

local visitor_memory = {}
visitor_memory.__index = visitor_memory

local OCCURRENCES = 8   -- of one cookie, header or parameter that are looked at
local REFRESH_PART = 4  -- of `idle`: an older token is refreshed
local U32_MAX = 0xFFFFFFFF

local function use_forced(memory, found)
  if not memory.forced_route then
    memory.forced_route = memory.gateway.by_tag[found.route_tag]
  end
end

local function use_sticky(memory, found, now)
  local gateway = memory.gateway
  if now - found.issued >= gateway.ttl or now - found.seen >= gateway.idle then return end
  memory.known = found
  memory.token = token.copy(found)
  local route = gateway.by_tag[found.route_tag]
  if not route or (gateway.evict_at_zero and route.share == 0) then return end
  memory.weight_route = route
end

-- In the header and in the query only overrides count.
local function look_for_override(memory, texts, keys, context)
  for i = 1, texts and math.min(#texts, OCCURRENCES) or 0 do
    local found = token.read(texts[i], memory.gateway.name, keys, context)
    if found and found.forced then use_forced(memory, found) end
    if memory.forced_route then return end
  end
end

-- A browser sends one cookie for each path and domain.
local function look_into_cookie(memory, texts, keys, context)
  local gateway = memory.gateway
  for i = 1, texts and math.min(#texts, OCCURRENCES) or 0 do
    local found = token.read(texts[i], gateway.name, keys, context)
    if found and found.forced then
      use_forced(memory, found)
    elseif found and gateway.sticky and not memory.known then
      use_sticky(memory, found, context.now)
    end
  end
end

function visitor_memory.new(gateway, facts, keys, context)
  local memory = setmetatable({ gateway = gateway }, visitor_memory)
  if not keys then return memory end
  if gateway.allow_forced then
    look_for_override(memory, facts.headers["x-pointsman-force"], keys, context)
    if not memory.forced_route then
      look_for_override(memory, facts.parameters.pm_force, keys, context)
    end
  end
  if gateway.cookie ~= "" then
    look_into_cookie(memory, facts.cookies[gateway.cookie], keys, context)
  end
  return memory
end

-- The condition's last outcome for this visitor.
function visitor_memory:outcome(condition)
  return self.token and token.find(self.token, condition.tag)
end

local function token_of(memory)
  memory.token = memory.token or token.empty()
  return memory.token
end

-- These do nothing where the gateway is not sticky.
function visitor_memory:remember_outcome(outcome)
  if self.gateway.sticky then token.remember(token_of(self), outcome) end
end

function visitor_memory:remember_weight_route(route)
  if self.gateway.sticky then token_of(self).route_tag = route.tag end
end

-- The order of memories says which one to drop first, nothing else: it is no reason for a new
-- token.
local function remember_the_same(a, b)
  if a.route_tag ~= b.route_tag or #a.conditions ~= #b.conditions then return false end
  for _, memory in ipairs(a.conditions) do
    local other = token.find(b, memory.tag)
    if not other or other.taken ~= memory.taken or other.roll ~= memory.roll then return false end
  end
  return true
end

-- When it remembers something new, or was last refreshed more than a quarter of `idle` ago.
function visitor_memory:token_to_set(now)
  local current, known = self.token, self.known
  if not current or (current.route_tag == 0 and #current.conditions == 0) then return nil end
  local due = not known or now - known.seen > self.gateway.idle // REFRESH_PART
  if not due and remember_the_same(known, current) then return nil end
  local seconds = math.min(math.max(now, 0), U32_MAX)
  local fresh = token.copy(current)
  fresh.forced = false
  fresh.issued = known and known.issued or seconds
  fresh.seen = seconds
  return fresh
end

return visitor_memory
