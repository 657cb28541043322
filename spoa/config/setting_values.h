// How the value of each setting is read, whether it stands in the file or in an environment
// variable, and how it is written. Faults are reported with the field; the setting keeps its
// default then. Used by settings.cc alone.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"
#include "config/yaml_fields.h"

namespace pointsman::config {

std::vector<ListenAddress> default_spop_listen();
std::vector<ListenAddress> default_admin_listen();
void add_table_defaults(Settings& settings);  // once everything else is read

void read_path(const YamlField& field, const Settings& settings, std::string& path);
void read_virtual_host_domain(const YamlField& field, Settings& settings);
void read_spop_listen(const YamlField& field, Settings& settings);  // one address, or a list
void read_spop_workers(const YamlField& field, Settings& settings);
void read_spop_message(const YamlField& field, Settings& settings);
void read_spop_max_frame_size(const YamlField& field, Settings& settings);
void read_spop_socket_mode(const YamlField& field, Settings& settings);
void read_spop_socket_owner(const YamlField& field, Settings& settings);
void read_spoe_headers(const YamlField& field, Settings& settings);
void read_table_listen(const YamlField& field, Settings& settings);  // perhaps an empty list
void read_table_socket_mode(const YamlField& field, Settings& settings);
void read_table_socket_owner(const YamlField& field, Settings& settings);
void read_admin_listen(const YamlField& field, Settings& settings);  // loopback and unix only
void read_admin_socket_mode(const YamlField& field, Settings& settings);
void read_admin_socket_owner(const YamlField& field, Settings& settings);
void read_registry_keep_last(const YamlField& field, Settings& settings);
void read_advertise(const YamlField& field, Settings& settings);  // one address, or a list
void read_log_level(const YamlField& field, Settings& settings);
void read_log_format(const YamlField& field, Settings& settings);

}  // namespace pointsman::config
