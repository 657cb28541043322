#include "config/gateway_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "config/gateway_text.h"
#include "config/yaml_reader.h"
#include "routing/compile.h"
#include "routing/unsent_headers.h"

namespace pointsman::config {
namespace {

using routing::GatewaySpec;
using routing::RouteTable;

// A gateway with a fault of form is not compiled: what could not be read would cause errors of its
// own (a missing weight, say). But texts that stand for themselves are checked all the same, so
// that all errors appear at once.
void add_errors_of_texts(const GatewaySpec& spec, Diagnostics& diagnostics) {
  Diagnostics all;
  (void)routing::compile(spec, all);
  for (const Diagnostic& item : all.items()) {
    const bool text = item.key.ends_with(".condition") || item.key.ends_with(".rewrites");
    if (!text || item.severity != Severity::kError) continue;
    // The route's name has not been found good.
    diagnostics.error(item.place, item.gateway, shown_key(item.key), item.message);
  }
}

}  // namespace

// One load on its way.
struct GatewayStore::Round {
  std::vector<Candidate> candidates;           // in the order of files and documents
  std::map<std::string, SourcePlace> defined;  // where each name stands first
  std::set<std::string> taken;                 // names that were candidates, or missing
  std::vector<std::string> missing;
  bool unreadable = false;                  // a file
  bool all_named = true;                    // the names of all gateways were read
  std::shared_ptr<const RouteTable> table;  // null: no set of gateways was found that fits
};

GatewayStore::GatewayStore(std::string virtual_host_domain,
                           std::optional<std::vector<std::string>> sent_headers)
    : virtual_host_domain_(std::move(virtual_host_domain)),
      sent_headers_(std::move(sent_headers)) {}

void GatewayStore::remember(const std::vector<GatewaySpec>& gateways, std::uint64_t generation) {
  generation_ = generation;
  for (const GatewaySpec& spec : gateways) {
    Diagnostics ignored;
    GatewayPointer gateway = routing::compile(spec, ignored);
    if (gateway == nullptr) continue;
    remembered_.push_back(spec.name);
    good_[spec.name] = {std::move(gateway), comparison_text(spec, Places::kIgnored), true};
  }
}

Load GatewayStore::load(const std::vector<GatewayFile>& files, Diagnostics& diagnostics) {
  forget_deleted(files);
  Round round;
  collect(files, round, diagnostics);
  keep_within_limit(round, diagnostics);
  settle(round, diagnostics);
  return publish(round);
}

void GatewayStore::forget_deleted(const std::vector<GatewayFile>& files) {
  std::set<std::string_view> present;
  std::set<std::string> unreadable;  // as prefixes: a folder that could not be listed
  for (const GatewayFile& file : files) {
    present.insert(file.path);
    if (file.unreadable) unreadable.insert(file.path + "/");
  }
  const auto in_unreadable_folder = [&](const std::string& path) {
    const auto after = unreadable.upper_bound(path);
    return after != unreadable.begin() && path.starts_with(*std::prev(after));
  };
  std::erase_if(seen_in_, [&](const auto& seen) {
    return !present.contains(seen.first) && !in_unreadable_folder(seen.first);
  });
}

void GatewayStore::collect(const std::vector<GatewayFile>& files, Round& round,
                           Diagnostics& diagnostics) {
  for (const GatewayFile& file : files) {
    for (const ReadGateway& read : file.gateways) {
      round.defined.try_emplace(read.spec.name, read.spec.place);
    }
  }
  for (const GatewayFile& file : files) {
    round.unreadable = round.unreadable || file.unreadable;
    bool all_named = !file.unreadable;
    std::vector<std::string> names;
    for (const ReadGateway& read : file.gateways) {
      all_named = all_named && !read.spec.name.empty();
      if (read.spec.name.empty()) continue;
      names.push_back(read.spec.name);
      collect_read(read, round, diagnostics);
    }
    std::vector<std::string>& seen = seen_in_[file.path];
    if (all_named) {
      seen = std::move(names);
    } else {
      collect_last_seen(file, round);
      for (std::string& name : names) {
        if (std::find(seen.begin(), seen.end(), name) == seen.end()) seen.push_back(name);
      }
      round.all_named = false;
    }
  }
  // Where the remembered ones stand is not known: perhaps in the file that can't be read.
  std::erase_if(remembered_, [&](const std::string& name) {
    return round.all_named || round.defined.contains(name);
  });
  take_last_good(remembered_, round);
}

void GatewayStore::collect_read(const ReadGateway& read, Round& round, Diagnostics& diagnostics) {
  const std::string& name = read.spec.name;
  if (!round.taken.insert(name).second) {
    const SourcePlace& first = round.defined[name];
    const std::string where =
        first.file ? fmt::format(" ({}:{})", *first.file, first.line) : std::string();
    diagnostics.error(read.spec.place, name, "name",
                      "there is another gateway of this name" + where);
    return;
  }
  if (read.faulty) {
    add_errors_of_texts(read.spec, diagnostics);
    stand_in(name, round);
    return;
  }
  const Compiled& now = compiled(read.spec);
  diagnostics.append(now.diagnostics);
  if (!now.gateway) {
    stand_in(name, round);
    return;
  }
  std::string text = comparison_text(read.spec, Places::kIgnored);
  const auto good = good_.find(name);
  const bool fresh = good == good_.end() || good->second.text != text;
  round.candidates.push_back({name, now.gateway, std::move(text), fresh, false});
}

// The gateways of a file or folder that cannot be read now, or not all of whose names can. One that
// is defined elsewhere has moved there.
void GatewayStore::collect_last_seen(const GatewayFile& file, Round& round) const {
  const auto own = seen_in_.find(file.path);
  if (own != seen_in_.end()) take_last_good(own->second, round);
  const std::string folder = file.path + "/";
  for (auto seen = seen_in_.lower_bound(folder);
       seen != seen_in_.end() && seen->first.starts_with(folder); ++seen) {
    take_last_good(seen->second, round);
  }
}

void GatewayStore::take_last_good(const std::vector<std::string>& names, Round& round) const {
  for (const std::string& name : names) {
    if (round.defined.contains(name) || !round.taken.insert(name).second) continue;
    stand_in(name, round);
  }
}

void GatewayStore::stand_in(const std::string& name, Round& round) const {
  const auto good = good_.find(name);
  if (good == good_.end()) {
    round.missing.push_back(name);
  } else {
    round.candidates.push_back({name, good->second.gateway, good->second.text, false, true});
  }
}

const GatewayStore::Compiled& GatewayStore::compiled(const GatewaySpec& spec) {
  Compiled& entry = compiled_[spec.name];
  std::string text = comparison_text(spec, Places::kIncluded);
  if (entry.text_with_places != text) {
    entry = Compiled{std::move(text), nullptr, {}};
    entry.gateway = routing::compile(spec, entry.diagnostics);
    if (entry.gateway && sent_headers_) {
      routing::warn_of_unsent_headers(*entry.gateway, *sent_headers_, entry.diagnostics);
    }
  }
  return entry;
}

// Above the limit, the last of the new gateways are left out; those that stand already stay.
void GatewayStore::keep_within_limit(Round& round, Diagnostics& diagnostics) const {
  const std::size_t found = round.candidates.size();
  if (found <= limits::kGateways) return;
  const auto is_new = [&](const Candidate& candidate) { return !good_.contains(candidate.name); };
  const auto all_new = static_cast<std::size_t>(
      std::count_if(round.candidates.begin(), round.candidates.end(), is_new));
  std::size_t room = all_new - std::min(all_new, found - limits::kGateways);
  std::vector<Candidate> kept;
  for (Candidate& candidate : round.candidates) {
    if (is_new(candidate) && room == 0) {
      round.missing.push_back(candidate.name);
      continue;
    }
    if (is_new(candidate)) --room;
    kept.push_back(std::move(candidate));
  }
  diagnostics.error({}, "", "",
                    fmt::format("found {} gateways, at most {} are allowed; the last ones are "
                                "left out",
                                found, limits::kGateways));
  round.candidates = std::move(kept);
}

// A gateway that was removed, while one that serves still refers to it, stands as it last was: it
// must not take the other one down.
void GatewayStore::hold_referenced(Round& round, Diagnostics& diagnostics) const {
  std::set<std::string> known(round.missing.begin(), round.missing.end());
  for (const Candidate& candidate : round.candidates) known.insert(candidate.name);
  // What is held may refer to others in turn, so the list grows on the way.
  for (std::size_t i = 0; i < round.candidates.size(); ++i) {
    const GatewayPointer referring = round.candidates[i].gateway;
    if (!good_.contains(referring->name)) continue;
    for (const routing::Route& route : referring->routes) {
      const std::string& name = route.next_gateway;
      if (name.empty() || !good_.contains(name) || !known.insert(name).second) continue;
      round.taken.insert(name);
      stand_in(name, round);
      diagnostics.error(referring->spec.place, referring->name, "",
                        fmt::format("{0} was removed, but {1} refers to it: the last form of {0} "
                                    "stays",
                                    name, referring->name));
    }
  }
}

// Finds the newest forms that fit together. Link blames the later gateway of two that clash, so the
// standing ones come first: a new form never pushes out what serves already.
void GatewayStore::settle(Round& round, Diagnostics& diagnostics) const {
  for (std::size_t i = 0; i < limits::kLinkRounds; ++i) {
    hold_referenced(round, diagnostics);
    std::vector<GatewayPointer> gateways;
    for (const bool fresh : {false, true}) {
      for (const Candidate& candidate : round.candidates) {
        if (candidate.fresh == fresh) gateways.push_back(candidate.gateway);
      }
    }
    Diagnostics clashes;
    if (RouteTable::link(std::move(gateways), virtual_host_domain_, 0, clashes)) {
      std::vector<GatewayPointer> in_order;
      for (const Candidate& candidate : round.candidates) in_order.push_back(candidate.gateway);
      round.table =
          RouteTable::link(std::move(in_order), virtual_host_domain_, generation_ + 1, diagnostics);
      return;
    }
    diagnostics.append(clashes);
    if (!step_back(round, clashes)) break;
  }
  diagnostics.error({}, "", "", "no set of gateways was found that fits together; nothing changes");
}

// Puts the last good form in the place of each gateway that clashes, or leaves it out where that
// is what clashes. False when no gateway can step back.
bool GatewayStore::step_back(Round& round, const Diagnostics& clashes) const {
  std::set<std::string_view> blamed;
  for (const Diagnostic& item : clashes.items()) {
    if (item.severity == Severity::kError) blamed.insert(item.gateway);
  }
  bool stepped = false;
  std::vector<Candidate> kept;
  for (Candidate& candidate : round.candidates) {
    if (blamed.contains(candidate.name)) {
      stepped = true;
      const auto good = good_.find(candidate.name);
      if (!candidate.fresh || good == good_.end()) {
        round.missing.push_back(candidate.name);
        continue;
      }
      candidate = {candidate.name, good->second.gateway, good->second.text, false, true};
    }
    kept.push_back(std::move(candidate));
  }
  round.candidates = std::move(kept);
  return stepped;
}

Load GatewayStore::publish(Round& round) {
  Load load;
  load.missing = std::move(round.missing);
  load.unreadable = round.unreadable;
  std::vector<std::string> texts;
  for (const Candidate& candidate : round.candidates) {
    texts.push_back(candidate.text);
    const auto good = good_.find(candidate.name);
    const bool remembered = candidate.held && good != good_.end() && good->second.remembered;
    if (candidate.held) load.held.push_back(candidate.name);
    if (remembered) load.remembered.push_back(candidate.name);
    if (round.table) good_[candidate.name] = {candidate.gateway, candidate.text, remembered};
  }
  if (!round.table && !table_) {
    Diagnostics none;
    round.table = RouteTable::link({}, virtual_host_domain_, generation_ + 1, none);
    texts.clear();
  }
  load.changed = round.table && (!table_ || texts != table_texts_);
  if (load.changed) {
    table_ = std::move(round.table);
    generation_ = table_->generation();
    table_texts_ = std::move(texts);
  }
  load.table = table_;
  std::erase_if(good_, [&](const auto& good) { return !round.taken.contains(good.first); });
  std::erase_if(compiled_, [&](const auto& known) { return !round.taken.contains(known.first); });
  return load;
}

}  // namespace pointsman::config
