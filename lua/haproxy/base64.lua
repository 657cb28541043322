-- Base64 (RFC 4648): the url alphabet without padding for tokens, the standard one for HAProxy's
-- converters, which take keys in it.
local base64 = {}

local byte, char = string.byte, string.char

local LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
local STANDARD, URL = LETTERS .. "+/", LETTERS .. "-_"

local DIGIT = {}
for digit = 0, 63 do DIGIT[byte(URL, digit + 1)] = digit end

local function letters_of(alphabet)
  local letters = {}
  for digit = 0, 63 do letters[digit] = alphabet:sub(digit + 1, digit + 1) end
  return letters
end
local STANDARD_LETTERS, URL_LETTERS = letters_of(STANDARD), letters_of(URL)

-- Three bytes a turn; what the last ones lack is cut off in the end.
local function encode(bytes, letters)
  local out = {}
  for i = 1, #bytes, 3 do
    local a, b, c = byte(bytes, i, i + 2)
    local bits = a << 16 | (b or 0) << 8 | (c or 0)
    out[#out + 1] = letters[bits >> 18] .. letters[bits >> 12 & 63] .. letters[bits >> 6 & 63] ..
                    letters[bits & 63]
  end
  return table.concat(out):sub(1, (#bytes * 8 + 5) // 6)
end

function base64.to_standard(bytes)
  local text = encode(bytes, STANDARD_LETTERS)
  return text .. string.rep("=", -#text % 4)
end

function base64.to_url(bytes) return encode(bytes, URL_LETTERS) end

-- Nil where the text is not canonical: a foreign letter, an impossible length, or unused bits that
-- are not zero.
function base64.from_url(text)
  if #text % 4 == 1 then return nil end
  local out, bits, count = {}, 0, 0
  for i = 1, #text do
    local digit = DIGIT[byte(text, i)]
    if not digit then return nil end
    bits, count = (bits << 6 | digit) & 0xFFFF, count + 6
    if count >= 8 then
      count = count - 8
      out[#out + 1] = char(bits >> count & 0xFF)
    end
  end
  if bits & ((1 << count) - 1) ~= 0 then return nil end
  return table.concat(out)
end

return base64
