-- The longest decisions, while Lua collects garbage, by Lua's own settings and by the bridge's:
--   lua5.4 tests/bench/collector.lua [ROUTES] [DECISIONS]
-- Milliseconds of CPU time. Everything is as in HAProxy but HAProxy: its fetches are a plain table.
local ROUTES, DECISIONS = tonumber(arg[1] or 10000), tonumber(arg[2] or 300000)

local function loader(folder)
  local loaded = {}
  local function use(name)
    if not loaded[name] then loaded[name] = assert(loadfile(folder .. name .. ".lua"))(use) end
    return loaded[name]
  end
  return use
end
local use = loader("lua/haproxy/")
local document = loader("tests/lua/support/")("table_document")(use)

local function routes()
  local list = {}
  for i = 1, ROUTES do
    local test = { "cookie", "is", "choice", { i == ROUTES and "last" or "value-" .. i } }
    list[i] = { name = "r" .. i, condition = document.all_of({ test }, 10000, ROUTES + i) }
  end
  list[ROUTES + 1] = { name = "rest", share = 10000 }
  return list
end

local gateway = { name = "g", hosts = { "*" }, routes = routes() }
local tables = document.tables({ gateways = { gateway } })
local HEADERS = { cookie = { "session=3f6a8c21; choice=last; theme=dark" } }
local sequences = use("rolls").new(function(count) return math.random(0, count - 1) end)
local context = { now = os.time(), strength = function(tier) return sequences:next(tier) end }
context.weight = context.strength

local function decide()
  local source = { host = "a.example", path = "/some/path", scheme = "http", headers = HEADERS }
  local decision = use("decide").decide(tables, source, context)
  return use("answer").variables(decision, source, tables, context)
end
assert(decide().route == "r" .. ROUTES)

-- Counted by microseconds, so that the figures add nothing to what is collected.
local function measure(name)
  local counts, peak = {}, 0
  for _ = 1, DECISIONS do
    local before = os.clock()
    decide()
    local time = math.floor((os.clock() - before) * 1e6)
    counts[time] = (counts[time] or 0) + 1
    peak = math.max(peak, collectgarbage("count"))
  end
  local line = { string.format("%-12s", name) }
  local time, seen = -1, 0
  for _, part in ipairs({ 0.5, 0.99, 0.999, 0.9999, 1 }) do
    while seen < part * DECISIONS do
      time = time + 1
      seen = seen + (counts[time] or 0)
    end
    line[#line + 1] = string.format("%g %%: %.3f", part * 100, time / 1000)
  end
  line[#line + 1] = string.format("memory %.0f MB", peak / 1024)
  print(table.concat(line, "  "))
end

print(_VERSION .. ", " .. ROUTES .. " routes, " .. DECISIONS .. " decisions, ms")
collectgarbage()
-- As in HAProxy; the command lua5.4 has another.
if _VERSION == "Lua 5.4" then collectgarbage("incremental") end
measure("Lua's own")
collectgarbage()
use("collector").spread()
measure("the bridge's")
