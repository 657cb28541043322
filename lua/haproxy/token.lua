-- The sticky token: fields, signature and all that makes it count as absent. Layout and causes are
-- in docs/formats/token.md; twins: spoa/routing/token_view.cc, spoa/agent/key_ring.cc.
--
-- A token is { key_id, forced, issued, seen, route_tag, conditions }; a condition that it remembers
-- is { tag, taken, roll }, the most recently used first. Keys are an array of { id, secret }, the
-- secret in base64; the first signs, all verify.
local use = ...
local base64 = use("base64")

local token = {}

local byte, pack, sub, unpack = string.byte, string.pack, string.sub, string.unpack

local TEXT_BYTES = 128
local MAC_BYTES = 16
local FIXED = ">I1I1I1I4I4I4I1"  -- version, key, flags, issued, seen, route tag, conditions
local FIXED_BYTES = string.packsize(FIXED)
local CONDITION = ">I4I2"
local CONDITION_BYTES = string.packsize(CONDITION)
local VERSION = 1
local FORCED_FLAG = 1
local TAKEN_BIT = 0x8000
local ROLLS_END = 10000
local CONDITIONS = 8
local FUTURE_TOLERANCE = 300

-- Nil where the bytes before the MAC are none that are made here.
local function fields_of(signed)
  if #signed < FIXED_BYTES then return nil end
  local version, key_id, flags, issued, seen, route_tag, count, at = unpack(FIXED, signed)
  if version ~= VERSION or flags & ~FORCED_FLAG ~= 0 or count > CONDITIONS then return nil end
  if #signed ~= FIXED_BYTES + count * CONDITION_BYTES then return nil end
  local conditions = {}
  for i = 1, count do
    local tag, outcome, after = unpack(CONDITION, signed, at)
    local roll = outcome & ~TAKEN_BIT
    if roll >= ROLLS_END then return nil end
    conditions[i] = { tag = tag, taken = outcome & TAKEN_BIT ~= 0, roll = roll }
    at = after
  end
  return {
    key_id = key_id, forced = flags == FORCED_FLAG, issued = issued, seen = seen,
    route_tag = route_tag, conditions = conditions,
  }
end

local function signed_bytes_of(fields)
  local parts = {
    pack(FIXED, VERSION, fields.key_id, fields.forced and FORCED_FLAG or 0, fields.issued,
         fields.seen, fields.route_tag, #fields.conditions),
  }
  for _, memory in ipairs(fields.conditions) do
    parts[#parts + 1] = pack(CONDITION, memory.tag, (memory.taken and TAKEN_BIT or 0) | memory.roll)
  end
  return table.concat(parts)
end

local function mac_of(gateway_name, signed, secret, context)
  return sub(context.hmac(gateway_name .. "\0" .. signed, secret), 1, MAC_BYTES)
end

-- In a time that does not tell where they differ.
local function equal_in_constant_time(a, b)
  if #a ~= #b then return false end
  local difference = 0
  for i = 1, #a do difference = difference | (byte(a, i) ~ byte(b, i)) end
  return difference == 0
end

local function key_of(keys, id)
  for _, key in ipairs(keys) do
    if key.id == id then return key end
  end
  return nil
end

-- The token that a text stands for, or nil and the cause. Times are not looked at, but for a forced
-- token's expiry and tokens from the future.
function token.read(text, gateway_name, keys, context)
  local bytes = #text <= TEXT_BYTES and base64.from_url(text)
  if not bytes or #bytes < MAC_BYTES then return nil, "malformed" end
  local signed = sub(bytes, 1, -MAC_BYTES - 1)
  local fields = fields_of(signed)
  if not fields then return nil, "malformed" end
  local key = key_of(keys, fields.key_id)
  if not key then return nil, "unknown_key" end
  local wanted = mac_of(gateway_name, signed, key.secret, context)
  if not equal_in_constant_time(wanted, sub(bytes, -MAC_BYTES)) then return nil, "bad_mac" end
  if fields.issued > context.now + FUTURE_TOLERANCE then return nil, "from_future" end
  if fields.forced and context.now >= fields.seen then return nil, "expired" end
  return fields
end

-- The text, signed by the first key, whose id is put in.
function token.sign(fields, gateway_name, keys, context)
  local key = keys[1]
  fields.key_id = key.id
  local signed = signed_bytes_of(fields)
  return base64.to_url(signed .. mac_of(gateway_name, signed, key.secret, context))
end

function token.empty()
  return { key_id = 0, forced = false, issued = 0, seen = 0, route_tag = 0, conditions = {} }
end

function token.copy(fields)
  local conditions = {}
  for i, memory in ipairs(fields.conditions) do conditions[i] = memory end
  return {
    key_id = fields.key_id, forced = fields.forced, issued = fields.issued, seen = fields.seen,
    route_tag = fields.route_tag, conditions = conditions,
  }
end

function token.find(fields, tag)
  for _, memory in ipairs(fields.conditions) do
    if memory.tag == tag then return memory end
  end
  return nil
end

-- Puts the memory first, replacing one of the same tag, else dropping the last when full.
function token.remember(fields, memory)
  local conditions = fields.conditions
  local place = math.min(#conditions + 1, CONDITIONS)
  for i, other in ipairs(conditions) do
    if other.tag == memory.tag then
      place = i
      break
    end
  end
  for i = place, 2, -1 do conditions[i] = conditions[i - 1] end
  conditions[1] = memory
end

return token
