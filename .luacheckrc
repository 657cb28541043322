-- The bridge runs in HAProxy (Lua 5.3 and 5.4), which adds `core` to the globals.
max_line_length = 100
files["lua/haproxy"] = {std = "lua53", read_globals = {"core"}}
files["tests/bench"] = {std = "lua53", read_globals = {"core"}}
files["tests/lua"] = {std = "lua53"}
files["lua/agent"] = {std = "luajit"}
