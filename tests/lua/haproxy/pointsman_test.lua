local support = select(2, ...)
local luaunit = require("luaunit")
local document = support("table_document")
local fake_transaction = support("fake_transaction")

local tests = {}

-- HAProxy's core, as far as it is used at start.
local function fake_core()
  local core = { thread = 1, warning = 4, lines = {}, actions = {}, tasks = {} }
  function core.log(_, text) core.lines[#core.lines + 1] = text end
  function core.register_action(name, places, act) core.actions[name] = { places, act } end
  function core.register_init(initialise) initialise() end
  function core.register_task(task) core.tasks[#core.tasks + 1] = task end
  return core
end

local function load_with(environment)
  local core = fake_core()
  local globals = setmetatable({
    core = core,
    os = setmetatable({ getenv = function(name) return environment[name] end }, { __index = os }),
  }, { __index = _G, __newindex = function(_, name) error("sets the global " .. name) end })
  assert(loadfile("lua/haproxy/pointsman.lua", "t", globals))()
  return core
end

local function file_with(bytes)
  local path = os.tmpname()
  local file = assert(io.open(path, "wb"))
  file:write(bytes)
  file:close()
  return path
end

local function decided_by(core)
  local txn = fake_transaction.new({ ["txn.pm_gateway"] = "g" })
  core.actions.pointsman[2](txn)
  return txn.set["txn.pm.gen"]
end

tests["without settings there is an action that decides nothing"] = function()
  local core = load_with({})
  luaunit.assertEquals(core.actions.pointsman[1], { "http-req", "tcp-req" })
  luaunit.assertEquals(#core.tasks, 0)
  luaunit.assertNil(decided_by(core))
  luaunit.assertEquals(core.lines, {})
end

tests["the file's table decides from the start"] = function()
  local path = file_with(document.write({ generation = 6, gateways = { { name = "g" } } }))
  local core = load_with({ POINTSMAN_TABLE = path })
  luaunit.assertEquals(decided_by(core), 6)
  luaunit.assertEquals(core.lines, {})
  os.remove(path)
end

tests["a file that is missing or damaged is told, and nothing else happens"] = function()
  local path = file_with("no table")
  for file, wanted in pairs({ [path] = "refused", [path .. ".gone"] = "No such file" }) do
    local core = load_with({ POINTSMAN_TABLE = file })
    luaunit.assertEquals(#core.lines, 1)
    luaunit.assertStrContains(core.lines[1], wanted)
    luaunit.assertNil(decided_by(core))
  end
  os.remove(path)
end

tests["one task a thread keeps in step with the agents"] = function()
  luaunit.assertEquals(#load_with({ POINTSMAN_AGENTS = "unix@/a, 10.0.0.1:9013" }).tasks, 1)
end

tests["package.path and package.loaded are as before"] = function()
  local path, loaded = package.path, package.loaded.MessagePack
  load_with({})
  luaunit.assertEquals(package.path, path)
  luaunit.assertIs(package.loaded.MessagePack, loaded)
end

return tests
