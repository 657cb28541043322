-- An agent's table listener without sockets: `answers` are functions from a question to what is
-- sent back, in turn (a map, raw bytes, or nil: nothing comes); when they are used up, the
-- connection breaks. Plays HAProxy's core.tcp().
return function(use)
  local message_pack = use("message_pack")
  local fake_agent = {}
  fake_agent.__index = fake_agent

  local EMPTY_MAP = "\x80"  -- the library takes an empty table for an array

  function fake_agent.new(answers)
    return setmetatable({ answers = answers, questions = {}, connections = {}, closed = 0,
                          refuses = {} }, fake_agent)
  end

  local function answer_to(agent, bytes)
    local question = message_pack.decode_map(bytes:sub(5))
    assert(#bytes == 4 + string.unpack(">I4", bytes))
    agent.questions[#agent.questions + 1] = question
    local answer = table.remove(agent.answers, 1)
    local reply = answer and answer(question)
    if type(reply) ~= "table" then return reply or "" end
    return string.pack(">s4", next(reply) and message_pack.encode(reply) or EMPTY_MAP)
  end

  function fake_agent:open()
    local agent, waiting = self, ""
    local socket = {}
    function socket.settimeout() end
    function socket.connect(_, address)
      agent.connections[#agent.connections + 1] = address
      return not agent.refuses[address] and 1 or nil
    end
    function socket.send(_, bytes)
      waiting = waiting .. answer_to(agent, bytes)
      return #bytes
    end
    -- As HAProxy's: all, or nil, a reason and what there is.
    function socket.receive(_, count)
      if #waiting < count then return nil, "timeout", waiting end
      local bytes = waiting:sub(1, count)
      waiting = waiting:sub(count + 1)
      return bytes
    end
    function socket.close() agent.closed = agent.closed + 1 end
    return socket
  end

  -- Answers that deliver a table in pieces, as the protocol says.
  function fake_agent.pieces(id, bytes, size)
    local answers = {}
    for at = 0, #bytes - 1, size do
      answers[#answers + 1] = function()
        return { id = id, size = #bytes, offset = at, bytes = bytes:sub(at + 1, at + size) }
      end
    end
    return answers
  end

  return fake_agent
end
