-- An address as HAProxy writes it (RFC 5952 for IPv6) to the 16 bytes that conditions compare, IPv4
-- mapped into IPv6. Twin: spoa/base/ip_address.cc.
local address = {}

local MAPPED = string.rep("\0", 10) .. "\xff\xff"

local function v4_bytes(text)
  local a, b, c, d = text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  if not a then return nil end
  local bytes = { tonumber(a), tonumber(b), tonumber(c), tonumber(d) }
  for _, value in ipairs(bytes) do
    if value > 255 then return nil end
  end
  return string.char(table.unpack(bytes))
end

-- The groups of one side of "::", the last perhaps an IPv4 address.
local function v6_groups(text)
  if text == "" then return "" end
  local parts = {}
  for group in (text .. ":"):gmatch("([^:]*):") do
    local bytes = v4_bytes(group)
    if not bytes then
      if not group:find("^%x%x?%x?%x?$") then return nil end
      bytes = string.pack(">I2", tonumber(group, 16))
    end
    parts[#parts + 1] = bytes
  end
  return table.concat(parts)
end

-- Nil where the text is no address.
function address.parse(text)
  local v4 = v4_bytes(text)
  if v4 then return MAPPED .. v4 end
  local gap = text:find("::", 1, true)
  local head = v6_groups(gap and text:sub(1, gap - 1) or text)
  local tail = v6_groups(gap and text:sub(gap + 2) or "")
  if not head or not tail then return nil end
  local missing = 16 - #head - #tail
  if missing < 0 or (missing > 0) ~= (gap ~= nil) then return nil end
  return head .. string.rep("\0", missing) .. tail
end

return address
