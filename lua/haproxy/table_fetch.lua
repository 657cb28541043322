-- A table on its way from the agent: takes answers that carry bytes, in their order, and reads them
-- as they come, so that memory holds the table once and no call takes long.
local use = ...
local fields = use("fields")
local table_reader = use("table_reader")

local table_fetch = {}
table_fetch.__index = table_fetch

local ID_BYTES = 32
local PIECE_BYTES = 8000
local TABLE_BYTES = 256 << 20
local STEPS_AT_ONCE = 4  -- records between two pauses: about half a millisecond

-- What an answer says, checked; an error where it is none.
function table_fetch.piece_of(answer)
  local piece = {
    id = fields.filled_text(answer, "id"),
    size = fields.integer(answer, "size", 1, math.maxinteger),
    offset = fields.integer(answer, "offset", 0, math.maxinteger),
    bytes = fields.filled_text(answer, "bytes"),
  }
  if #piece.id > ID_BYTES then error("'id' is too long", 0) end
  if #piece.bytes > PIECE_BYTES then error("'bytes' are too many", 0) end
  return piece
end

function table_fetch.new(id, size)
  return setmetatable({ id = id, size = size, offset = 0, reader = table_reader.new() },
                      table_fetch)
end

-- An error: the piece does not go on where the last one ended.
local function check_place(self, piece)
  if piece.id ~= self.id or piece.size ~= self.size or piece.offset ~= self.offset then
    error("a piece of the table that does not fit", 0)
  end
  if self.offset + #piece.bytes > self.size then error("more bytes than the table's size", 0) end
end

-- "more" pieces are wanted; "done", and self.reader.tables is there; or "refused" and why. Pauses
-- by calling `pause()` now and then.
function table_fetch:take(piece, pause)
  if self.size > TABLE_BYTES then
    return "refused", "it has " .. self.size .. " bytes, more than " .. TABLE_BYTES
  end
  check_place(self, piece)
  self.reader:feed(piece.bytes)
  self.offset = self.offset + #piece.bytes
  local steps = 0
  local state, fault = self.reader:step()
  while state == "more" do
    steps = steps + 1
    if steps % STEPS_AT_ONCE == 0 then pause() end
    state, fault = self.reader:step()
  end
  if not state then return "refused", fault end
  if self.offset < self.size then return "more" end
  if state ~= "done" then return "refused", "it ends too early" end
  return "done"
end

return table_fetch
