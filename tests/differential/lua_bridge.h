// The bridge's Lua in this process. What HAProxy gives it in its context stands here in C++: HMAC
// by OpenSSL, xxh64, matches by PCRE2; rolls are those that the agent was given before.
#pragma once

#include <deque>
#include <lua.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "routing/regex.h"
#include "tests/differential/generator.h"

namespace pointsman::test {

using Variables = std::map<std::string, std::string>;

// One roll that the agent asked for.
struct AskedRoll {
  bool is_strength = false;
  std::uint64_t tier = 0;
  double roll = 0;
};

class LuaBridge {
 public:
  LuaBridge();

  void load(Bytes table);
  // `rolls` are what it may ask for, in this order; those that it left are in them afterwards.
  // What went wrong is in fault().
  Variables answer(const Visit& visit, std::deque<AskedRoll>& rolls);
  const std::string& fault() const { return fault_; }

 private:
  static int roll(lua_State* lua, bool is_strength);
  static int strength(lua_State* lua) { return roll(lua, true); }
  static int weight(lua_State* lua) { return roll(lua, false); }
  static int hmac(lua_State* lua);
  static int xxh64(lua_State* lua);
  static int match(lua_State* lua);
  void provide(const char* name, lua_CFunction function);
  void push(const Visit& visit);
  bool call(int arguments, int results);
  const routing::Regex* regex(const std::string& pattern, bool ignores_case);

  std::unique_ptr<lua_State, void (*)(lua_State*)> lua_;
  int load_ = LUA_NOREF;
  int ask_ = LUA_NOREF;
  std::deque<AskedRoll>* rolls_ = nullptr;
  std::string fault_;
  std::map<std::pair<std::string, bool>, std::shared_ptr<const routing::Regex>> patterns_;
  routing::RegexScratch scratch_;
  std::vector<std::string> groups_;
};

}  // namespace pointsman::test
