-- The bridge: loaded by HAProxy in each thread (global: lua-load-per-thread .../pointsman.lua), it
-- decides when the agent gave no decision. docs/bridge.md explains it. Settings are variables of
-- the environment (global: setenv NAME VALUE, above the line that loads it):
--   POINTSMAN_TABLE    file to read a table from at start; optional
--   POINTSMAN_AGENTS   addresses of agents' table listeners, separated by commas; optional
--
-- Modules are files beside this one, loaded by `use`, which each gets as its argument: the user's
-- own Lua in the same HAProxy sees neither globals nor packages of the bridge.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"

local loaded = {}
local function use(name)
  if not loaded[name] then
    local chunk, fault = loadfile(here .. name .. ".lua")
    if not chunk then error(fault, 0) end
    loaded[name] = chunk(use)
  end
  return loaded[name]
end

use("collector").spread()

local PIECE_BYTES = 1 << 16

local shared = { tables = nil, counts = use("decision_counts").new() }

local function log(text) core.log(core.warning, "pointsman bridge: " .. text) end

-- Files are read before HAProxy enters its chroot, and never again: reading holds a thread up.
local function read_file(path)
  local file, fault = io.open(path, "rb")
  if not file then return nil, fault end
  local tables
  tables, fault = use("table_reader").read(function() return file:read(PIECE_BYTES) end)
  file:close()
  return tables, fault and path .. ": the table is refused: " .. fault
end

-- One thread complains for all; later, since HAProxy 3 drops what is logged while it is configured.
local function load_table(path)
  local tables, fault = read_file(path)
  if not tables and core.thread <= 1 then core.register_init(function() log(fault) end) end
  shared.tables = tables
end

local function agents_of(text)
  local agents = {}
  for address in text:gmatch("[^,%s]+") do agents[#agents + 1] = address end
  return agents
end

local function is_stopping()
  local stopping = core.get_info().Stopping
  return stopping == 1 or stopping == true or stopping == "1"
end

-- HAProxy's information costs more than a question: it is looked at once a second.
local function once_a_second(look)
  local looked_at, seen
  return function()
    local now = os.time()
    if now ~= looked_at then looked_at, seen = now, look() end
    return seen
  end
end

local function keep_in_step(agents)
  local info = core.get_info()
  local host = {
    name = string.format("HAProxy %s, process %s, thread %s", info.Version, info.Pid,
                         core.thread):sub(1, 64),
    sleep = core.msleep,
    pause = function() core.msleep(1) end,  -- core.yield() would let no new traffic in
    is_stopping = once_a_second(is_stopping),
    log = log,
  }
  use("sync").new(host, shared, agents, core.tcp):run()
end

-- What is missing shows when HAProxy checks its configuration, not with the first table.
use("table_reader")
use("sync")

local path = os.getenv("POINTSMAN_TABLE")
if path and path ~= "" then load_table(path) end

local agents = agents_of(os.getenv("POINTSMAN_AGENTS") or "")
if #agents > 0 then core.register_task(function() keep_in_step(agents) end) end

core.register_action("pointsman", { "http-req", "tcp-req" }, use("action").new(shared, log), 0)
