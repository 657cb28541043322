// HAProxy ACLs that conditions hold: `< path_beg /x >`. HAProxy evaluates them and hands the
// outcome over as an argument `acl_NAME`. The name is made of the text, so that an edit can't
// change what an argument means before HAProxy has been reloaded.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "routing/route_table.h"

namespace pointsman::routing {

struct RawAclFault {
  std::size_t offset = 0;  // bytes from the start of the text
  std::string message;
};

// What would make more or less of the text than one condition, by HAProxy's rules for lines: quotes
// and braces that don't close, a comment, an escape or a control character at the wrong place.
std::optional<RawAclFault> fault_in_raw_acl(std::string_view text);

// Eight hexadecimal digits: low 32 bits of xxh64 (seed 0) of the text.
std::string raw_acl_name(std::string_view text);

// As it stands behind `if`: as written where it has braces, else in braces.
std::string raw_acl_condition(std::string_view text);

// An ACL and the first place of a gateway that needs it.
struct RawAcl {
  std::string name;
  std::string text;
  std::string key;  // "routes.shop/v1.condition"
  SourcePlace place;
};

// Each distinct one, in the order of the routes, those of rewrites included.
std::vector<RawAcl> raw_acls_of(const Gateway& gateway);

// A note for each: that a change of it needs a reload of HAProxy.
void note_raw_acls(const Gateway& gateway, Diagnostics& diagnostics);

}  // namespace pointsman::routing
