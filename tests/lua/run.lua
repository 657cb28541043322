-- Runs one test file: lua run.lua MODULE, from the root of the project. A test file gets `use`,
-- which loads a module of the bridge as pointsman.lua does, and `support`, which loads what tests
-- share; it returns its tests by name.
local luaunit = require("luaunit")

local function loader(folder)
  local loaded = {}
  local function use(name)
    if not loaded[name] then loaded[name] = assert(loadfile(folder .. name .. ".lua"))(use) end
    return loaded[name]
  end
  return use
end

local use = loader("lua/haproxy/")
local shared = loader("tests/lua/support/")
local function support(name)
  local module = shared(name)
  return type(module) == "function" and module(use) or module
end

local tests = assert(loadfile("tests/lua/haproxy/" .. arg[1] .. "_test.lua"))(use, support)
assert(next(tests), "there are no tests")

-- luaunit takes names that begin with "test".
local suite = {}
for name, test in pairs(tests) do suite["test: " .. name] = test end
local runner = luaunit.LuaUnit.new()
runner:setOutputType("text")
os.exit(runner:runSuiteByInstances({ { arg[1], suite } }) == 0)
