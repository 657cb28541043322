-- How a share is settled by a number: by a roll in the routes' intervals laid end to end, or by a
-- key (weighted rendezvous). Integers wrap at 64 bits, as in the twin, spoa/routing/split.cc.
local split = {}

local TWO_TO_53 = 9007199254740992.0
local BELOW_ONE = 1.0 - 1.0 / TWO_TO_53
local WHOLE = 10000
split.whole = WHOLE

local DEAD_ENDS = 16
local NONE = {}

function split.splitmix64(x)
  x = x + 0x9E3779B97F4A7C15
  x = (x ~ (x >> 30)) * 0xBF58476D1CE4E5B9
  x = (x ~ (x >> 27)) * 0x94D049BB133111EB
  return x ~ (x >> 31)
end

local FIRST_OF = {
  header = function(facts, name) return (facts.headers[name] or {})[1] end,
  cookie = function(facts, name) return (facts.cookies[name] or {})[1] end,
  query = function(facts, name) return (facts.parameters[name] or {})[1] end,
  src = function(facts) return facts.src end,
}
split.kinds = FIRST_OF

-- The key of a request in a gateway with `split`; nil where it is absent or empty.
function split.key_of(gateway, facts, context)
  local by = gateway.split
  local key = by and FIRST_OF[by.kind](facts, by.name)
  if not key or key == "" then return nil end
  return context.xxh64(key .. "\0" .. gateway.name)
end

function split.keyed_strength_roll(key, condition_tag)
  return (split.splitmix64(key ~ condition_tag) >> 11) / TWO_TO_53
end

-- The 1/10,000 that the roll lies in: step_of_roll(roll) < share exactly where roll < share/10,000.
function split.step_of_roll(roll)
  local step = math.floor(roll * WHOLE)
  -- The product is rounded: 0.29 * 10,000 is a little less than 2,900.
  if (step + 1) / WHOLE <= roll then step = step + 1 end
  if step / WHOLE > roll then step = step - 1 end
  return step
end

-- What can't serve where a backend has no server: all routes to it, and references to gateways that
-- turned out to have no other.
function split.leave_out(backend) return { backend = backend, dead_ends = NONE, count = 0 } end

-- False: there are too many already.
function split.add_dead_end(without, gateway)
  if without.count == DEAD_ENDS then return false end
  if without.count == 0 then without.dead_ends = {} end
  without.count = without.count + 1
  without.dead_ends[gateway.name] = true
  return true
end

function split.is_left_out(without, route)
  if not without then return false end
  if route.next then return without.dead_ends[route.next] or false end
  return route.backend == without.backend
end
local is_left_out = split.is_left_out

function split.share_sum(gateway, without)
  if not without then return gateway.share_sum end
  local sum = 0
  for _, route in ipairs(gateway.weighted) do
    if not is_left_out(without, route) then sum = sum + route.share end
  end
  return sum
end

-- The route, and the roll's position inside its interval, stretched to [0, 1).
function split.place_by_roll(gateway, without, roll)
  local whole = split.share_sum(gateway, without)
  local start = 0
  local weighted = gateway.weighted
  for i = 1, #weighted do
    local route = weighted[i]
    if not is_left_out(without, route) then
      local stop = start + route.share
      if roll < stop / whole then
        local position = (roll * whole - start) / route.share
        return route, math.min(math.max(position, 0.0), BELOW_ONE)
      end
      start = stop
    end
  end
  return nil
end

function split.place_by_key(gateway, without, key)
  local best, best_score
  for _, route in ipairs(gateway.weighted) do
    if not is_left_out(without, route) then
      local hash = split.splitmix64(key ~ route.tag)
      local u = ((hash >> 11) + 0.5) / TWO_TO_53
      local score = -math.log(u) / route.share
      if not best or score < best_score then best, best_score = route, score end
    end
  end
  return best
end

return split
