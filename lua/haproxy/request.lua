-- The facts of one request as conditions and tokens look at them, worked out when first asked for.
-- The source is any table with `gateway`, `method`, `scheme`, `host`, `path`, `query`, `sni`
-- (texts), `src` (16 bytes), `port` (integer) and `headers` (lower-case name to array of whole
-- lines); what it lacks is empty. Twins: spoa/routing/request.cc and header_block.h.
--
-- Texts come from anybody: they are searched for plain texts and single classes of bytes, which
-- takes linear time, and not by other Lua patterns.
local request = {}

local byte, find, sub = string.byte, string.find, string.sub

local BLANK, TAB = byte(" \t", 1, 2)
local LOWER = {}
for code = byte("A"), byte("Z") do LOWER[string.char(code)] = string.char(code + 32) end

-- ASCII only, whatever the locale.
function request.to_lower(text)
  if not find(text, "[A-Z]") then return text end
  return (string.gsub(text, "[A-Z]", LOWER))
end

-- An IPv6 literal keeps its brackets. Several colons without brackets are no host and port.
local function without_port(host)
  local bracket = byte(host, 1) == 91 and find(host, "]", 1, true) or 0
  local colon = find(host, ":", bracket + 1, true)
  if not colon or (bracket > 0 and colon ~= bracket + 1) then return host end
  if find(host, "[^0-9]", colon + 1) then return host end
  return sub(host, 1, colon - 1)
end

function request.normalize_host(host)
  host = without_port(host)
  if byte(host, -1) == 46 then host = sub(host, 1, -2) end
  return request.to_lower(host)
end

local function is_blank(code) return code == BLANK or code == TAB end

local function trimmed(text, first, last)
  while first <= last and is_blank(byte(text, first)) do first = first + 1 end
  while first <= last and is_blank(byte(text, last)) do last = last - 1 end
  return sub(text, first, last)
end

local function add(map, name, value)
  local values = map[name]
  if values then
    values[#values + 1] = value
  else
    map[name] = { value }
  end
end

-- RFC 6265 section 5.4. A pair without '=' names no cookie.
local function add_cookies(map, line)
  local at, size = 1, #line
  local equals = find(line, "=", 1, true)
  while equals do
    local stop = (find(line, ";", at, true) or size + 1) - 1
    if equals <= stop then
      add(map, trimmed(line, at, equals - 1), trimmed(line, equals + 1, stop))
    end
    at = stop + 2
    if equals < at then equals = find(line, "=", at, true) end
  end
end

local function cookies_of(facts)
  local map = {}
  for _, line in ipairs(facts.headers.cookie or {}) do add_cookies(map, line) end
  return map
end

-- Not decoded. A pair without '=' is a parameter with an empty value.
local function parameters_of(facts)
  local map, query = {}, facts.query
  local at, size = 1, #query
  local equals = find(query, "=", 1, true)
  while at <= size do
    local stop = (find(query, "&", at, true) or size + 1) - 1
    if equals and equals < at then equals = find(query, "=", at, true) end
    if equals and equals <= stop then
      add(map, sub(query, at, equals - 1), sub(query, equals + 1, stop))
    else
      add(map, sub(query, at, stop), "")
    end
    at = stop + 2
  end
  return map
end

local function url_of(facts)
  return facts.query == "" and facts.path or facts.path .. "?" .. facts.query
end

local DERIVED = {
  host_name = function(facts) return request.normalize_host(facts.host) end,
  sni_name = function(facts) return request.normalize_host(facts.sni) end,
  url = url_of,
  cookies = cookies_of,
  parameters = parameters_of,
}
local NO_HEADERS = {}
local DEFAULTS = {
  method = "", scheme = "", host = "", path = "", query = "", sni = "", headers = NO_HEADERS,
}

local FACTS = {
  __index = function(facts, key)
    local derive = DERIVED[key]
    local value
    if derive then
      value = derive(facts)
    else
      value = rawget(facts, 1)[key]
      if value == nil then value = DEFAULTS[key] end
    end
    facts[key] = value
    return value
  end,
}

function request.facts_of(source) return setmetatable({ source }, FACTS) end

-- What a condition's field looks at: a text, or an array of texts, or nil.
request.of_field = {
  host = function(facts) return facts.host_name end,
  sni = function(facts) return facts.sni_name end,
  path = function(facts) return facts.path end,
  query = function(facts) return facts.query end,
  method = function(facts) return facts.method end,
  scheme = function(facts) return facts.scheme end,
  url = function(facts) return facts.url end,
  ["user-agent"] = function(facts) return facts.headers["user-agent"] end,
  header = function(facts, name) return facts.headers[name] end,
  cookie = function(facts, name) return facts.cookies[name] end,
  parameter = function(facts, name) return facts.parameters[name] end,
  src = function(facts) return facts.src end,
  port = function(facts) return facts.port end,
}

return request
