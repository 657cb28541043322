-- A context of decisions without HAProxy: rolls that are given, a MAC that any changed byte changes
-- and that nobody should trust, plain texts as regular expressions.
local function mix(bytes)
  local hash = 0xCBF29CE484222325
  for i = 1, #bytes do hash = (hash ~ bytes:byte(i)) * 0x100000001B3 end
  return hash
end

local fake_context = { mix = mix }

-- `rolls` by tier; a roll that is not given is an error: it should not have been asked for.
function fake_context.new(rolls, now)
  local context = { now = now or 1750000000, asked = {} }
  local function roll(tier)
    context.asked[#context.asked + 1] = tier
    local given = rolls and rolls[tier]
    if not given then error("no roll for " .. tier:gsub("\0", "|"), 0) end
    return given
  end
  context.strength, context.weight = roll, roll
  function context.hmac(bytes, secret)
    local text = secret .. "\0" .. bytes
    return string.pack("<i8i8i8i8", mix("1" .. text), mix("2" .. text), mix("3" .. text), 0)
  end
  context.xxh64 = mix
  function context.match(subject, pattern, _, group)
    local found = { subject:find(pattern) }
    if not found[1] then return nil end
    if group == 0 then return subject:sub(found[1], found[2]) end
    return found[group + 2] or ""
  end
  return context
end

return fake_context
