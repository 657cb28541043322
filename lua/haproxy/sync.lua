-- Keeps the bridge's table equal to the agent's, and tells the agent what was decided: a loop of
-- questions and answers that never ends (HAProxy would collect all garbage at once when its
-- coroutine does). A table that is refused, and an agent that is away, leave the bridge with the
-- table that it has.
--
-- `host` is what HAProxy gives: sleep(milliseconds), pause(), is_stopping(), log(text), name (who
-- asks); `shared` has `tables`, which is replaced in one assignment, and `counts`.
local use = ...
local agent_link = use("agent_link")
local table_fetch = use("table_fetch")

local sync = {}
sync.__index = sync

local VERSION = 1
local BACK_OFF_MIN, BACK_OFF_MAX = 100, 2000  -- milliseconds
local REST = 10  -- after an answer without news, should the agent not hold questions back
local LONG = 3600 * 1000
local COMPLAINTS = 64  -- different ones, remembered for not saying them again
local COMPLAINT_SECONDS = 60

function sync.new(host, shared, agents, open)
  return setmetatable({
    host = host,
    shared = shared,
    link = agent_link.new(agents, open),
    have = "",  -- id of the table in use, or of a newer one that was refused
    back_off = BACK_OFF_MIN,
    complaints = {},  -- text to when it was said
    complaint_count = 0,
  }, sync)
end

-- The same complaint again says nothing new, for a minute.
local function complain(self, text)
  local now = os.time()
  local said_at = self.complaints[text]
  if said_at and now >= said_at and now < said_at + COMPLAINT_SECONDS then return end
  if self.complaint_count == COMPLAINTS then self.complaints, self.complaint_count = {}, 0 end
  if not said_at then self.complaint_count = self.complaint_count + 1 end
  self.complaints[text] = now
  self.host.log(text)
end

local function question_of(self, told)
  local fetch = self.fetch
  return {
    version = VERSION,
    haproxy = self.host.name,
    generation = self.shared.tables and self.shared.tables.generation or 0,
    have = self.have,
    want = fetch and fetch.id,
    offset = fetch and fetch.offset,
    decided = told,
  }
end

local function take_piece(self, answer)
  local piece = table_fetch.piece_of(answer)
  local fetch = self.fetch
  if not fetch and piece.id == self.have then error("the table that was there already", 0) end
  if not fetch or (piece.id ~= fetch.id and piece.offset == 0) then
    fetch = table_fetch.new(piece.id, piece.size)
    self.fetch = fetch
  end
  local state, fault = fetch:take(piece, self.host.pause)
  if state == "more" then return end
  self.fetch = nil
  self.have = fetch.id
  if state == "done" then
    self.shared.tables = fetch.reader.tables
  else
    complain(self, "the table of " .. self.link:address() .. " is refused: " .. fault)
  end
end

local function take_answer(self, answer)
  if next(answer) then return take_piece(self, answer) end
  if self.fetch then error("no more pieces of the table", 0) end
  self.host.sleep(REST)
end

local function fail(self, fault)
  self.fetch = nil
  complain(self, fault)
  self.host.sleep(self.back_off)
  self.back_off = math.min(2 * self.back_off, BACK_OFF_MAX)
end

-- One question and what follows from it.
function sync:turn()
  local counts = self.shared.counts
  local told = counts:told()
  local answer, fault = self.link:ask(question_of(self, told))
  if not answer then return fail(self, fault) end
  counts:forget(told)
  local taken
  taken, fault = pcall(take_answer, self, answer)
  if taken then
    self.back_off = BACK_OFF_MIN
  else
    local address = self.link:address()
    self.link:fail()
    fail(self, address .. ": " .. tostring(fault))
  end
end

function sync:run()
  while not self.host.is_stopping() do self:turn() end
  -- An open socket would keep a worker alive that a reload has replaced.
  self.link:close()
  while true do self.host.sleep(LONG) end
end

return sync
