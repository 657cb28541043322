-- The facts of one request as conditions and tokens look at them, worked out when first asked for.
-- The source is any table with `gateway`, `method`, `scheme`, `host`, `path`, `query`, `sni`
-- (texts), `src` (16 bytes), `port` (integer), `headers` (lower-case name to array of whole lines,
-- or nil or false) and `acls` (name of an ACL of HAProxy's to whether it holds); what it lacks is
-- empty. Twins: spoa/routing/request.cc and
-- header_block.h.
--
-- Texts come from anybody: they are searched for plain texts and single classes of bytes, which
-- takes linear time, and not by other Lua patterns.
local request = {}

local byte, find, sub = string.byte, string.find, string.sub

local SEMICOLON, EQUALS, AMPERSAND = byte(";=&", 1, 3)
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

local function normalized(host)
  if find(host, "[^a-z0-9.-]") then host = without_port(host) end
  if byte(host, -1) == 46 then host = sub(host, 1, -2) end
  return request.to_lower(host)
end

-- Hosts come again and again: the last ones are remembered.
local HOSTS = 1000
local HOST_BYTES = 255
local remembered, remembered_count = {}, 0

function request.normalize_host(host)
  local name = remembered[host]
  if name then return name end
  name = normalized(host)
  if #host <= HOST_BYTES then
    if remembered_count == HOSTS then remembered, remembered_count = {}, 0 end
    remembered[host], remembered_count = name, remembered_count + 1
  end
  return name
end

local IS_BLANK = { [byte(" ")] = true, [byte("\t")] = true }

local function trimmed(text, first, last)
  while first <= last and IS_BLANK[byte(text, first)] do first = first + 1 end
  while first <= last and IS_BLANK[byte(text, last)] do last = last - 1 end
  return sub(text, first, last)
end

local function add(values, value)
  values = values or {}
  values[#values + 1] = value
  return values
end

-- Adds the values of the cookies called `name` in one line (RFC 6265 section 5.4): a name stands
-- behind the line's start or ';' and blanks, and before blanks and '='.
local function add_cookies(values, line, name)
  local first, last = find(line, name, 1, true)
  while first do
    local before, after = first - 1, last + 1
    while before > 0 and IS_BLANK[byte(line, before)] do before = before - 1 end
    while after <= #line and IS_BLANK[byte(line, after)] do after = after + 1 end
    local stop = last
    if (before == 0 or byte(line, before) == SEMICOLON) and byte(line, after) == EQUALS then
      stop = (find(line, ";", after, true) or #line + 1) - 1
      values = add(values, trimmed(line, after + 1, stop))
    end
    first, last = find(line, name, stop + 1, true)
  end
  return values
end

-- No cookie and no parameter has such a name.
local function is_impossible(name) return name == "" or find(name, "[=;&]") end

local function cookies_called(facts, name)
  local values
  if is_impossible(name) then return nil end
  for _, line in ipairs(facts.headers.cookie or {}) do values = add_cookies(values, line, name) end
  return values
end

-- Not decoded. A pair without '=' is a parameter with an empty value.
local function parameters_called(facts, name)
  local values
  if is_impossible(name) then return nil end
  local query = facts.query
  local first, last = find(query, name, 1, true)
  while first do
    local behind = byte(query, last + 1)
    if first == 1 or byte(query, first - 1) == AMPERSAND then
      if behind == EQUALS then
        local stop = (find(query, "&", last + 1, true) or #query + 1) - 1
        values, last = add(values, sub(query, last + 2, stop)), stop
      elseif behind == AMPERSAND or not behind then
        values = add(values, "")
      end
    end
    first, last = find(query, name, last + 1, true)
  end
  return values
end

-- A map from names to arrays of values, or false, each sought when first asked for.
local function sought_by(seek)
  local lazily = {
    __index = function(map, name)
      local values = seek(rawget(map, 1), name) or false
      map[name] = values
      return values
    end,
  }
  return function(facts) return setmetatable({ facts }, lazily) end
end

local function url_of(facts)
  return facts.query == "" and facts.path or facts.path .. "?" .. facts.query
end

local DERIVED = {
  host_name = function(facts) return request.normalize_host(facts.host) end,
  sni_name = function(facts) return request.normalize_host(facts.sni) end,
  url = url_of,
  cookies = sought_by(cookies_called),
  parameters = sought_by(parameters_called),
}
local NOTHING = {}
local DEFAULTS = {
  method = "", scheme = "", host = "", path = "", query = "", sni = "", headers = NOTHING,
  acls = NOTHING,
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

-- The fields that are nil make room for what most requests need, so that the table does not grow
-- step by step.
function request.facts_of(source)
  return setmetatable({
    source, gateway = nil, host = nil, host_name = nil, path = nil, headers = nil, cookies = nil,
  }, FACTS)
end

-- What a condition's field looks at: a text, or an array of texts, or nil or false.
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
  acl = function(facts, name) return facts.acls[name] end,
  src = function(facts) return facts.src end,
  port = function(facts) return facts.port end,
}

return request
