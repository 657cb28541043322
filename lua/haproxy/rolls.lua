-- Where rolls come from: each tier walks all 10,000 steps of the unit interval once a period, in an
-- order that keeps any stretch of it near the shares (docs/adr/0003-sequence-rolls.md), from a
-- random start. One for each thread. Twin: spoa/routing/rolls.cc.
local rolls = {}
rolls.__index = rolls

local WHOLE = 10000
local STRIDE = 1089
local TIERS_MIN = 1000

-- `random(n)` gives an integer from 0 to n - 1.
function rolls.new(random)
  return setmetatable({ random = random, index = {}, count = 0, bound = TIERS_MIN }, rolls)
end

-- Tiers of routes that are gone would pile up. Above twice what the table has, all sequences start
-- again, at random places: rare, and it costs nothing.
function rolls:expect(tier_count)
  self.bound = math.max(2 * tier_count, TIERS_MIN)
end

function rolls:next(tier)
  local index = self.index[tier]
  if not index then
    if self.count >= self.bound then self.index, self.count = {}, 0 end
    self.count = self.count + 1
    index = self.random(WHOLE)
  end
  self.index[tier] = (index + 1) % WHOLE
  return index * STRIDE % WHOLE / WHOLE
end

return rolls
