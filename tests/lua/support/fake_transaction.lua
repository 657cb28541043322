-- A transaction as HAProxy gives it to an action: fetches and converters by name, variables. The
-- lines of headers are by name; with `tcp` there is no HTTP.
local fake_transaction = {}

function fake_transaction.new(facts)
  local txn = { set = {}, fetched = {} }
  txn.f = setmetatable({}, {
    __index = function(_, name)
      return function(_, argument, number)
        txn.fetched[#txn.fetched + 1] = name
        if name == "rand" then return argument - 1 end
        if facts.tcp and name:find("^req_fhdr") then return nil end
        local lines = facts.headers and facts.headers[argument] or {}
        if name == "req_fhdr_cnt" then return #lines end
        if name == "req_fhdr" then return lines[number or #lines] end
        return facts[name]
      end
    end,
  })
  txn.c = {
    hmac = function(_, bytes, digest, key) return digest .. key .. bytes .. ("\0"):rep(32) end,
    xxh64 = function(_, bytes) return #bytes end,
    regsub = function(_, subject) return subject end,
  }
  function txn.get_var(_, name) return facts[name] end
  function txn.set_var(_, name, value) txn.set[name] = value end
  return txn
end

return fake_transaction
