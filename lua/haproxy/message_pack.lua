-- MessagePack: Debian's pure Lua library, with bounds before it. It decodes by recursion and leaves
-- holes in arrays for nil, so form and depth are looked at first, without recursion.
--
-- The library is loaded for the bridge alone: other Lua in the same HAProxy may have another one,
-- or change how this one packs (its options are global to it).
local message_pack = {}

local byte, unpack = string.byte, string.unpack

local DEPTH = 8  -- containers in containers, the outermost counted

-- Debian installs it for Lua 5.1 to 5.3; it works in 5.4. A copy beside the bridge does as well.
local function load_library()
  local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
  local places = package.path .. ";/usr/share/lua/5.3/?.lua;" .. here .. "?.lua"
  local path = package.searchpath("MessagePack", places)
  local chunk, fault
  if path then chunk, fault = loadfile(path) end
  if not chunk then
    error("the Lua library MessagePack is missing: install the package lua-messagepack" ..
          (fault and " (" .. fault .. ")" or ""), 0)
  end
  return chunk("MessagePack")
end

local library = load_library()

-- By the first byte: how many bytes follow it; how its length or count is packed; and how many
-- values a counted thing stands for (none: it is bytes).
local FOLLOWING, PACKED, VALUES = {}, {}, {}
for first = 0x00, 0x7f do FOLLOWING[first] = 0 end
for first = 0xe0, 0xff do FOLLOWING[first] = 0 end
for first = 0xa0, 0xbf do FOLLOWING[first] = first - 0xa0 end
for first, following in pairs({
  [0xc2] = 0, [0xc3] = 0, [0xca] = 4, [0xcb] = 8, [0xcc] = 1, [0xcd] = 2, [0xce] = 4, [0xcf] = 8,
  [0xd0] = 1, [0xd1] = 2, [0xd2] = 4, [0xd3] = 8,
}) do FOLLOWING[first] = following end
for first, packed in pairs({
  [0xc4] = ">I1", [0xc5] = ">I2", [0xc6] = ">I4", [0xd9] = ">I1", [0xda] = ">I2", [0xdb] = ">I4",
  [0xdc] = ">I2", [0xdd] = ">I4", [0xde] = ">I2", [0xdf] = ">I4",
}) do PACKED[first] = packed end
VALUES[0xdc], VALUES[0xdd], VALUES[0xde], VALUES[0xdf] = 1, 1, 2, 2

-- Of a map or array with its count in the first byte: how many values it holds.
local function short_count(first)
  if first >= 0x90 and first <= 0x9f then return first - 0x90 end
  if first >= 0x80 and first <= 0x8f then return 2 * (first - 0x80) end
  return nil
end

-- The value that begins at `at`: where the next one begins, and for a map or an array how many
-- values it holds. Nothing: cut short, or nil and extensions, which no message here has.
local function look(bytes, at)
  local first = byte(bytes, at)
  if not first then return nil end
  local following = FOLLOWING[first]
  if following then return at + 1 + following end
  local packed = PACKED[first]
  if not packed then return short_count(first) and at + 1, short_count(first) end
  if at + string.packsize(packed) > #bytes then return nil end
  local count, after = unpack(packed, bytes, at + 1)
  if VALUES[first] then return after, count * VALUES[first] end
  return after + count
end

local function fault_in(bytes)
  local at, depth, left = 1, 0, { [0] = 1 }
  while depth >= 0 do
    if left[depth] == 0 then
      depth = depth - 1
    else
      left[depth] = left[depth] - 1
      local after, count = look(bytes, at)
      if not after or after > #bytes + 1 then return "is cut short or no MessagePack" end
      at = after
      if count then
        if depth == DEPTH then return "is nested deeper than " .. DEPTH end
        depth = depth + 1
        left[depth] = count
      end
    end
  end
  if at ~= #bytes + 1 then return "has bytes after its end" end
  return nil
end

-- One map from exactly these bytes; or nil and why not.
function message_pack.decode_map(bytes)
  local first = byte(bytes, 1) or 0
  if not (first >= 0x80 and first <= 0x8f or first == 0xde or first == 0xdf) then
    return nil, "is no map"
  end
  local fault = fault_in(bytes)
  if fault then return nil, fault end
  local decoded, value = pcall(library.unpack, bytes)
  if not decoded then return nil, "is no MessagePack" end
  return value
end

function message_pack.encode(value) return library.pack(value) end

return message_pack
