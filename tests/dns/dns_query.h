// Queries as a person writes them, made into bytes by code of the test's own:
//
//   web.service.hap.test A +rd +edns=1232
//
// Name, type (a word or a number), then options:
//   +rd +aa +tc +ra +z +ad +cd +qr +opcode=N +rcode=N   of the header
//   +id=N +class=N
//   +edns=SIZE +version=N +do +ednsflags=N +extrcode=N  of OPT; each brings it
//   +opt=CODE:HEX                                       an option
//   +nsid +cookie=HEX +keepalive +subnet=HEX            likewise
#pragma once

#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/hex_text.h"

namespace pointsman::test {

// Dots separate labels; \DDD and \. as in a zone file. Nothing is checked.
inline ByteBuffer name_bytes(std::string_view text) {
  ByteBuffer bytes{0};
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size() && text != "."; ++i) {
    if (text[i] == '.') {
      start = bytes.size();
      bytes.push_back(0);
      continue;
    }
    int byte = text[i];
    if (text[i] == '\\' && text[i + 1] >= '0' && text[i + 1] <= '9') {
      byte = std::stoi(std::string(text.substr(i + 1, 3)));
      i += 3;
    } else if (text[i] == '\\') {
      byte = text[++i];
    }
    bytes.push_back(static_cast<std::uint8_t>(byte));
    ++bytes[start];
  }
  if (bytes[start] != 0) bytes.push_back(0);  // no dot at the end
  return bytes;
}

inline std::uint16_t type_number(const std::string& word) {
  static const std::map<std::string, std::uint16_t> kNumbers{
      {"A", 1},      {"NS", 2},    {"CNAME", 5},   {"SOA", 6},   {"PTR", 12},   {"HINFO", 13},
      {"MX", 15},    {"TXT", 16},  {"AAAA", 28},   {"SRV", 33},  {"OPT", 41},   {"DS", 43},
      {"RRSIG", 46}, {"NSEC", 47}, {"DNSKEY", 48}, {"SVCB", 64}, {"HTTPS", 65}, {"IXFR", 251},
      {"AXFR", 252}, {"ANY", 255}, {"CAA", 257}};
  const auto found = kNumbers.find(word);
  return found != kNumbers.end() ? found->second : static_cast<std::uint16_t>(std::stoi(word));
}

struct DnsQuery {
  std::uint16_t id = 0x1234;
  std::uint16_t flags = 0;
  std::string name;
  std::uint16_t type = 1;
  std::uint16_t qclass = 1;
  bool edns = false;
  std::uint16_t payload = 1232;
  std::uint32_t opt_ttl = 0;
  ByteBuffer options;

  explicit DnsQuery(const std::string& text) {
    std::istringstream words(text);
    std::string word;
    words >> name >> word;
    type = type_number(word);
    while (words >> word) read_option(word);
  }

  ByteBuffer question() const {
    ByteBuffer bytes = name_bytes(name);
    append_u16(bytes, type);
    append_u16(bytes, qclass);
    return bytes;
  }

  ByteBuffer opt() const {
    ByteBuffer bytes{0};
    append_u16(bytes, 41);
    append_u16(bytes, payload);
    append_u32(bytes, opt_ttl);
    append_u16(bytes, static_cast<std::uint16_t>(options.size()));
    append_bytes(bytes, options);
    return bytes;
  }

  ByteBuffer header(unsigned questions, unsigned answers, unsigned authorities,
                    unsigned additionals) const {
    ByteBuffer bytes;
    for (const unsigned value :
         {unsigned{id}, unsigned{flags}, questions, answers, authorities, additionals}) {
      append_u16(bytes, static_cast<std::uint16_t>(value));
    }
    return bytes;
  }

  ByteBuffer bytes() const {
    return header(1, 0, 0, edns ? 1 : 0) + question() + (edns ? opt() : ByteBuffer());
  }

 private:
  void read_option(const std::string& word) {
    static const std::map<std::string, unsigned> kFlags{
        {"+qr", 0x8000}, {"+aa", 0x400}, {"+tc", 0x200}, {"+rd", 0x100},
        {"+ra", 0x80},   {"+z", 0x40},   {"+ad", 0x20},  {"+cd", 0x10}};
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    if (const auto flag = kFlags.find(key); flag != kFlags.end()) {
      flags = static_cast<std::uint16_t>(flags | flag->second);
      return;
    }
    if (key == "+opcode")
      flags = static_cast<std::uint16_t>(flags | std::stoul(value) << 11);
    else if (key == "+rcode")
      flags = static_cast<std::uint16_t>(flags | std::stoul(value));
    else if (key == "+id")
      id = static_cast<std::uint16_t>(std::stoul(value));
    else if (key == "+class")
      qclass = static_cast<std::uint16_t>(std::stoul(value));
    else
      read_edns(key, value);
  }

  void read_edns(const std::string& key, const std::string& value) {
    edns = true;
    const auto number = [&value] { return static_cast<std::uint32_t>(std::stoul(value)); };
    if (key == "+edns")
      payload = static_cast<std::uint16_t>(number());
    else if (key == "+version")
      opt_ttl |= number() << 16;
    else if (key == "+do")
      opt_ttl |= 0x8000;
    else if (key == "+ednsflags")
      opt_ttl |= number();
    else if (key == "+extrcode")
      opt_ttl |= number() << 24;
    else if (key == "+nsid")
      add_option(3, from_hex(value));
    else if (key == "+subnet")
      add_option(8, from_hex(value));
    else if (key == "+cookie")
      add_option(10, from_hex(value));
    else if (key == "+keepalive")
      add_option(11, from_hex(value));
    else if (key == "+opt") {
      add_option(std::stoul(value), from_hex(value.substr(value.find(':') + 1)));
    } else {
      throw std::invalid_argument(key);
    }
  }

  void add_option(unsigned long code, const ByteBuffer& data) {
    append_u16(options, static_cast<std::uint16_t>(code));
    append_u16(options, static_cast<std::uint16_t>(data.size()));
    append_bytes(options, data);
  }
};

}  // namespace pointsman::test
