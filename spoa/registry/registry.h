// Merges what all sources say into one Revision, and holds what is lost. An empty registry is an
// outage, so what vanishes by itself (a heartbeat that stays out, a poll that finds less) is kept
// for `keep_last` where it was the last of its service, or more than half of its source at once;
// what a person or program takes away acts at once. Belongs to one thread; the clock is injected.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "registry/source.h"

namespace pointsman::registry {

enum class Put : unsigned char { kNew, kChanged, kRenewed };

// What became of instances that were lost.
struct Notice {
  enum class Kind : unsigned char { kHeld, kLetGo };
  Kind kind = Kind::kHeld;
  SourceKind source = SourceKind::kHttp;
  std::string service;
  std::size_t instances = 0;
};

// An instance as its source has it; it may stand behind that of another source.
struct Listed {
  SourceKind source = SourceKind::kHttp;
  Entry entry;
};

struct Summary {
  std::string service;
  std::size_t live = 0;
  std::size_t held = 0;
};

// What outlives a restart: registrations by HTTP, what DNS said last, and what is held.
struct StoredInstance {
  std::string service;
  SourceKind source = SourceKind::kHttp;
  Instance instance;
  std::chrono::seconds ttl{0};
  std::optional<std::chrono::seconds> held;  // what is left of the time to hold it

  bool operator==(const StoredInstance&) const = default;
};
struct StoredRegistry {
  std::uint32_t number = 0;
  std::vector<StoredInstance> instances;  // by source, service and id

  bool operator==(const StoredRegistry&) const = default;
};

class Registry {
 public:
  // The first revision's number is one above `number`.
  Registry(std::uint32_t number, std::chrono::milliseconds keep_last);

  // Before anything else: what an earlier process had. Times to live count anew from `now`; what
  // DNS said stands until the first poll.
  void restore(const StoredRegistry& stored, Moment now);

  // A source as a person has written it. Yields how many instances found no room: a full registry
  // keeps what it has.
  std::size_t replace(SourceKind source, const Services& services);
  // What one poll found of a service. Yields how many instances found no room.
  std::size_t update(SourceKind source, const std::string& service, const Service& found,
                     Moment now);
  // The source has no more services than these.
  void retain(SourceKind source, const std::set<std::string, std::less<>>& services);

  // Registers by HTTP until now + ttl, or renews it. The same address under a new id takes the old
  // one's place. The error names the limit in the way.
  Result<Put> put(const std::string& service, const Instance& instance, std::chrono::seconds ttl,
                  Moment now);
  bool remove(std::string_view service, std::string_view id);  // registered by HTTP
  std::size_t confirm(std::string_view service);  // lets go what is held of it; how many

  void expire(Moment now);
  Moment next_due() const { return due_; }  // when expire() may have something to do

  // Whether revision() or store() may differ from what they were at the last revision().
  bool changed() const { return changed_; }
  // The current one; made anew where something differs from the last.
  std::shared_ptr<const Revision> revision();

  std::vector<Listed> list(std::string_view service) const;  // live and held
  std::vector<Summary> summaries() const;                    // of every known service, by name
  bool knows(std::string_view service) const;
  std::vector<Notice> take_notices();
  StoredRegistry store(Moment now) const;

 private:
  Entry* admit(SourceKind source, const std::string& service, const Instance& instance);
  std::optional<std::string> shortage(SourceKind source, std::string_view service) const;
  bool has_room_for_name(SourceKind source, std::string_view service) const;
  std::size_t take_in(SourceKind source, const std::string& name, const Service& found);
  void erase_if_empty(SourceKind source, std::string_view service);
  bool lose(Entry& entry, Moment now);
  bool expire_entry(SourceKind source, const std::string& service, Entry& entry, Moment now);
  void hold_losses(Moment now);
  void hold_mass_losses(Moment now);
  void hold_last_instances(Moment now);
  void hold(SourceKind source, const std::string& service, Entry& entry, Moment now);
  void note(Notice::Kind kind, SourceKind source, const std::string& service);
  void plan(Moment until);
  void erase_others(SourceKind source, const std::string& service, const Instance& instance);

  const std::chrono::milliseconds keep_last_;
  std::uint32_t number_;  // of the last revision
  Sources sources_;
  std::size_t entries_ = 0;
  Moment due_ = kNever;
  bool changed_ = true;
  bool lost_ = false;  // something, since the last hold_losses()
  std::shared_ptr<const Revision> revision_;
  std::vector<Notice> notices_;
};

}  // namespace pointsman::registry
