-- `matches` by HAProxy's converter regsub, which compiles the pattern each time: 6 to 9 us. There
-- is a match where the substitution, which begins and ends with a marker, is in the result; between
-- the two stands the group's text.
--
-- What differs from the agent: subjects have at most 4 KiB (longer ones don't match); a pattern
-- with a NUL byte, or one that HAProxy can't compile, never matches.
local regex = {}

local find = string.find

local SUBJECT_BYTES = 4096
-- HAProxy sets no match limit of its own; this is the agent's (kRegexMatchLimit).
local LIMIT = "(*LIMIT_MATCH=100000)"

-- `random(n)` gives an integer from 0 to n - 1: nobody can guess the marker and put it into a
-- subject. It does not overlap with itself, so the first one in a result is the one put in there.
function regex.new_marker(random)
  return string.format("\x01%08x%08x\x02", random(1 << 31), random(1 << 31))
end

-- The pattern for HAProxy. Verbs such as (*UTF) come first, or they are none. (*NO_JIT) is left
-- out: HAProxy compiles such a pattern, and then it never matches.
local function prepared(pattern, ignore_case)
  local verbs, at = {}, 1
  local verb = pattern:match("^%(%*[A-Z0-9_=]+%)", at)
  while verb do
    if verb ~= "(*NO_JIT)" then verbs[#verbs + 1] = verb end
    at = at + #verb
    verb = pattern:match("^%(%*[A-Z0-9_=]+%)", at)
  end
  -- regsub's flag "i" has no effect when it is called from Lua.
  return LIMIT .. table.concat(verbs) .. (ignore_case and "(?i)" or "") .. pattern:sub(at)
end

-- `converters` is txn.c. The text of the group (0: the whole match; 9: the last), empty where it
-- took no part; nil where nothing matches.
function regex.match(converters, marker, subject, pattern, ignore_case, group)
  if #subject > SUBJECT_BYTES or find(subject, marker, 1, true) then return nil end
  if find(pattern, "\0", 1, true) then return nil end
  local substitution = marker .. "\\" .. group .. marker
  local called, result = pcall(converters.regsub, converters, subject,
                               prepared(pattern, ignore_case), substitution)
  if not called or type(result) ~= "string" then return nil end
  local _, before = find(result, marker, 1, true)
  local after = before and find(result, marker, before + 1, true)
  if not after then return nil end  -- no match; or cut off, with buffers much smaller than usual
  return result:sub(before + 1, after - 1)
end

return regex
