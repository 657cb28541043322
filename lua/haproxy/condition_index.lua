-- Finds the first of many conditions that holds, without running each. Of every condition a few
-- tests are known of which one must hold (equality, beginning, containing); requests are looked up
-- in those, and only conditions that are found so are run. Conditions without such tests are always
-- run. The order of the routes decides, as if each had been tried.
local use = ...
local condition = use("condition")
local substrings = use("substrings")

local condition_index = {}
condition_index.__index = condition_index

local sub = string.sub

-- How much a test narrows the choice down, best first; nil: not looked up.
local NARROW, BEGINS, CONTAINS, WIDE = 1, 2, 3, 4
local IS_WIDE = { host = true, sni = true, method = true, scheme = true }
local HOW = {
  is = "equal", ["starts with"] = "begins", contains = "contains", ["ends with"] = "contains",
}
-- What is in every text of a browser, by the number of the browser.
local OF_BROWSER = { { "Chrome" }, { "Firefox" }, { "Safari" }, { "Edg" }, { "MSIE", "Trident" } }

local function how_of(step)
  if step.field == "src" or step.field == "port" then return nil end
  if step.field == "user-agent" and step.operator == "is" then return "contains" end
  return HOW[step.operator]
end

local function rank_of(step)
  local how = how_of(step)
  if not how then return nil end
  if IS_WIDE[step.field] then return WIDE end
  if how == "equal" then return NARROW end
  if how == "contains" then return CONTAINS end
  return #step.value > 1 and BEGINS or WIDE
end

-- From a step on: the tests of which one must hold, where all on_false lead from one to the next
-- and in the end out of the condition; their worst rank; and where evaluation goes on when one
-- holds, if that is the same place for all.
local function one_must_hold(program, at)
  local tests, rank, after = {}, 0, nil
  while at > 0 do
    local step = program.steps[at]
    if step.on_true ~= -1 then
      tests[#tests + 1] = step
      local own = rank_of(step)
      rank = own and rank and math.max(own, rank)
      if after and after ~= step.on_true then after = false end
      if after == nil then after = step.on_true end
    end
    at = step.on_false
  end
  if at == 0 then return nil end
  return tests, rank, after
end

-- The best of those sets along the way that evaluation must take.
local function best_tests(program)
  local best, best_rank
  local at = program.start
  while at and at > 0 do
    local tests, rank, after = one_must_hold(program, at)
    if not tests then break end
    if rank and (not best or rank < best_rank) then best, best_rank = tests, rank end
    at = after
  end
  return best
end

function condition_index.new()
  return setmetatable({ groups = {}, group_of = {}, always = {}, programs = {} }, condition_index)
end

local function append(list, position)
  if list[#list] ~= position then list[#list + 1] = position end
end

local function group_for(self, step)
  local key = step.field .. "\0" .. step.name
  local group = self.group_of[key]
  if not group then
    group = {
      of_field = step.of_field, name = step.name,
      equal = {}, begins = {}, lengths = {}, contains = substrings.new(),
    }
    self.group_of[key] = group
    self.groups[#self.groups + 1] = group
  end
  return group
end

local function list_in(lists, value)
  local list = lists[value]
  if not list then
    list = {}
    lists[value] = list
  end
  return list
end

local ADD = {}
function ADD.equal(group, value, position) append(list_in(group.equal, value), position) end

function ADD.begins(group, value, position)
  if not group.begins[#value] then
    group.begins[#value] = {}
    group.lengths[#group.lengths + 1] = #value
  end
  append(list_in(group.begins[#value], value), position)
end

function ADD.contains(group, value, position)
  for _, part in ipairs(OF_BROWSER[value] or { value }) do
    local list = group.contains:value_of(part)
    if not list then
      list = {}
      group.contains:add(part, list)
    end
    append(list, position)
  end
end

-- Positions are added in ascending order.
function condition_index:add(position, program)
  self.programs[position] = program
  local tests = best_tests(program)
  if not tests then
    if program.start ~= -1 then append(self.always, position) end
    return
  end
  for _, step in ipairs(tests) do
    local group, how = group_for(self, step), how_of(step)
    for _, value in ipairs(step.values) do ADD[how](group, value, position) end
  end
end

-- The lists of positions that the text leads to, appended to the `count` that were found before.
local function look_up(group, text, found, count)
  local list = group.equal[text]
  if list then
    count = count + 1
    found[count] = list
  end
  local lengths = group.lengths
  for i = 1, #lengths do
    local length = lengths[i]
    list = length <= #text and group.begins[length][sub(text, 1, length)]
    if list then
      count = count + 1
      found[count] = list
    end
  end
  return group.contains:collect(text, found, count)
end

-- The smallest position beyond `last` in any of the lists, which are ascending.
local function next_position(found, count, places, last)
  local smallest
  for i = 1, count do
    local list, place = found[i], places[i] or 1
    local position = list[place]
    while position and position <= last do
      place = place + 1
      position = list[place]
    end
    places[i] = place
    if position and (not smallest or position < smallest) then smallest = position end
  end
  return smallest
end

-- The position of the first condition that holds, or nil. `run` as for condition.holds.
function condition_index:first(facts, run)
  local found, count = { self.always }, 1
  local groups = self.groups
  for i = 1, #groups do
    local group = groups[i]
    local value = group.of_field(facts, group.name)
    if type(value) == "string" then
      count = look_up(group, value, found, count)
    elseif value then
      for k = 1, #value do count = look_up(group, value[k], found, count) end
    end
  end
  local places = {}
  local position = next_position(found, count, places, 0)
  while position do
    if condition.holds(self.programs[position], facts, run) then return position end
    position = next_position(found, count, places, position)
  end
  return nil
end

return condition_index
