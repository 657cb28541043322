#include "tests/differential/lua_bridge.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <xxhash.h>

#include <catch2/catch.hpp>

#include "routing/header_block.h"

namespace pointsman::test {
namespace {

const std::string kRoot = POINTSMAN_SOURCE_DIR;

std::string_view text_at(lua_State* lua, int index) {
  std::size_t size = 0;
  const char* const text = lua_tolstring(lua, index, &size);
  return text == nullptr ? std::string_view() : std::string_view(text, size);
}

LuaBridge& bridge_of(lua_State* lua) {
  return *static_cast<LuaBridge*>(lua_touserdata(lua, lua_upvalueindex(1)));
}

void set_text(lua_State* lua, const char* key, std::string_view text) {
  lua_pushlstring(lua, text.data(), text.size());
  lua_setfield(lua, -2, key);
}

}  // namespace

// Lua leaves functions by longjmp: nothing here fails in Lua's way; faults are remembered.
int LuaBridge::roll(lua_State* lua, bool is_strength) {
  LuaBridge& bridge = bridge_of(lua);
  const std::string_view tier = text_at(lua, 1);
  double roll = 0;
  if (bridge.rolls_->empty()) {
    bridge.fault_ += "the bridge asks for one roll more; ";
  } else {
    const AskedRoll asked = bridge.rolls_->front();
    bridge.rolls_->pop_front();
    roll = asked.roll;
    if (asked.is_strength != is_strength || asked.tier != XXH64(tier.data(), tier.size(), 0)) {
      bridge.fault_ += "the bridge asks for another tier: " + std::string(tier) + "; ";
    }
  }
  lua_pushnumber(lua, roll);
  return 1;
}

int LuaBridge::hmac(lua_State* lua) {
  const std::string_view bytes = text_at(lua, 1);
  const std::string_view base64 = text_at(lua, 2);
  unsigned char secret[256] = {};
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const Bytes encoded = as_bytes(base64);
  int secret_size = EVP_DecodeBlock(secret, encoded.data(), static_cast<int>(encoded.size()));
  for (std::size_t i = base64.size(); i > 0 && base64[i - 1] == '='; --i) --secret_size;
  HMAC(EVP_sha256(), secret, secret_size, as_bytes(bytes).data(), bytes.size(), mac, &size);
  lua_pushlstring(lua, reinterpret_cast<const char*>(mac), size);
  return 1;
}

int LuaBridge::xxh64(lua_State* lua) {
  const std::string_view bytes = text_at(lua, 1);
  lua_pushinteger(lua, static_cast<lua_Integer>(XXH64(bytes.data(), bytes.size(), 0)));
  return 1;
}

const routing::Regex* LuaBridge::regex(const std::string& pattern, bool ignores_case) {
  auto& compiled = patterns_[{pattern, ignores_case}];
  if (compiled == nullptr) {
    using Case = routing::Regex::Case;
    auto made = routing::Regex::compile(pattern, ignores_case ? Case::kIgnored : Case::kSensitive);
    if (!made) {
      fault_ += "no pattern: " + pattern + "; ";
      return nullptr;
    }
    compiled = *made;
  }
  return compiled.get();
}

int LuaBridge::match(lua_State* lua) {
  LuaBridge& bridge = bridge_of(lua);
  const routing::Regex* const regex =
      bridge.regex(std::string(text_at(lua, 2)), lua_toboolean(lua, 3) != 0);
  const auto group = static_cast<std::size_t>(lua_tointeger(lua, 4));
  if (regex == nullptr || regex->match(text_at(lua, 1), bridge.scratch_, &bridge.groups_) !=
                              routing::Regex::Match::kYes) {
    lua_pushnil(lua);
  } else if (group < bridge.groups_.size()) {
    lua_pushlstring(lua, bridge.groups_[group].data(), bridge.groups_[group].size());
  } else {
    lua_pushliteral(lua, "");
  }
  return 1;
}

void LuaBridge::provide(const char* name, lua_CFunction function) {
  lua_pushlightuserdata(lua_.get(), this);
  lua_pushcclosure(lua_.get(), function, 1);
  lua_setfield(lua_.get(), -2, name);
}

bool LuaBridge::call(int arguments, int results) {
  if (lua_pcall(lua_.get(), arguments, results, 0) == LUA_OK) return true;
  fault_ += "Lua: " + std::string(text_at(lua_.get(), -1)) + "; ";
  lua_pop(lua_.get(), 1);
  return false;
}

LuaBridge::LuaBridge() : lua_(luaL_newstate(), lua_close) {
  lua_State* const lua = lua_.get();
  REQUIRE(lua != nullptr);
  luaL_openlibs(lua);
  REQUIRE(luaL_loadfile(lua, (kRoot + "/tests/differential/bridge.lua").c_str()) == LUA_OK);
  lua_pushstring(lua, (kRoot + "/lua/haproxy/").c_str());
  lua_newtable(lua);
  provide("strength", &LuaBridge::strength);
  provide("weight", &LuaBridge::weight);
  provide("hmac", &LuaBridge::hmac);
  provide("xxh64", &LuaBridge::xxh64);
  provide("match", &LuaBridge::match);
  const bool loaded = call(2, 2);
  INFO(fault_);
  REQUIRE(loaded);
  ask_ = luaL_ref(lua, LUA_REGISTRYINDEX);
  load_ = luaL_ref(lua, LUA_REGISTRYINDEX);
}

void LuaBridge::load(Bytes table) {
  fault_.clear();
  lua_rawgeti(lua_.get(), LUA_REGISTRYINDEX, load_);
  lua_pushlstring(lua_.get(), as_text(table).data(), table.size());
  call(1, 0);
}

void LuaBridge::push(const Visit& visit) {
  lua_State* const lua = lua_.get();
  lua_newtable(lua);
  set_text(lua, "gateway", visit.gateway);
  set_text(lua, "method", visit.method);
  set_text(lua, "scheme", visit.scheme);
  set_text(lua, "host", visit.host);
  set_text(lua, "path", visit.path);
  set_text(lua, "query", visit.query);
  set_text(lua, "sni", visit.sni);
  if (visit.src) set_text(lua, "src", as_text(visit.src->bytes));
  if (visit.port) {
    lua_pushinteger(lua, *visit.port);
    lua_setfield(lua, -2, "port");
  }
  std::map<std::string, std::vector<std::string_view>> lines;
  for (const auto& [name, value] : visit.headers) lines[routing::to_lower(name)].push_back(value);
  lua_newtable(lua);
  for (const auto& [name, values] : lines) {
    lua_newtable(lua);
    for (std::size_t i = 0; i < values.size(); ++i) {
      lua_pushlstring(lua, values[i].data(), values[i].size());
      lua_rawseti(lua, -2, static_cast<lua_Integer>(i + 1));
    }
    lua_setfield(lua, -2, name.c_str());
  }
  lua_setfield(lua, -2, "headers");
  lua_newtable(lua);
  for (const auto& [name, holds] : visit.raw_acls) {
    lua_pushlstring(lua, name.data(), name.size());
    lua_pushboolean(lua, holds);
    lua_rawset(lua, -3);
  }
  lua_setfield(lua, -2, "acls");
}

Variables LuaBridge::answer(const Visit& visit, std::deque<AskedRoll>& rolls) {
  lua_State* const lua = lua_.get();
  fault_.clear();
  rolls_ = &rolls;
  lua_rawgeti(lua, LUA_REGISTRYINDEX, ask_);
  push(visit);
  lua_pushinteger(lua, static_cast<lua_Integer>(visit.now));
  Variables variables;
  if (!call(2, 1)) return variables;
  for (lua_pushnil(lua); lua_next(lua, -2) != 0; lua_pop(lua, 1)) {
    variables[std::string(text_at(lua, -2))] = text_at(lua, -1);
  }
  lua_pop(lua, 1);
  return variables;
}

}  // namespace pointsman::test
