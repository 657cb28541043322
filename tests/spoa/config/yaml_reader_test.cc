#include "config/yaml_reader.h"

#include <catch2/catch.hpp>

#include "base/limits.h"

using namespace pointsman;
using config::parse_yaml;
using config::YamlNode;

namespace {

std::string refusal(const std::string& text) {
  const auto file = parse_yaml("f.yaml", text);
  return file ? "accepted" : to_text(file.error());
}

// The tree in a line: "{a: 'x', b: [1, ~]}", quoted scalars in quotes.
std::string tree(const YamlNode& node) {
  std::string out;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "~";
    case YamlNode::Kind::kScalar:
      return node.quoted ? "'" + node.text + "'" : node.text;
    case YamlNode::Kind::kSequence:
      for (const YamlNode* item : node.items) out += (out.empty() ? "" : ", ") + tree(*item);
      return "[" + out + "]";
    case YamlNode::Kind::kMapping:
      for (const auto& [key, value] : node.entries) {
        out += (out.empty() ? "" : ", ") + key->text + ": " + tree(*value);
      }
      return "{" + out + "}";
  }
  return out;
}

std::string trees(const std::string& text) {
  const auto file = parse_yaml("f.yaml", text);
  if (!file) return to_text(file.error());
  std::string out;
  for (const auto& document : file->documents) out += tree(*document.root) + "\n";
  return out;
}

std::string faults(const std::string& text) {
  const auto file = parse_yaml("f.yaml", text);
  REQUIRE(file);
  std::string out;
  for (const auto& document : file->documents) {
    for (const Diagnostic& item : document.faults.items()) out += to_text(item) + "\n";
  }
  return out;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("YAML becomes a tree that keeps order, quotes and documents") {
  CHECK(trees("z: 1\na: 'x'\nm: [b, ~, {c: \"5%\"}]\n") ==
        "{z: 1, a: 'x', m: [b, ~, {c: '5%'}]}\n");
  CHECK(trees("a: 1\n---\nb: 2\n---\n") == "{a: 1}\n{b: 2}\n~\n");
  CHECK(trees("") == "");
  CHECK(trees("# nothing\n") == "");
  CHECK(trees("a: !!str 5\nb: |\n  x\n  y\n") == "{a: '5', b: 'x\ny\n'}\n");
  CHECK(trees("base: &b {w: 1}\nother: *b\n") == "{base: {w: 1}, other: {w: 1}}\n");
}

TEST_CASE("a scalar's place is its first character, behind quote, anchor and tag") {
  const auto file = parse_yaml("f.yaml",
                               "plain: text\nquoted: \"text\"\n"
                               "anchored: &a 'text'\ntagged: !!str text\n"
                               "\xc3\xa4: text\nblock: >\n  text\n");
  REQUIRE(file);
  std::string places;
  for (const auto& [key, value] : file->documents[0].root->entries) {
    places += std::to_string(value->place.line) + ":" + std::to_string(value->place.column) + " ";
  }
  CHECK(places == "1:8 2:10 3:15 4:15 5:4 6:8 ");
}

TEST_CASE("duplicate keys are reported with their path and left out of the tree") {
  CHECK(faults("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n'a': 3\n") ==
        "f.yaml:2:17: b.c: duplicate key, first given in line 2\n"
        "f.yaml:3:1: a: duplicate key, first given in line 1\n"
        "f.yaml:4:2: a: duplicate key, first given in line 1\n");
  CHECK(trees("a: 1\nb: {c: 1, d: 2, c: 3}\na: 2\n") == "{a: 1, b: {c: 1, d: 2}}\n");
  CHECK(faults("a: [x, {k: 1, k: 2}]\n") ==
        "f.yaml:1:15: a[1].k: duplicate key, first given in line 1\n");
  CHECK(faults("a: &x 1\nb: *x\nc: *x\n").empty());
}

TEST_CASE("keys that are no texts, and unknown tags, are reported") {
  CHECK(faults("a: {[1, 2]: x, ~: y}\n") ==
        "f.yaml:1:5: a: found a list as a key, wanted a text\n"
        "f.yaml:1:16: a: found nothing as a key, wanted a text\n");
  CHECK(faults("a: !thing 5\n") == "f.yaml:1:4: a: the tag !thing has no meaning here\n");
}

TEST_CASE("a syntax error makes the whole file unreadable and says where") {
  CHECK(refusal("a: b\n\tc: d\n") ==
        "f.yaml:2:1: not valid YAML: illegal tab when looking for indentation");
  CHECK(refusal("a: [b\n") == "f.yaml:2:1: not valid YAML: end of sequence flow not found");
  CHECK(refusal("a: *nobody\n") ==
        "f.yaml:1:4: not valid YAML: the referenced anchor is not defined");
}

TEST_CASE("what follows a complete document without a separator is an error, not a document") {
  CHECK(refusal("{a: b}\n{c: d}\n") ==
        "f.yaml:2:1: not valid YAML: wanted the end of the document, or a line '---'");
  CHECK(refusal("[a]\n]\n") != "accepted");
}

TEST_CASE("the depth limit is allowed and one level more is not") {
  const std::size_t most = limits::kYamlDepth;
  CHECK(refusal(repeated("[", most) + repeated("]", most)) == "accepted");
  CHECK(refusal(repeated("[", most + 1) + repeated("]", most + 1)) ==
        "f.yaml:1:65: nested deeper than 64 levels");
  CHECK(refusal("a: &x " + repeated("[", 40) + repeated("]", 40) + "\nb: " + repeated("[", 23) +
                "*x" + repeated("]", 23)) == "accepted");
  CHECK(refusal("a: &x " + repeated("[", 40) + repeated("]", 40) + "\nb: " + repeated("[", 24) +
                "*x" + repeated("]", 24)) == "f.yaml:2:28: nested deeper than 64 levels");
}

TEST_CASE("a million opening brackets end with an error and not with the stack") {
  CHECK(refusal(repeated("[", 1000000)) != "accepted");
  for (const char* opening : {"{a: ", "? ", "- ", "[{", "!!x &y [", "a: {"}) {
    INFO(opening);
    CHECK(refusal(repeated(opening, 100000)) != "accepted");
  }
}

TEST_CASE("the alias limit is allowed and one more is not") {
  const std::string start = "a: &x 1\nb: [";
  CHECK(refusal(start + repeated("*x, ", limits::kYamlAliasesPerFile) + "]") == "accepted");
  CHECK(refusal(start + repeated("*x, ", limits::kYamlAliasesPerFile + 1) + "]") ==
        "f.yaml:2:40005: more than 10000 aliases");
}

TEST_CASE("aliases count as what they stand for: a billion laughs is refused") {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
              repeated(before + ", ", 8) + before + "]\n";
  }
  CHECK_THAT(refusal(laughs), Catch::Contains("more than 10000000 values"));
  // Few values, but much text.
  const std::string text = "a: &x " + std::string(1 << 20, 'x') + "\nb: [" + repeated("*x, ", 63);
  CHECK_THAT(refusal(text + "]"), Catch::Contains("more than 67108864 bytes"));
}

