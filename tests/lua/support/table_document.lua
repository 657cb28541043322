-- Writes tables (docs/formats/table.md) from plain Lua tables, as they are or wrong on purpose.
return function(use)
  local message_pack = use("message_pack")
  local document = {}

  -- Slow and obvious, from the format's text.
  function document.check_of(payload, index)
    local h = index
    local filled = payload .. string.rep("\0", -#payload % 8)
    for at = 1, #filled, 8 do
      h = (h ~ string.unpack("<i8", filled, at)) * 0x9E3779B97F4A7C15
      h = h ~ (h >> 32)
    end
    return (h ~ #payload) & 0xFFFFFFFF
  end

  function document.record(payload, index)
    return string.pack(">I4I4", #payload, document.check_of(payload, index)) .. payload
  end

  -- Maps to bytes; the first is the header.
  function document.of_maps(maps)
    local parts = {}
    for i, map in ipairs(maps) do
      parts[i] = document.record(message_pack.encode(map), i - 1)
    end
    return table.concat(parts)
  end

  local function copy(map)
    local out = {}
    for key, value in pairs(map) do out[key] = value end
    return out
  end

  -- { generation, keys, gateways = { { name, hosts = {…}, routes = {…}, … }, … } } to maps; what is
  -- not said of a route has defaults that are easy to read.
  function document.maps(description)
    local maps = { {
      format = "pointsman-table", version = 1, generation = description.generation or 1,
      keys = description.keys,
    } }
    local tag = 0
    for _, described in ipairs(description.gateways) do
      local gateway = copy(described)
      gateway.kind = "gateway"
      gateway.hosts = described.hosts and #described.hosts
      gateway.routes = described.routes and #described.routes
      maps[#maps + 1] = gateway
      if described.hosts then maps[#maps + 1] = { kind = "hosts", hosts = described.hosts } end
      for _, written in ipairs(described.routes or {}) do
        tag = tag + 1
        local route = copy(written)
        route.kind = "route"
        route.tag = route.tag or tag
        if not route.next then route.backend = route.backend or "be_" .. route.name end
        maps[#maps + 1] = route
      end
    end
    maps[1].records = #maps - 1
    return maps
  end

  function document.write(description) return document.of_maps(document.maps(description)) end

  -- Bytes as the reader takes them, in pieces.
  function document.pieces(bytes, size)
    local at = 1
    return function()
      if at > #bytes then return nil end
      local piece = bytes:sub(at, at + size - 1)
      at = at + size
      return piece
    end
  end

  function document.read(bytes, size)
    return use("table_reader").read(document.pieces(bytes, size or 4096))
  end

  -- The table that a description stands for.
  function document.tables(description)
    local tables, fault = document.read(document.write(description))
    return assert(tables, fault)
  end

  -- A condition that holds where all of the tests, { field, operator, name, values }, do.
  function document.all_of(tests, strength, tag)
    local steps = {}
    for i, test in ipairs(tests) do
      local on_true = i == #tests and 0 or i + 1
      steps[i] = { test[1], test[2], test[3], test[4], on_true, -1 }
    end
    return {
      text = "?", start = #steps > 0 and 1 or 0, steps = steps,
      strength = strength or 10000, tag = tag or 99,
    }
  end

  return document
end
