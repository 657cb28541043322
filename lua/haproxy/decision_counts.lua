-- How often what was decided, until the agent has been told. One for each thread.
local decision_counts = {}
decision_counts.__index = decision_counts

local KINDS = 20000  -- more different ones are not counted
local TOLD_AT_ONCE = 64  -- docs/formats/bridge.md

function decision_counts.new() return setmetatable({ by_key = {}, kinds = 0 }, decision_counts) end

function decision_counts:add(gateway, route, reason)
  local key = gateway .. "\0" .. route .. "\0" .. reason
  local entry = self.by_key[key]
  if entry then
    entry[4] = entry[4] + 1
  elseif self.kinds < KINDS then
    self.by_key[key] = { gateway, route, reason, 1 }
    self.kinds = self.kinds + 1
  end
end

-- Some of them, to be told: an array of { gateway, route, reason, count }, or nil. They are kept
-- until forget(), so what is not known to have arrived is told again.
function decision_counts:told()
  local list = {}
  for _, entry in pairs(self.by_key) do
    if #list == TOLD_AT_ONCE then break end
    list[#list + 1] = { entry[1], entry[2], entry[3], entry[4] }
  end
  return list[1] and list or nil
end

function decision_counts:forget(told)
  for _, entry in ipairs(told or {}) do
    local key = entry[1] .. "\0" .. entry[2] .. "\0" .. entry[3]
    local counted = self.by_key[key]
    counted[4] = counted[4] - entry[4]
    if counted[4] == 0 then
      self.by_key[key] = nil
      self.kinds = self.kinds - 1
    end
  end
end

return decision_counts
