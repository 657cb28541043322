local use, support = ...
local luaunit = require("luaunit")
local condition = use("condition")
local condition_index = use("condition_index")
local condition_reader = use("condition_reader")
local document = support("table_document")
local fake_context = support("fake_context")
local random_text = support("random_text")
local request = use("request")

local tests = {}

local RUN = fake_context.new()

-- The slow and obvious twin.
local function first_of(programs, facts)
  for position, program in ipairs(programs) do
    if condition.holds(program, facts, RUN) then return position end
  end
  return nil
end

local function index_of(programs)
  local index = condition_index.new()
  for position, program in ipairs(programs) do index:add(position, program) end
  return index
end

local TEXTS = { "path", "query", "method", "host", "url", "sni", "scheme" }
local NAMED = { "header", "cookie", "parameter" }
local OPERATORS = { "is", "is", "starts with", "ends with", "contains", "matches" }

local function random_test(random)
  local kind = random:below(10)
  if kind == 0 then return { "port", "is", "", { random:below(3) } } end
  if kind == 1 then return { "user-agent", "is", "", { 1 + random:below(5) } } end
  if kind == 2 then return { random:one_of(NAMED), "present", random:of("ab", 1) .. "a", {} } end
  local field, name = random:one_of(TEXTS), ""
  if kind < 6 then field, name = random:one_of(NAMED), random:of("ab", 1) .. "a" end
  if kind == 6 then field = "user-agent" end
  local operator = random:one_of(OPERATORS)
  local values = { random:of("ab/", 2) }
  while operator == "is" and random:below(2) == 0 do values[#values + 1] = random:of("ab/", 2) end
  return { field, operator, name, values }
end

local function random_program(random)
  local count = random:below(5)
  local steps = {}
  local function target(number)
    local value = number + random:below(count - number + 3)
    return value <= count and value > number and value or random:below(2) - 1
  end
  for number = 1, count do
    local step = random_test(random)
    step[5], step[6] = target(number), target(number)
    steps[number] = step
  end
  local start = count > 0 and random:below(20) > 0 and 1 or random:below(2) - 1
  return condition_reader.read({ start = start, steps = steps })
end

local BROWSERS = { "Chrome", "Firefox", "Safari Version", "Edg Chrome", "MSIE", "Trident" }

local function random_request(random)
  return request.facts_of({
    path = random:of("ab/", 3), query = "a=" .. random:of("ab&a=", 4), method = random:of("ab", 1),
    host = random:of("ab", 2), sni = random:of("ab", 1), scheme = random:of("ab", 1),
    port = random:below(4),
    headers = {
      ["user-agent"] = { random:one_of(BROWSERS) .. random:of("ab", 2) },
      a = { random:of("ab/", 3) }, ba = random:below(2) == 0 and { "a", "" } or nil,
      cookie = { "a=" .. random:of("ab/", 2) .. "; ba=" .. random:of("ab", 2) },
    },
  })
end

tests["the first condition that holds is found as by trying each"] = function()
  local random = random_text.new()
  local found = 0
  for _ = 1, 600 do
    local programs = {}
    for position = 1, 1 + random:below(12) do programs[position] = random_program(random) end
    local index = index_of(programs)
    for _ = 1, 10 do
      local facts = random_request(random)
      local wanted = first_of(programs, facts)
      found = found + (wanted and 1 or 0)
      luaunit.assertEquals(index:first(facts, RUN), wanted)
    end
  end
  luaunit.assertTrue(found > 600 and found < 6000)
end

local function count_runs(tests_of_conditions, source)
  local programs = {}
  for position, list in ipairs(tests_of_conditions) do
    programs[position] = condition_reader.read(document.all_of(list))
  end
  local runs = 0
  local holds = condition.holds
  function condition.holds(...)
    runs = runs + 1
    return holds(...)
  end
  local position = index_of(programs):first(request.facts_of(source), RUN)
  condition.holds = holds
  return runs, position
end

tests["of many conditions only those that may hold are run"] = function()
  local many = {}
  for i = 1, 100 do
    many[#many + 1] = { { "path", "is", "", { "/p" .. i } } }
    many[#many + 1] = { { "path", "starts with", "", { "/q" .. i .. "/" } } }
    many[#many + 1] = { { "user-agent", "is", "", { "agent" .. i .. ";" } } }
    many[#many + 1] = { { "cookie", "is", "c", { "v" .. i } }, { "method", "is", "", { "GET" } } }
    many[#many + 1] = { { "method", "is", "", { "GET" } }, { "header", "is", "x", { "h" .. i } } }
  end
  local source = {
    path = "/q100/x", method = "GET", headers = { ["user-agent"] = { "an agent100;" },
    cookie = { "c=v7" } },
  }
  local runs, position = count_runs(many, source)
  luaunit.assertEquals(position, 34)
  luaunit.assertEquals(runs, 1)
  source.headers.cookie = { "c=v100" }
  source.path = "/"
  runs, position = count_runs(many, source)
  luaunit.assertEquals(position, 498)
  luaunit.assertEquals(runs, 1)
end

return tests
