-- Finds the first of many conditions that holds, without running each. Of every condition a few
-- tests are known of which one must hold (equality, beginning, containing); requests are looked up
-- in those, and only conditions that are found so are run. Conditions without such tests are always
-- run. The order of the routes decides, as if each had been tried.
local use = ...
local condition = use("condition")

local condition_index = {}
condition_index.__index = condition_index

local find, sub = string.find, string.sub

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
      equal = {}, begins = {}, lengths = {}, contains = {}, parts = {},
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
    if not group.contains[part] then group.parts[#group.parts + 1] = part end
    append(list_in(group.contains, part), position)
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

local function note(found, list)
  if list then found[#found + 1] = list end
end

-- The lists of positions that a text leads to.
local function look_up(group, text, found)
  note(found, group.equal[text])
  for _, length in ipairs(group.lengths) do
    if length <= #text then note(found, group.begins[length][sub(text, 1, length)]) end
  end
  local parts, contains = group.parts, group.contains
  for i = 1, #parts do
    local part = parts[i]
    if find(text, part, 1, true) then note(found, contains[part]) end
  end
end

-- The smallest position beyond `last` in any of the lists, which are ascending.
local function next_position(found, places, last)
  local smallest
  for i = 1, #found do
    local list, place = found[i], places[i] or 1
    while list[place] and list[place] <= last do place = place + 1 end
    places[i] = place
    local position = list[place]
    if position and (not smallest or position < smallest) then smallest = position end
  end
  return smallest
end

-- The position of the first condition that holds, or nil. `run` as for condition.holds.
function condition_index:first(facts, run)
  local found = { self.always }
  for _, group in ipairs(self.groups) do
    local value = group.of_field(facts, group.name)
    if type(value) == "string" then
      look_up(group, value, found)
    elseif value then
      for i = 1, #value do look_up(group, value[i], found) end
    end
  end
  local places = {}
  local position = next_position(found, places, 0)
  while position do
    if condition.holds(self.programs[position], facts, run) then return position end
    position = next_position(found, places, position)
  end
  return nil
end

return condition_index
