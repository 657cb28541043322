-- Random texts and numbers; the seed is printed, and POINTSMAN_SEED=N repeats a run.
local random_text = {}
random_text.__index = random_text

function random_text.new()
  local seed = math.tointeger(tonumber(os.getenv("POINTSMAN_SEED") or os.time()))
  print("POINTSMAN_SEED=" .. seed)
  return setmetatable({ state = seed }, random_text)
end

-- 0 to n - 1, the same in all versions of Lua.
function random_text:below(n)
  self.state = self.state * 6364136223846793005 + 1442695040888963407
  return (self.state >> 33) % n
end

function random_text:one_of(list) return list[1 + self:below(#list)] end

function random_text:of(letters, size_max)
  local parts = {}
  for i = 1, self:below(size_max + 1) do
    local at = 1 + self:below(#letters)
    parts[i] = letters:sub(at, at)
  end
  return table.concat(parts)
end

return random_text
