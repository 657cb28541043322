// How the values of managed mode's settings are read, `manage_haproxy`; as setting_values.h.
#pragma once

#include "config/settings.h"
#include "config/yaml_fields.h"

namespace pointsman::config {

void read_manage_check(const YamlField& field, Settings& settings);   // a list of arguments
void read_manage_reload(const YamlField& field, Settings& settings);  // likewise
void read_manage_chroot(const YamlField& field, Settings& settings);  // perhaps empty, as the next
void read_manage_user(const YamlField& field, Settings& settings);
void read_manage_group(const YamlField& field, Settings& settings);
void read_manage_log(const YamlField& field, Settings& settings);
void read_manage_port_bind(const YamlField& field, Settings& settings);  // one, or a list
void read_manage_demo(const YamlField& field, Settings& settings);

// What is missing for managed mode, once everything is read; empty: nothing.
std::string missing_for_managed_mode(const Settings& settings);

}  // namespace pointsman::config
