// Where services come from. A source is a named set of services; the Registry keeps one for each
// kind and merges them. Where two say different things of one instance, the kind that stands first
// wins: what a person wrote outranks what a program says.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
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

using SourceEntries = std::map<std::string, std::map<std::string, Entry, std::less<>>, std::less<>>;
using Sources = std::array<SourceEntries, kSourceKinds.size()>;

}  // namespace pointsman::registry
