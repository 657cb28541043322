-- What any Lua costs that fetches what the bridge fetches in tests/bench/bridge.py and sets what it
-- sets, without a decision between: HAProxy's own part of the bridge's cost.
local NAMES = { "reason", "gateway", "route", "backend", "alternate", "alternate_route" }

core.register_action("floor", { "http-req" }, function(txn)
  local fetches = txn.f
  txn:get_var("txn.pm_gateway")
  fetches:req_fhdr("host")
  fetches:path()
  for _, header in ipairs({ "user-agent", "cookie" }) do
    if fetches:req_fhdr_cnt(header) == 1 then fetches:req_fhdr(header) end
  end
  txn:set_var("txn.pm.gen", 1)
  txn:set_var("txn.pm.by", "bridge")
  for i = 1, #NAMES do txn:set_var("txn.pm." .. NAMES[i], "some-text") end
end, 0)
