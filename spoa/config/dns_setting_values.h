// How the values of the responder's settings are read, `dns` and `forward`; as setting_values.h.
#pragma once

#include <vector>

#include "config/settings.h"
#include "config/yaml_fields.h"

namespace pointsman::config {

std::vector<ListenAddress> default_dns_listen();

void read_dns_listen(const YamlField& field, Settings& settings);  // perhaps an empty list
void read_dns_workers(const YamlField& field, Settings& settings);
void read_dns_zones(const YamlField& field, Settings& settings);  // one name, or a list
void read_dns_ttl(const YamlField& field, Settings& settings);
void read_dns_reverse(const YamlField& field, Settings& settings);  // one network, or a list
void read_dns_rate_limit(const YamlField& field, Settings& settings);
void read_dns_nsid(const YamlField& field, Settings& settings);
void read_forward_allow(const YamlField& field, Settings& settings);
void read_forward_to(const YamlField& field, Settings& settings);

}  // namespace pointsman::config
