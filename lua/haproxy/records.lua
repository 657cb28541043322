-- Cuts a table's bytes, which come in pieces, into records, and checks each record's sum; a little
-- a call, so that the caller can pause between. See docs/formats/table.md, "Records".
local records = {}
records.__index = records

local unpack = string.unpack

local HEAD_BYTES = 8
local PAYLOAD_BYTES = 4 << 20
local WORDS_AT_ONCE = 8
local CHECKED_AT_ONCE = 1 << 14  -- bytes a call: about 0.1 ms
local FACTOR = 0x9E3779B97F4A7C15

function records.new()
  return setmetatable({ buffer = "", at = 1, pieces = {}, pieces_bytes = 0, index = 0 }, records)
end

function records:feed(bytes)
  self.pieces[#self.pieces + 1] = bytes
  self.pieces_bytes = self.pieces_bytes + #bytes
end

-- Pieces are joined only when there is enough, so that no byte is copied more than twice.
function records:take(count)
  local buffered = #self.buffer - self.at + 1
  if buffered < count then
    if buffered + self.pieces_bytes < count then return nil end
    self.buffer = self.buffer:sub(self.at) .. table.concat(self.pieces)
    self.at, self.pieces, self.pieces_bytes = 1, {}, 0
  end
  local bytes = self.buffer:sub(self.at, self.at + count - 1)
  self.at = self.at + count
  return bytes
end

function records:is_empty() return #self.buffer < self.at and self.pieces_bytes == 0 end

local function mix(sum, word)
  sum = (sum ~ word) * FACTOR
  return sum ~ (sum >> 32)
end

-- Goes on with the sum; true when it is complete.
local function add_up(record)
  local payload, sum, at = record.payload, record.sum, record.at
  local size = #payload
  local stop = math.min(size, at + CHECKED_AT_ONCE - 1)
  while at + 8 * WORDS_AT_ONCE - 1 <= stop do
    local a, b, c, d, e, f, g, h, after = unpack("<i8i8i8i8i8i8i8i8", payload, at)
    sum = mix(mix(mix(mix(mix(mix(mix(mix(sum, a), b), c), d), e), f), g), h)
    at = after
  end
  if at + 8 * WORDS_AT_ONCE - 1 <= size then
    record.sum, record.at = sum, at
    return false
  end
  local rest = payload:sub(at) .. string.rep("\0", -(size - at + 1) % 8)
  for i = 1, #rest, 8 do sum = mix(sum, (unpack("<i8", rest, i))) end
  record.sum = sum
  return true
end

local function begin(self)
  local head = self:take(HEAD_BYTES)
  if not head then return nil end
  local length, check = unpack(">I4I4", head)
  if length < 1 or length > PAYLOAD_BYTES then
    error("record " .. self.index .. " has an impossible length, " .. length, 0)
  end
  return { length = length, check = check, sum = self.index, at = 1 }
end

-- "record" and a payload; "more": call again; "hungry": feed it first. An error: damaged.
function records:next()
  local record = self.current or begin(self)
  self.current = record
  if not record then return "hungry" end
  if not record.payload then
    record.payload = self:take(record.length)
    if not record.payload then return "hungry" end
  end
  if not add_up(record) then return "more" end
  if (record.sum ~ record.length) & 0xFFFFFFFF ~= record.check then
    error("record " .. self.index .. " is damaged", 0)
  end
  self.current = nil
  self.index = self.index + 1
  return "record", record.payload
end

return records
