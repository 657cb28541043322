-- The whole value of a Set-Cookie header (RFC 6265bis section 4.1) that carries a sticky token.
-- Twin: spoa/agent/set_cookie.cc.

-- `text` is the signed token. Max-Age is what is left of the gateway's ttl. HttpOnly always; Secure
-- as the gateway says, by default when the request came over TLS.
local function set_cookie(gateway, token, text, now, over_tls)
  local left = math.max(token.issued + gateway.ttl - now, 0)
  local value = gateway.cookie .. "=" .. text .. "; Path=" .. gateway.path .. "; Max-Age=" ..
                string.format("%d", left)
  if gateway.domain ~= "" then value = value .. "; Domain=" .. gateway.domain end
  if gateway.same_site ~= "" then value = value .. "; SameSite=" .. gateway.same_site end
  local secure = gateway.secure == "always" or (gateway.secure == nil and over_tls)
  if secure then value = value .. "; Secure" end
  return value .. "; HttpOnly"
end

return { set_cookie = set_cookie }
