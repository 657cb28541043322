// Where services come from. A source is a named set of services; the Registry keeps one for each
// kind and merges them. Where two say different things of one instance, the kind that stands first
// wins: what a person wrote outranks what a program says.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "registry/revision.h"

namespace pointsman::registry {

enum class SourceKind : unsigned char { kGateways, kFiles, kHttp, kDns };
inline constexpr std::array kSourceKinds{SourceKind::kGateways, SourceKind::kFiles,
                                         SourceKind::kHttp, SourceKind::kDns};
inline constexpr std::array<std::string_view, kSourceKinds.size()> kSourceNames{"gateways", "files",
                                                                                "http", "dns"};

constexpr std::size_t index_of(SourceKind kind) { return static_cast<std::size_t>(kind); }
constexpr std::string_view to_text(SourceKind kind) { return kSourceNames[index_of(kind)]; }

using Moment = std::chrono::steady_clock::time_point;
inline constexpr Moment kNever = Moment::max();

enum class Phase : unsigned char {
  kLive,
  kHeld,  // lost, and published all the same: too much was lost with it
  kGone,  // lost, not published; remembered for a while in case that more is lost
};

struct Entry {
  Instance instance;
  Phase phase = Phase::kLive;
  Moment until = kNever;        // expires, is let go, is forgotten
  std::chrono::seconds ttl{0};  // of a registration by HTTP
};

using Entries = std::map<std::string, Entry, std::less<>>;          // by id
using SourceEntries = std::map<std::string, Entries, std::less<>>;  // by service
using Sources = std::array<SourceEntries, kSourceKinds.size()>;

// What a person has written is known without instances, too.
constexpr bool is_written(SourceKind kind) {
  return kind == SourceKind::kGateways || kind == SourceKind::kFiles;
}

inline std::size_t count_of(const Entries& entries, Phase phase) {
  return static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(),
                    [&](const auto& item) { return item.second.phase == phase; }));
}

// Like std::erase_if, for a predicate that may change the entry.
template <class Erases>  // bool(Entry&)
void visit_and_erase(Entries& entries, Erases&& erases) {
  for (auto item = entries.begin(); item != entries.end();) {
    item = erases(item->second) ? entries.erase(item) : std::next(item);
  }
}

}  // namespace pointsman::registry
