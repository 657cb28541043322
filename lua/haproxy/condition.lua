-- Runs a condition: a program of tests without loops (docs/formats/table.md, "A condition"). Twin:
-- spoa/routing/condition_evaluate.cc. Every condition is true or false for every request.
local use = ...
local request = use("request")

local condition = {}

local byte, find, sub = string.byte, string.find, string.sub

local function has(text, part) return find(text, part, 1, true) ~= nil end

-- Chrome's texts name Safari, Edge's name Chrome and Safari: hence the exclusions.
local BROWSERS = {
  function(text) return has(text, "Chrome") and not has(text, "Edg") end,
  function(text) return has(text, "Firefox") end,
  function(text)
    return has(text, "Safari") and has(text, "Version") and not has(text, "Chrome")
  end,
  function(text) return has(text, "Edg") end,
  function(text) return has(text, "MSIE") or has(text, "Trident") end,
}
condition.browser_count = #BROWSERS

-- What addresses of a network begin with: so many whole bytes, and bits of the byte after them.
function condition.network(address, bits)
  local whole = bits // 8
  local mask = 0xff << (8 - bits % 8) & 0xff
  local last = byte(address, whole + 1) or 0
  return { whole = whole, start = sub(address, 1, whole), mask = mask, last = last & mask }
end

local function is_any(step, value)
  for _, wanted in ipairs(step.values) do
    if value == wanted then return true end
  end
  return false
end

local function is_user_agent(step, text)
  for _, wanted in ipairs(step.values) do
    local is_browser = BROWSERS[wanted]
    if is_browser then
      if is_browser(text) then return true end
    elseif has(text, wanted) then
      return true
    end
  end
  return false
end

local function is_in_network(step, address)
  local whole, start
  for _, network in ipairs(step.values) do
    if network.whole ~= whole then
      whole = network.whole
      start = sub(address, 1, whole)
    end
    if start == network.start and
       (network.mask == 0 or byte(address, whole + 1) & network.mask == network.last) then
      return true
    end
  end
  return false
end

-- The captures of the first `matches` that held are kept as what they can be taken from.
local function matches(step, text, run)
  if not run.match(text, step.value, step.ignore_case, 0) then return false end
  local capture = run.capture
  if capture and not capture.step then capture.step, capture.text = step, text end
  return true
end

local SATISFIES = {
  is = is_any,
  contains = function(step, text) return has(text, step.value) end,
  ["starts with"] = function(step, text) return sub(text, 1, #step.value) == step.value end,
  ["ends with"] = function(step, text)
    local value = step.value
    return #text >= #value and sub(text, #text - #value + 1) == value
  end,
  matches = matches,
}
local IS = { ["user-agent"] = is_user_agent, src = is_in_network }

local function test_occurrences(step, facts, run)
  local values = step.of_field(facts, step.name)
  if not values then return false end
  local satisfies = step.satisfies
  for i = 1, #values do
    if satisfies(step, values[i], run) then return true end
  end
  return false
end

local function test_single(step, facts, run)
  local value = step.of_field(facts)
  return value ~= nil and step.satisfies(step, value, run)
end

-- A header or parameter that is there counts even when empty, a cookie only with a value.
local function test_present(step, facts)
  local values = step.of_field(facts, step.name)
  if not values then return false end
  if step.field ~= "cookie" then return true end
  for _, value in ipairs(values) do
    if value ~= "" then return true end
  end
  return false
end

condition.occurring = { ["user-agent"] = true, header = true, cookie = true, parameter = true }

-- A step as it is run: { field, operator, name, values, on_true, on_false }, which the reader has
-- checked, gains what it is run with.
function condition.prepare(step)
  step.of_field = request.of_field[step.field]
  step.value = step.values[1]
  step.ignore_case = step.field == "host" or step.field == "sni"
  if step.operator == "present" then
    step.test = test_present
    return step
  end
  step.satisfies = step.operator == "is" and IS[step.field] or SATISFIES[step.operator]
  step.test = condition.occurring[step.field] and test_occurrences or test_single
  return step
end

-- `run` has match(subject, pattern, ignore_case, group), and perhaps `capture`, an empty table that
-- gets the step and the text of the first `matches` that held.
function condition.holds(program, facts, run)
  local at, steps = program.start, program.steps
  while at > 0 do
    local step = steps[at]
    at = step.test(step, facts, run) and step.on_true or step.on_false
  end
  return at == 0
end

return condition
