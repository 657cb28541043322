// Answers to every name of generated registries, compared with a plain list of what each name has,
// and cut at generated sizes. ldns reads all of them.
#include <map>
#include <random>

#include "dns/dns_asker.h"

namespace pointsman::test {
namespace {

using Random = std::mt19937;

constexpr const char* kZone = ".hap.test";

// Lines that a name answers with to a type, without the name itself; and glue to SRV.
struct Model {
  std::map<std::string, std::map<std::string, Lines>> names;
  std::map<std::string, Lines> v4_glue, v6_glue;

  void add(const std::string& name, const std::string& type, const std::string& data) {
    names[name][type].push_back(" 5 IN " + type + " " + data);
  }
  void add_once(const std::string& name, const std::string& type, const std::string& data) {
    const Lines& lines = names[name][type];
    const std::string line = " 5 IN " + type + " " + data;
    if (std::find(lines.begin(), lines.end(), line) == lines.end()) add(name, type, data);
  }
};

std::string hex_of(std::size_t value, int digits) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (auto place = text.rbegin(); place != text.rend(); ++place, value >>= 4) {
    *place = "0123456789abcdef"[value & 15];
  }
  return text;
}

std::string target_of(const registry::Instance& instance) {
  const Bytes all(instance.address.bytes);
  return to_hex(instance.address.is_v4() ? all.last(4) : all) + "-" + hex_of(instance.port, 4) +
         ".addr" + kZone;
}

std::string reverse_of(const registry::Instance& instance) {
  return std::to_string(instance.address.bytes[15]) + ".0.0.10.in-addr.arpa";
}

void add_instance(Model& model, const std::string& name, const registry::Instance& instance) {
  const bool v4 = instance.address.is_v4();
  const std::string address = instance.address.to_text();
  if (instance.weight > 0) model.add_once(name, v4 ? "A" : "AAAA", address);
  model.add(name, "SRV",
            "0 " + std::to_string(std::min(instance.weight * 256, 65535)) + " " +
                std::to_string(instance.port) + " " + target_of(instance) + ".");
  std::string text =
      "\"id=" + instance.id + "\" \"address=" + (v4 ? address : "[" + address + "]") + ":" +
      std::to_string(instance.port) + "\" \"weight=" + std::to_string(instance.weight) + "\"";
  for (const std::string& tag : instance.tags) text += " \"tag=" + tag + "\"";
  model.add(name, "TXT", text);
  (v4 ? model.v4_glue : model.v6_glue)[name].push_back(
      target_of(instance) + (v4 ? ". 5 IN A " : ". 5 IN AAAA ") + address);
}

Model model_of(const registry::Revision& revision) {
  Model model;
  for (const auto& [name, service] : revision.services) {
    model.names[name + ".service" + kZone];
    model.names["_" + name + "._tcp.service" + kZone];
    for (const registry::Instance& instance : service.instances) {
      const bool v4 = instance.address.is_v4();
      add_instance(model, name + ".service" + kZone, instance);
      add_instance(model, "_" + name + "._tcp.service" + kZone, instance);
      for (const std::string& tag : instance.tags) {
        add_instance(model, tag + "." + name + ".service" + kZone, instance);
        add_instance(model, "_" + tag + "._" + name + "._tcp.service" + kZone, instance);
      }
      model.add_once(target_of(instance), v4 ? "A" : "AAAA", instance.address.to_text());
      if (v4) model.add_once(reverse_of(instance), "PTR", target_of(instance) + ".");
    }
  }
  return model;
}

registry::Revision random_revision(Random& random) {
  registry::Revision revision;
  for (auto count = random() % 4; count > 0; --count) {
    auto& instances =
        revision.services[std::string(1, static_cast<char>('a' + random() % 6))].instances;
    instances.clear();
    std::map<std::pair<std::string, unsigned>, bool> taken;
    for (auto left = random() % 12; left > 0; --left) {
      const std::string host = std::to_string(1 + random() % 5);
      const std::string address = (random() % 3 == 0 ? "fd00::" : "10.0.0.") + host;
      const auto port = static_cast<std::uint16_t>(80 + random() % 3);
      if (std::exchange(taken[{address, port}], true)) continue;
      registry::Instance instance{
          "i" + std::to_string(100 - left), ip(address), port,
          static_cast<std::uint16_t>(random() % 4 == 0 ? 0 : random() % 257)};
      if (random() % 2 == 0) instance.tags.push_back("blue");
      if (random() % 2 == 0) instance.tags.push_back("green");
      instances.push_back(instance);
    }
  }
  return revision;
}

std::string in_random_case(std::string name, Random& random) {
  for (char& c : name) {
    if (c >= 'a' && c <= 'z' && random() % 2 == 0) c = static_cast<char>(c - 0x20);
  }
  return name;
}

Lines with_owner(const std::string& owner, Lines lines) {
  for (std::string& line : lines) line.insert(0, owner + ".");
  return lines;
}

// Over TCP: the whole answer, in the model's order.
void check_whole(DnsAsker& client, const Model& model, const std::string& name,
                 const std::string& type, const Lines& wanted, Random& random) {
  client.asker.over_tcp = true;
  const std::string asked = in_random_case(name, random);
  const SeenReply seen = client.ask(asked + " " + type);
  CHECK(seen.rcode == "NOERROR");
  CHECK(seen.answers == with_owner(asked, wanted));
  CHECK(seen.authority.size() == (wanted.empty() ? 1 : 0));
  Lines glue;
  if (type == "SRV") {
    for (const auto* const kind : {&model.v4_glue, &model.v6_glue}) {
      const auto found = kind->find(name);
      if (found != kind->end()) glue.insert(glue.end(), found->second.begin(), found->second.end());
    }
  }
  CHECK(seen.additional == glue);
}

// By UDP at some size: a prefix of whole records, TC if it is not all of them.
void check_cut(DnsAsker& client, const std::string& name, const std::string& type,
               const Lines& wanted, Random& random) {
  client.asker.over_tcp = false;
  const auto size = 512 + random() % 600;
  const SeenReply seen = client.ask(name + " " + type + " +edns=" + std::to_string(size));
  CHECK(client.bytes.size() <= size);
  const Lines all = with_owner(name, wanted);
  REQUIRE(seen.answers.size() <= all.size());
  CHECK(std::equal(seen.answers.begin(), seen.answers.end(), all.begin()));
  CHECK(client.reply.truncated == (seen.answers.size() < all.size()));
}

void check_name(DnsAsker& client, const Model& model, const std::string& name,
                const std::map<std::string, Lines>& by_type, Random& random) {
  for (const std::string type : {"A", "AAAA", "SRV", "TXT", "PTR", "MX"}) {
    const auto found = by_type.find(type);
    const Lines wanted = found == by_type.end() ? Lines{} : found->second;
    CAPTURE(name, type);
    check_whole(client, model, name, type, wanted, random);
    check_cut(client, name, type, wanted, random);
  }
  const std::string below = "zz." + name;
  const bool tag_could_be = model.names.contains(below);
  CHECK((client.ask(below + " A").rcode == "NXDOMAIN") == !tag_could_be);
  for (std::string above = name.substr(name.find('.') + 1); above.ends_with(kZone);
       above.erase(0, above.find('.') + 1)) {
    CHECK(client.ask(above + " A").rcode == "NOERROR");
  }
}

TEST_CASE("each name of any registry has just what the registry says") {
  const unsigned seed = Catch::rngSeed();
  CAPTURE(seed);
  Random random(seed);
  dns::ZoneSpec spec;
  spec.zones = {"hap.test"};
  spec.reverse = {IpNetwork::parse("10.0.0.0/24").value()};
  for (int round = 0; round < 40; ++round) {
    const registry::Revision revision = random_revision(random);
    const auto built = dns::build_zones(spec, revision);
    CHECK(built.left_out.empty());
    DnsAsker client;
    client.zones = built.zones.get();
    const Model model = model_of(revision);
    for (const auto& [name, by_type] : model.names) {
      check_name(client, model, name, by_type, random);
    }
  }
}

}  // namespace
}  // namespace pointsman::test
