-- `matches` by HAProxy's converter regsub, which compiles the pattern each time: 6 to 9 us. There
-- is a match where the substitution, which begins and ends with a marker, is in the result; between
-- the two stands the group's text.
--
-- What differs from the agent: HAProxy sets no match limits, so subjects have at most 4 KiB (longer
-- ones don't match); a pattern with a NUL byte, or one that HAProxy can't compile, never matches.
local regex = {}

local find = string.find

local SUBJECT_BYTES = 4096

-- `random(n)` gives an integer from 0 to n - 1: nobody can guess the marker and put it into a
-- subject. It does not overlap with itself, so the first one in a result is the one put in there.
function regex.new_marker(random)
  return string.format("\x01%08x%08x\x02", random(1 << 31), random(1 << 31))
end

-- `converters` is txn.c. The text of the group (0: the whole match; 9: the last), empty where it
-- took no part; nil where nothing matches.
function regex.match(converters, marker, subject, pattern, ignore_case, group)
  if #subject > SUBJECT_BYTES or find(subject, marker, 1, true) then return nil end
  if find(pattern, "\0", 1, true) then return nil end
  -- regsub's flag "i" has no effect when it is called from Lua.
  if ignore_case then pattern = "(?i)" .. pattern end
  local substitution = marker .. "\\" .. group .. marker
  local called, result = pcall(converters.regsub, converters, subject, pattern, substitution)
  if not called or type(result) ~= "string" then return nil end
  local _, before = find(result, marker, 1, true)
  local after = before and find(result, marker, before + 1, true)
  if not after then return nil end  -- no match; or cut off, with buffers much smaller than usual
  return result:sub(before + 1, after - 1)
end

return regex
