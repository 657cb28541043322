// All sources as one set of services, as a Revision has them. Live instances go before held ones,
// then the order of sources decides, then ids: of several instances with the same id, or with the
// same address and port, the first stays.
#pragma once

#include "registry/source.h"

namespace pointsman::registry {

Services merge(const Sources& sources);

}  // namespace pointsman::registry
