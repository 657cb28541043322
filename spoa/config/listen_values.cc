#include "config/listen_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/limits.h"
#include "config/value_syntax.h"

namespace pointsman::config {
namespace {

enum class TlsUse : unsigned char { kRefused, kAllowed };

std::optional<ListenAddress> read_plain_address(const YamlField& field, const Settings& settings) {
  constexpr std::string_view kUnix = "unix:";
  std::optional<std::string> text = read_text(field, kListenWanted);
  if (!text) return std::nullopt;
  if (text->starts_with(kUnix) && text->size() > kUnix.size()) {
    *text = std::string(kUnix) + beside_settings(settings, text->substr(kUnix.size()));
  }
  const Result<ListenAddress> address = ListenAddress::parse(*text);
  if (address) return *address;
  field.error(address.error().message);
  return std::nullopt;
}

std::optional<NamedFile> read_file_name(const YamlField& field, const Settings& settings) {
  if (!field) return std::nullopt;
  const auto text = read_text_if(field, "a path", [](std::string_view t) { return !t.empty(); });
  if (!text) return std::nullopt;
  return NamedFile{beside_settings(settings, *text), field.node->place, field.key};
}

void read_client_names(const YamlField& field, TlsFiles& files) {
  constexpr std::string_view kWanted = "a list of names like [haproxy1.example.com]";
  if (field.node->kind != YamlNode::Kind::kSequence || field.node->items.empty()) {
    return field.wanted(kWanted);
  }
  if (field.node->items.size() > limits::kTlsClientNames) {
    return field.error(fmt::format("found {} names, at most {} are allowed",
                                   field.node->items.size(), limits::kTlsClientNames));
  }
  for (std::size_t i = 0; i < field.node->items.size(); ++i) {
    const auto name = read_text_if(field.item(i), "a name in a certificate", is_host_name);
    if (name) files.client_names.push_back(*name);
  }
}

std::optional<TlsFiles> read_tls(const YamlField& field, const Settings& settings) {
  MappingReader reader(field, "a mapping with cert, key and client_ca");
  TlsFiles files;
  const YamlField cert = reader.take("cert");
  const YamlField key = reader.take("key");
  const YamlField client_ca = reader.take("client_ca");
  const YamlField client_names = reader.take("client_names");
  reader.refuse_unknown_keys();
  if (!cert) {
    field.error("lacks cert, the file of the listener's certificate");
    return std::nullopt;
  }
  const auto certificate = read_file_name(cert, settings);
  if (!certificate) return std::nullopt;
  files.certificate = *certificate;
  files.key = read_file_name(key, settings).value_or(*certificate);
  if (const auto file = read_file_name(client_ca, settings)) files.client_ca = *file;
  if (client_names) {
    read_client_names(client_names, files);
    if (!client_ca) client_names.error("counts only with client_ca, who signs these names");
  }
  return files;
}

std::optional<ListenAddress> read_listener(const YamlField& field, const Settings& settings) {
  if (field.node->kind != YamlNode::Kind::kMapping) return read_plain_address(field, settings);
  MappingReader reader(field, kListenWanted);
  const YamlField place = reader.take("address");
  const YamlField tls = reader.take("tls");
  reader.refuse_unknown_keys();
  if (!place) {
    field.error(fmt::format("lacks address, wanted {}", kListenWanted));
    return std::nullopt;
  }
  auto address = read_plain_address(place, settings);
  if (!address || !tls || tls.node->kind == YamlNode::Kind::kNull) return address;
  if (address->kind == ListenAddress::Kind::kUnix) {
    tls.error("a unix socket has no TLS: its mode and owner say who may connect");
    return std::nullopt;
  }
  address->tls = read_tls(tls, settings);
  return address->tls ? address : std::nullopt;
}

std::vector<ListenAddress> read_all(const YamlField& field, const Settings& settings, TlsUse use) {
  std::vector<ListenAddress> addresses;
  const auto add = [&](const YamlField& item) {
    const auto address = use == TlsUse::kAllowed ? read_listener(item, settings)
                                                 : read_plain_address(item, settings);
    if (!address) return;
    if (std::find(addresses.begin(), addresses.end(), *address) != addresses.end()) {
      item.error(fmt::format("{} stands here twice", address->to_text()));
    } else {
      addresses.push_back(*address);
    }
  };
  if (field.node->kind != YamlNode::Kind::kSequence) {
    add(field);
  } else if (field.node->items.size() > limits::kListeners) {
    field.error(fmt::format("found {} addresses, at most {} are allowed", field.node->items.size(),
                            limits::kListeners));
  } else {
    for (std::size_t i = 0; i < field.node->items.size(); ++i) add(field.item(i));
  }
  return addresses;
}

}  // namespace

std::string beside_settings(const Settings& settings, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(settings.file).parent_path();
  return (folder / path).lexically_normal().string();
}

std::vector<ListenAddress> read_addresses(const YamlField& field, const Settings& settings) {
  return read_all(field, settings, TlsUse::kRefused);
}

std::vector<ListenAddress> read_listeners(const YamlField& field, const Settings& settings) {
  return read_all(field, settings, TlsUse::kAllowed);
}

}  // namespace pointsman::config
