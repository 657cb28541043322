#include "config/yaml_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <numeric>
#include <sstream>
#include <utility>

#include "base/limits.h"
#include "config/source_text.h"
#include "config/text_marks.h"

namespace pointsman::config {
namespace {

constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";
constexpr std::size_t kFoundBytesShown = 60;
constexpr std::size_t kKeyBytesShown = limits::kNameBytes;

// Thrown out of yaml-cpp's recursion, caught in parse_yaml.
struct Refused {
  Diagnostic fault;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(SourceText& source, YamlFile& file) : source_(source), file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    // yaml-cpp takes whatever follows a complete document for the next one.
    const std::size_t at = offset(mark);
    if (!file_.documents.empty() && source_.text().compare(at, 3, "---") != 0) {
      refuse(mark, "not valid YAML: wanted the end of the document, or a line '---'");
    }
    end_document(at);
    file_.documents.emplace_back();
    anchors_.clear();
  }
  // The last document ends at a byte of the text.
  void end_document(std::size_t at) {
    if (file_.documents.empty()) return;
    file_.documents.back().text = source_.text().substr(begin_, at - begin_);
    begin_ = at;
  }
  void OnDocumentEnd() override { assert(open_.empty()); }

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode& node = make(mark, YamlNode::Kind::kNull, "", anchor);
    // yaml-cpp gives the place of what comes next.
    if (!open_.empty() && open_.back().key != nullptr) node.place = open_.back().key->place;
    attach(node);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode& node = make(mark, YamlNode::Kind::kScalar, tag, anchor);
    node.quoted = tag == "!" || tag == std::string(kCoreTags) + "str";
    node.place = source_.place_at(first_character(offset(mark)));
    node.text = value;
    node.marks = text_marks(source_, first_character(offset(mark)), value);
    node.all_bytes = value.size();
    count(mark, 0, value.size());
    attach(node);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Anchor& target = anchors_.at(anchor);
    if (!target.complete) refuse(mark, "an alias inside the node that it stands for");
    if (++aliases_ > limits::kYamlAliasesPerFile) {
      refuse(mark, fmt::format("more than {} aliases", limits::kYamlAliasesPerFile));
    }
    check_depth(mark, open_.size() + target.node->height);
    count(mark, target.node->all_nodes, target.node->all_bytes);
    attach(*target.node);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::kSequence, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlNode::Kind::kMapping, tag, anchor);
  }
  void OnMapEnd() override {
    leave_out_duplicates(*open_.back().node);
    close();
  }

 private:
  struct Anchor {
    const YamlNode* node = nullptr;
    bool complete = false;
  };
  struct Open {
    YamlNode* node;
    YAML::anchor_t anchor;
    const YamlNode* key = nullptr;  // of a mapping, when its value comes next
  };

  std::size_t offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos);
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string message) {
    throw Refused{{Severity::kError, source_.place_at(offset(mark)), "", "", std::move(message)}};
  }

  void fault(const SourcePlace& place, std::string key, std::string message) {
    Diagnostics& faults = file_.documents.back().faults;
    if (faults.items().size() >= limits::kDiagnosticsShown) return;
    faults.error(place, "", std::move(key), std::move(message));
  }

  void check_depth(const YAML::Mark& mark, std::size_t depth) {
    if (depth > limits::kYamlDepth) {
      refuse(mark, fmt::format("nested deeper than {} levels", limits::kYamlDepth));
    }
  }

  void count(const YAML::Mark& mark, std::size_t nodes, std::size_t bytes) {
    nodes_ += nodes;
    bytes_ += bytes;
    if (nodes_ > limits::kYamlNodesPerFile) {
      refuse(mark, fmt::format("more than {} values, counting aliases as what they stand for",
                               limits::kYamlNodesPerFile));
    }
    if (bytes_ > limits::kYamlFileBytes) {
      refuse(mark, fmt::format("more than {} bytes, counting aliases as what they stand for",
                               limits::kYamlFileBytes));
    }
  }

  YamlNode& make(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag,
                 YAML::anchor_t anchor) {
    count(mark, 1, 0);
    YamlNode& node = file_.nodes.emplace_back();
    node.kind = kind;
    node.place = source_.place_at(offset(mark));
    if (!tag.empty() && tag != "?" && tag != "!" && !tag.starts_with(kCoreTags)) {
      fault(node.place, here(), fmt::format("the tag {} has no meaning here", shown_key(tag)));
    }
    if (anchor != 0) {
      if (anchors_.size() <= anchor) anchors_.resize(anchor + 1);
      anchors_[anchor] = {&node, kind == YamlNode::Kind::kNull || kind == YamlNode::Kind::kScalar};
    }
    return node;
  }

  void open(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag,
            YAML::anchor_t anchor) {
    check_depth(mark, open_.size() + 1);
    YamlNode& node = make(mark, kind, tag, anchor);
    node.height = 1;
    open_.push_back({&node, anchor});
  }

  void close() {
    const Open closed = open_.back();
    open_.pop_back();
    if (closed.anchor != 0) anchors_[closed.anchor].complete = true;
    attach(*closed.node);
  }

  // Puts a complete node where it belongs: root, item, key or value.
  void attach(const YamlNode& node) {
    if (open_.empty()) {
      file_.documents.back().root = &node;
      return;
    }
    Open& parent = open_.back();
    parent.node->all_nodes += node.all_nodes;
    parent.node->all_bytes += node.all_bytes;
    parent.node->height = std::max(parent.node->height, node.height + 1);
    if (parent.node->kind == YamlNode::Kind::kSequence) {
      parent.node->items.push_back(&node);
    } else if (parent.key == nullptr) {
      parent.key = &node;
    } else {
      const YamlNode& key = *std::exchange(parent.key, nullptr);
      if (key.kind == YamlNode::Kind::kScalar) {
        parent.node->entries.push_back({&key, &node});
      } else {
        fault(key.place, here(), fmt::format("found {} as a key, wanted a text", describe(key)));
      }
    }
  }

  void leave_out_duplicates(YamlNode& mapping) {
    const std::vector<YamlNode::Entry>& entries = mapping.entries;
    std::vector<std::size_t> by_key(entries.size());
    std::iota(by_key.begin(), by_key.end(), std::size_t{0});
    std::stable_sort(by_key.begin(), by_key.end(), [&](std::size_t a, std::size_t b) {
      return entries[a].key->text < entries[b].key->text;
    });
    std::vector<std::size_t> repeated;
    const YamlNode* first = nullptr;
    for (const std::size_t i : by_key) {
      const YamlNode& key = *entries[i].key;
      if (first == nullptr || first->text != key.text) {
        first = &key;
        continue;
      }
      repeated.push_back(i);
      const std::string parent = here();
      fault(key.place, (parent.empty() ? "" : parent + ".") + shown_key(key.text),
            fmt::format("duplicate key, first given in line {}", first->place.line));
    }
    std::sort(repeated.rbegin(), repeated.rend());
    if (repeated.empty()) return;
    std::vector<YamlNode::Entry> kept;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!repeated.empty() && repeated.back() == i) {
        repeated.pop_back();
      } else {
        kept.push_back(entries[i]);
      }
    }
    mapping.entries = std::move(kept);
  }

  // The dotted path of the collection that is open, without that of a key still to come.
  std::string here() const {
    std::string path;
    for (const Open& level : open_) {
      if (level.node->kind == YamlNode::Kind::kSequence) {
        if (&level != &open_.back()) path += fmt::format("[{}]", level.node->items.size());
      } else if (level.key != nullptr && level.key->kind == YamlNode::Kind::kScalar) {
        if (!path.empty()) path += '.';
        path += shown_key(level.key->text);
      }
    }
    return path;
  }

  // Where the text of the scalar at `at` begins: behind its anchor, tag and quote.
  std::size_t first_character(std::size_t at) const {
    const std::string& text = source_.text();
    while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
      at = text.find_first_of(" \t\n", at);
      at = text.find_first_not_of(" \t\n", at);
    }
    if (at >= text.size()) return text.size();
    return text[at] == '"' || text[at] == '\'' ? at + 1 : at;
  }

  SourceText& source_;
  YamlFile& file_;
  std::vector<Open> open_;
  std::vector<Anchor> anchors_;
  std::size_t begin_ = 0;  // of the document that is read
  std::size_t aliases_ = 0;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

