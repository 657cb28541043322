// How the values of the section `edge` are read: where HAProxy, as rendered, serves virtual hosts.
// Used by settings.cc alone.
#pragma once

#include "config/settings.h"
#include "config/yaml_fields.h"

namespace pointsman::config {

void read_edge_listen(const YamlField& field, Settings& settings);      // one bind, or a list
void read_edge_tls_listen(const YamlField& field, Settings& settings);  // likewise
void read_edge_redirect(const YamlField& field, Settings& settings);
void read_edge_hsts(const YamlField& field, Settings& settings);
void read_edge_proxy_protocol(const YamlField& field, Settings& settings);
void read_edge_trust_forwarded(const YamlField& field, Settings& settings);

}  // namespace pointsman::config