TEST_CASE("as many values as the limit are allowed, counting aliases, and one more is not") {
  const auto file_of = [](std::size_t values) {
    const std::size_t others = 4 + 1000;  // the mapping, two keys, the second list; the first list
    const std::size_t aliases = (values - others) / 1000;
    return "a: &x [" + repeated("1, ", 999) + "]\nb: [" + repeated("*x, ", aliases) +
           repeated("1, ", (values - others) % 1000) + "]";
  };
  CHECK(refusal(file_of(limits::kYamlNodesPerFile)) == "accepted");
  CHECK_THAT(refusal(file_of(limits::kYamlNodesPerFile + 1)),
             Catch::Contains("more than 10000000 values"));
}

TEST_CASE("an alias inside its own anchor is refused") {
  CHECK(refusal("a: &x [1, *x]\n") == "f.yaml:1:11: an alias inside the node that it stands for");
}

TEST_CASE("every beginning of a file is read or refused") {
  const std::string text =
      "# a\nname: \"sh\\u00f6p\"\nlist: [1, 'b''c', *x]\nblock: |\n  x\nmap:\n  - k: &x {a: b}\n"
      "---\n? q\n: r\n...\n";
  std::size_t accepted = 0;
  for (std::size_t length = 0; length <= text.size(); ++length) {
    if (parse_yaml("f.yaml", text.substr(0, length))) ++accepted;
  }
  CHECK(accepted > 10);
  CHECK(accepted < text.size());
}

TEST_CASE("values are described as people call them, and cut between characters") {
  const auto described = [](const std::string& yaml) {
    const auto file = parse_yaml("f.yaml", "v: " + yaml);
    REQUIRE(file);
    return config::describe(*file->documents[0].root->entries[0].value);
  };
  CHECK(described("[1]") == "a list");
  CHECK(described("{a: 1}") == "a mapping");
  CHECK(described("") == "nothing");
  CHECK(described("-1.5e3") == "the number -1.5e3");
  CHECK(described("'5'") == "the text '5'");
  CHECK(described("True") == "True");
  CHECK(described("1.2.3") == "the text '1.2.3'");
  CHECK(described("\"a\\nb\"") == "the text 'a b'");
  CHECK(described(std::string(59, 'x') + "\xc3\xa4 and more") ==
        "the text '" + std::string(59, 'x') + "…'");
}

TEST_CASE("each document has its text, and all of them are the file") {
  const std::string text = "# first\na: 1\n---  # second\n{b: 2}\n...\n---\nc: |\n  --- x\n";
  const auto file = parse_yaml("f.yaml", text);
  REQUIRE(file);
  REQUIRE(file->documents.size() == 3);
  CHECK(file->documents[0].text == "# first\na: 1\n");
  CHECK(file->documents[1].text == "---  # second\n{b: 2}\n...\n");
  CHECK(file->documents[2].text == "---\nc: |\n  --- x\n");
}
