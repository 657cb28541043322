-- One question to the agent and its answer (docs/formats/bridge.md), over one connection that is
-- kept. Faults are errors with a text; the connection is then closed, and the next question goes to
-- the next agent.
local use = ...
local message_pack = use("message_pack")

local agent_link = {}
agent_link.__index = agent_link

local TIMEOUT_SECONDS = 3  -- the agent holds a question back for up to one
local MESSAGE_BYTES = 65536

-- `open()` gives a socket as HAProxy's core.tcp() does.
function agent_link.new(agents, open)
  return setmetatable({ agents = agents, current = 1, open = open }, agent_link)
end

function agent_link:close()
  if not self.socket then return end
  pcall(self.socket.close, self.socket)
  self.socket = nil
end

function agent_link:address() return self.agents[self.current] end

local function connect(self)
  local socket = self.open()
  self.socket = socket
  socket:settimeout(TIMEOUT_SECONDS)
  if not socket:connect(self:address()) then error("no connection", 0) end
end

local function receive(self, count)
  local bytes = self.socket:receive(count)
  if not bytes or #bytes ~= count then error("no answer", 0) end
  return bytes
end

local function exchange(self, question)
  if not self.socket then connect(self) end
  local message = message_pack.encode(question)
  if self.socket:send(string.pack(">s4", message)) ~= #message + 4 then error("can't send", 0) end
  local length = string.unpack(">I4", receive(self, 4))
  if length < 1 or length > MESSAGE_BYTES then error("an answer of " .. length .. " bytes", 0) end
  local answer, fault = message_pack.decode_map(receive(self, length))
  if not answer then error("the answer " .. fault, 0) end
  return answer
end

-- The answer; or nil and what went wrong.
function agent_link:ask(question)
  local asked, answer = pcall(exchange, self, question)
  if asked then return answer end
  local fault = self:address() .. ": " .. tostring(answer)
  self:fail()
  return nil, fault
end

function agent_link:fail()
  self:close()
  self.current = self.current % #self.agents + 1
end

return agent_link
