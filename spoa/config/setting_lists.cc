#include "config/setting_lists.h"

namespace pointsman::config {

std::vector<IpNetwork> read_networks(const YamlField& field, std::size_t max) {
  constexpr std::string_view kNetwork = "a network like 10.0.0.0/8 or fd00::/8, or an address";
  return read_list<IpNetwork>(field, max, [](const YamlField& item) {
    return read_parsed(item, kNetwork, IpNetwork::parse);
  });
}

}  // namespace pointsman::config
