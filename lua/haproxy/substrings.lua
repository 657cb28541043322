-- Which of many parts occur in a text. Few are sought one after the other. Of many, each waits
-- under one of its own grams (three bytes in a row), and only those are sought whose gram is in the
-- text.
local substrings = {}
substrings.__index = substrings

local byte, find = string.byte, string.find

local GRAM_BYTES = 3
local GRAMS_TRIED = 32  -- of a part, for the one under which the fewest wait
local FEW = 8
local CHUNK_BYTES = 256  -- of a text, taken apart at once

function substrings.new()
  return setmetatable({ values = {}, always = {}, waiting = {}, waiting_count = 0 }, substrings)
end

-- What was added with the part, or nil.
function substrings:value_of(part) return self.values[part] end

local function gram_at(part, at)
  local first, second, third = byte(part, at, at + 2)
  return first << 16 | second << 8 | third
end

local function rarest_gram(waiting, part)
  local rarest, fewest
  for at = 1, math.min(#part - GRAM_BYTES + 1, GRAMS_TRIED) do
    local gram = gram_at(part, at)
    local parts = waiting[gram]
    if not parts then return gram end
    if not fewest or #parts < fewest then rarest, fewest = gram, #parts end
  end
  return rarest
end

-- A part is added once; its value is anything but nil.
function substrings:add(part, value)
  self.values[part] = value
  local list = self.always
  if #part >= GRAM_BYTES and #list >= FEW then
    local gram = rarest_gram(self.waiting, part)
    list = self.waiting[gram]
    if not list then
      list = {}
      self.waiting[gram] = list
    end
    self.waiting_count = self.waiting_count + 1
  end
  list[#list + 1] = part
end

-- Appends to `found`, which has `count`, the values of `parts` that are in the text.
local function seek(self, text, parts, found, count)
  local values = self.values
  for i = 1, #parts do
    if find(text, parts[i], 1, true) then
      count = count + 1
      found[count] = values[parts[i]]
    end
  end
  return count
end

-- Appends to `found`, which has `count`, the values of all parts that are in the text, and returns
-- how many it has then.
function substrings:collect(text, found, count)
  count = seek(self, text, self.always, found, count)
  if self.waiting_count == 0 then return count end
  local waiting, sought, gram = self.waiting, nil, 0
  for start = 1, #text, CHUNK_BYTES do
    local codes = { byte(text, start, start + CHUNK_BYTES - 1) }
    for i = 1, #codes do
      gram = (gram << 8 | codes[i]) & 0xffffff
      local parts = waiting[gram]
      if parts and not (sought and sought[gram]) then
        sought = sought or {}
        sought[gram] = true
        count = seek(self, text, parts, found, count)
      end
    end
  end
  return count
end

return substrings