// For messages: one line, cut between characters.
std::string shortened(const std::string& text, std::size_t most_bytes) {
  std::size_t bytes = std::min(text.size(), most_bytes);
  while (bytes > 0 && bytes < text.size() &&
         (static_cast<unsigned char>(text[bytes]) & 0xc0) == 0x80) {
    --bytes;
  }
  std::string shown = text.substr(0, bytes);
  if (shown.size() < text.size()) shown += "…";
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return shown;
}

bool skip_digits(std::string_view& text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(digits);
  return digits > 0;
}

bool skip_one_of(std::string_view& text, std::string_view characters) {
  const bool found = !text.empty() && characters.find(text.front()) != std::string_view::npos;
  if (found) text.remove_prefix(1);
  return found;
}

}  // namespace

Result<YamlFile, Diagnostic> parse_yaml(const std::string& path, const std::string& text) {
  Result<SourceText, Diagnostic> source = SourceText::make(path, text);
  if (!source) return source.error();
  YamlFile file;
  try {
    std::istringstream stream(source->text());
    YAML::Parser parser(stream);
    TreeBuilder builder(*source, file);
    while (parser.HandleNextDocument(builder)) {
    }
    builder.end_document(source->text().size());
    return file;
  } catch (const Refused& refused) {
    return refused.fault;
  } catch (const YAML::Exception& failure) {
    SourcePlace place{source->path(), 0, 0};
    if (failure.mark.pos >= 0) {
      place = source->place_at(static_cast<std::size_t>(failure.mark.pos));
    }
    return Diagnostic{Severity::kError, place, "", "", "not valid YAML: " + failure.msg};
  }
}

std::string describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
    case YamlNode::Kind::kScalar:
      break;
  }
  const std::string shown = shortened(node.text, kFoundBytesShown);
  if (is_number(node)) return "the number " + shown;
  return is_boolean(node) ? shown : "the text '" + shown + "'";
}

std::string shown_key(const std::string& key) { return shortened(key, kKeyBytesShown); }

bool is_number(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar || node.quoted) return false;
  std::string_view rest = node.text;
  skip_one_of(rest, "+-");
  const bool whole = skip_digits(rest);
  const bool fraction = skip_one_of(rest, ".") && skip_digits(rest);
  if (!whole && !fraction) return false;
  if (skip_one_of(rest, "eE")) {
    skip_one_of(rest, "+-");
    if (!skip_digits(rest)) return false;
  }
  return rest.empty();
}

bool is_boolean(const YamlNode& node) {
  constexpr std::array<std::string_view, 6> kWords{"true",  "True",  "TRUE",
                                                   "false", "False", "FALSE"};
  return node.kind == YamlNode::Kind::kScalar && !node.quoted &&
         std::find(kWords.begin(), kWords.end(), node.text) != kWords.end();
}

}  // namespace pointsman::config
