// Which gateway's file a line of rendered configuration comes from, so that what HAProxy says about
// a line can be told about the file that a person wrote. Works on the text alone: sections are
// known by what stands in them, whoever's template wrote them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::render {

struct LineOwner {
  std::string gateway;
  std::string key;  // "routes.shop/v1.balance"
  SourcePlace place;
};

class LineOwners {
 public:
  // Borrows the table.
  LineOwners(std::string_view configuration, const routing::RouteTable& table);

  std::optional<LineOwner> of_line(int line) const;  // from 1; null: of no gateway, or of several
  // The one gateway whose backends a text names.
  std::optional<LineOwner> of_text(std::string_view text) const;

 private:
  struct Owned {
    const routing::Gateway* gateway;
    const routing::RouteSpec* route;
  };

  static LineOwner owner_of(const Owned& owned, std::string_view keyword);

  void add_section(std::span<const std::string_view> lines, int number,
                   const routing::RouteTable& table);
  const Owned* find_backend(std::string_view name) const;
  const LineOwner* owner_of_acl(std::string_view line) const;

  routing::NameMap<Owned> by_backend_;
  routing::NameMap<LineOwner> by_acl_;  // by name
  std::unordered_map<int, LineOwner> by_line_;
};

}  // namespace pointsman::render
