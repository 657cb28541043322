local use, support = ...
local luaunit = require("luaunit")
local agent_link = use("agent_link")
local fake_agent = support("fake_agent")

local tests = {}

local function link_to(agent, addresses)
  return agent_link.new(addresses or { "a" }, function() return agent:open() end)
end

tests["questions and answers go over one connection"] = function()
  local agent = fake_agent.new({ function() return { x = 1 } end, function() return {} end })
  local link = link_to(agent)
  luaunit.assertEquals(link:ask({ version = 1 }), { x = 1 })
  luaunit.assertEquals(link:ask({ version = 1 }), {})
  luaunit.assertEquals(agent.connections, { "a" })
  luaunit.assertEquals(agent.questions[1], { version = 1 })
end

tests["when one agent fails the next is asked, and then the first again"] = function()
  local agent = fake_agent.new({ function() return {} end })
  agent.refuses.a = true
  local link = link_to(agent, { "a", "b" })
  luaunit.assertEquals({ link:ask({}) }, { nil, "a: no connection" })
  luaunit.assertNotNil(link:ask({}))
  luaunit.assertEquals({ link:ask({}) }, { nil, "b: no answer" })
  luaunit.assertNil(link:ask({}))
  luaunit.assertEquals(agent.connections, { "a", "b", "a" })
  luaunit.assertEquals(agent.closed, 3)
end

tests["what is no answer closes the connection"] = function()
  for _, bytes in ipairs({ "", "\0\0", "\0\0\0\0", "\0\1\0\1", "\xff\xff\xff\xff", "\0\0\0\5\x80",
                           "\0\0\0\1\x90", "\0\0\0\2\x80\x80", "HTTP/1.1 400" }) do
    local agent = fake_agent.new({ function() return bytes end })
    local answer, fault = link_to(agent):ask({})
    luaunit.assertNil(answer)
    luaunit.assertStrContains(fault, "a: ")
    luaunit.assertEquals(agent.closed, 1)
  end
end

return tests
