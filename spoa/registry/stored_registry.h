// What a registry keeps in its state folder, as JSON (docs/formats/registry.md). Reading trusts
// nothing: a file that is not whole and valid is an error that says why.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "registry/registry.h"

namespace pointsman::registry {

std::string to_json(const StoredRegistry& stored);
Result<StoredRegistry> parse_stored_registry(std::string_view text);

}  // namespace pointsman::registry
