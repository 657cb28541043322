-- The path that a route gives a request. Twin: Rewrite::apply in spoa/routing/rewrite.cc.
local use = ...
local condition = use("condition")

local rewrite = {}

local PATH_BYTES = 8192
local UNFIT = "[^\x21-\x7e]"  -- with '?' and '#': what can't stand in a path (RFC 3986, 3.3)

local function encoded(text)
  local function percent(letter) return string.format("%%%02X", string.byte(letter)) end
  return (text:gsub(UNFIT, percent):gsub("[?#]", percent))
end

local function group_text(capture, number, run)
  local step = capture.step
  if not step then return "" end
  return encoded(run.match(capture.text, step.value, step.ignore_case, number) or "")
end

local function apply(rule, facts, context)
  local capture = {}
  local run = { match = context.match, capture = capture }
  if rule.condition and not condition.holds(rule.condition, facts, run) then return nil end
  local parts, size = {}, 0
  for i, piece in ipairs(rule.pieces) do
    local part = piece
    if piece == 0 then part = facts.path elseif type(piece) ~= "string" then
      part = group_text(capture, piece, run)
    end
    parts[i] = part
    size = size + #part
    if size > PATH_BYTES then return nil end
  end
  local path = table.concat(parts)
  if path:byte(1) ~= 47 then path = "/" .. path end
  return #path <= PATH_BYTES and path or nil
end

-- The first that applies, or nil.
function rewrite.path(route, facts, context)
  local rules = route.rewrites
  for i = 1, rules and #rules or 0 do
    local path = apply(rules[i], facts, context)
    if path then return path end
  end
  return nil
end

return rewrite
