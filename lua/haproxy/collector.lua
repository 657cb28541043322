-- Settings of Lua's garbage collector for a thread that carries traffic. The collector works a
-- little at each allocation, so in the midst of decisions. By its own settings Lua 5.4 does 100
-- units of work for 16 bytes, and with 10,000 routes some decisions took 15 to 30 ms; these spread
-- the same work over more of them. Lua 5.3 does by itself. tests/bench/collector.lua measures.
local collector = {}

local WORK = 8       -- units for 16 bytes: a collection ends before memory has grown by a quarter
local STEP_SIZE = 8  -- a step for each 2^8 bytes instead of 2^13

function collector.spread()
  if _VERSION == "Lua 5.4" then collectgarbage("incremental", 0, WORK, STEP_SIZE) end
end

return collector
