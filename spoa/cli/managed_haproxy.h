// Managed mode as the settings have it (manage_haproxy): what is rendered, and how it is checked
// and made HAProxy's.
#pragma once

#include <memory>

#include "config/settings.h"
#include "manage/haproxy_keeper.h"

namespace pointsman::cli {

// Null: HAProxy is not managed.
std::unique_ptr<manage::HaproxyKeeper> start_managed_haproxy(const config::Settings& settings);

}  // namespace pointsman::cli
