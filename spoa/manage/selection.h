// Which form of each gateway HAProxy's configuration has: the table's, or where HAProxy refuses
// that one, the form that it took last, or none where there is no such form. Finds the refused
// ones: those that HAProxy's messages name, else by leaving out halves of what changed. The same
// table and the same answers give the same selection, after at most limits::kManagedTrials trials:
// who is not cleared by then is refused, too.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "manage/configuration.h"
#include "manage/refusal.h"
#include "routing/route_table.h"

namespace pointsman::manage {

using Forms = std::map<std::string, std::shared_ptr<const routing::Gateway>, std::less<>>;

struct Selection {
  Configuration configuration;
  Forms forms;                   // of all gateways in it
  std::vector<Refusal> refused;  // in the order in which they were found
};

// What a table and its candidates are tried with.
struct SelectionMeans {
  // A table without places of files → what HAProxy would be given.
  std::function<Result<Configuration>(const routing::RouteTable&)> render;
  // HAProxy's messages where it refuses it, empty where it takes it; an error: it was not asked.
  std::function<Result<std::string>(const Configuration&)> check;
  std::string checked_file;  // its path, as those messages name it
  std::string virtual_host_domain;
  std::set<std::string> bare =
      {};  // gateways of which the table has not all: their last form counts
};

// `last`: what HAProxy took last. `held` are refused already. The error tells why there is none:
// HAProxy can't be asked, or refuses whatever gateways there are.
Result<Selection> select_forms(const routing::RouteTable& table, const Forms& last,
                               const std::vector<Refusal>& held, const SelectionMeans& means);

}  // namespace pointsman::manage
