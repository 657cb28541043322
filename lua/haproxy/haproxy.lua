-- Where the bridge touches HAProxy on the way of a request: facts by its fetches, hashes and
-- regular expressions by its converters, the clock, randomness. All else is pure.
local use = ...
local address = use("address")
local regex = use("regex")
local rolls = use("rolls")

local haproxy = {}

local function text(value) return type(value) == "string" and value or "" end

-- Few of a request's headers are looked at. Each by itself is cheaper than all of them at once,
-- which makes a table and a text of every line.
local HEADERS = {
  __index = function(headers, name)
    local fetches = rawget(headers, 1)
    local count = fetches:req_fhdr_cnt(name) or 0  -- nil: no HTTP
    local lines = false
    if count == 1 then
      lines = { text(fetches:req_fhdr(name)) }
    elseif count > 1 then
      lines = {}
      for i = 1, count do lines[i] = text(fetches:req_fhdr(name, i)) end
    end
    headers[name] = lines
    return lines
  end,
}
local function headers_of(txn) return setmetatable({ txn.f }, HEADERS) end

-- HAProxy 3.1 and later may hand booleans over as such, earlier ones as 0 and 1.
local function is_true(value) return value == true or value == 1 end

local function scheme_of(txn) return is_true(txn.f:ssl_fc()) and "https" or "http" end

-- Rules of the frontend have evaluated them.
local ACLS = {
  __index = function(acls, name)
    local holds = is_true(rawget(acls, 1):get_var("txn.pm_acl_" .. name))
    acls[name] = holds
    return holds
  end,
}
local function acls_of(txn) return setmetatable({ txn }, ACLS) end

-- Where HAProxy passes TLS through, its rules have read the name from the hello.
local function sni_of(txn)
  return text(txn:get_var("txn.pm_sni") or txn.f:ssl_fc_sni())
end

local FETCH = {
  gateway = function(txn) return text(txn:get_var("txn.pm_gateway")) end,
  method = function(txn) return text(txn.f:method()) end,
  scheme = scheme_of,
  host = function(txn) return text(txn.f:req_fhdr("host")) end,
  path = function(txn) return text(txn.f:path()) end,
  query = function(txn) return text(txn.f:query()) end,
  sni = sni_of,
  src = function(txn) return address.parse(text(txn.f:src())) end,
  port = function(txn) return math.tointeger(txn.f:dst_port()) end,
  headers = headers_of,
  acls = acls_of,
}

local SOURCE = {
  __index = function(source, key)
    local fetch = FETCH[key]
    if not fetch then return nil end
    local value = fetch(source[1])
    source[key] = value
    return value
  end,
}

-- The request of a transaction, each fact fetched when first asked for. The fields that are nil
-- make room for what most requests need, so that the table does not grow step by step.
function haproxy.source_of(txn)
  return setmetatable({ txn, gateway = nil, host = nil, path = nil, headers = nil }, SOURCE)
end

-- What decide() gets, one for each thread; bind(txn) before each decision.
--
-- HAProxy counts the instructions of each coroutine by a hook, which makes every one slower, and
-- lets others go on after 10,000. They would be decided by the same context, and this decision
-- would end with another request's transaction, or one that is gone. So bind() takes the hook off:
-- a decision is bounded by its table. HAProxy sets it again whenever it resumes a coroutine.
function haproxy.new_context()
  local context = {}
  local converters, fetches, marker
  local function random(count) return fetches:rand(count) end
  local sequences = rolls.new(random)

  function context.bind(txn)
    debug.sethook()
    converters, fetches = txn.c, txn.f
    marker = marker or regex.new_marker(random)
    context.now = os.time()
  end
  function context.expect_tiers(count) sequences:expect(count) end

  function context.strength(tier) return sequences:next(tier) end
  context.weight = context.strength
  function context.hmac(bytes, secret) return converters:hmac(bytes, "sha256", secret) end
  function context.xxh64(bytes) return converters:xxh64(bytes) end
  function context.match(subject, pattern, ignore_case, group)
    return regex.match(converters, marker, subject, pattern, ignore_case, group)
  end
  return context
end

return haproxy
