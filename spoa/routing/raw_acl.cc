#include "routing/raw_acl.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace pointsman::routing {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Goes through a text as HAProxy goes through a line of its configuration.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  bool has_braces() const { return has_braces_; }

  std::optional<RawAclFault> read() {
    while (at_ < text_.size()) {
      if (is_blank(text_[at_])) {
        ++at_;
      } else if (auto fault = read_word()) {
        return fault;
      }
    }
    if (open_) return RawAclFault{*open_, "this '{' is not closed"};
    return std::nullopt;
  }

 private:
  // Up to a blank outside of quotes. HAProxy knows braces by words, quoted or not.
  std::optional<RawAclFault> read_word() {
    const std::size_t begin = at_;
    std::string word;
    std::optional<std::size_t> quote;
    for (; at_ < text_.size() && (quote || !is_blank(text_[at_])); ++at_) {
      const char c = text_[at_];
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\t') || byte == 0x7f) {
        return RawAclFault{at_, "a HAProxy ACL has no control characters"};
      }
      if (quote && c == text_[*quote]) {
        quote.reset();
      } else if (!quote && (c == '"' || c == '\'')) {
        quote = at_;
      } else if (c == '\\' && (!quote || text_[*quote] == '"')) {
        if (++at_ == text_.size()) return RawAclFault{at_ - 1, "nothing follows this '\\'"};
        word += text_[at_];
      } else if (c == '#' && !quote) {
        return RawAclFault{at_, "for HAProxy '#' begins a comment: put it in quotes"};
      } else {
        word += c;
      }
    }
    if (quote) return RawAclFault{*quote, "this quote is not closed"};
    return take_brace(word, begin);
  }

  std::optional<RawAclFault> take_brace(const std::string& word, std::size_t begin) {
    if (word == "{" || word == "!{") {
      if (open_) return RawAclFault{begin, "a '{' inside of braces"};
      open_ = begin;
      has_braces_ = true;
    } else if (word == "}") {
      if (!open_) return RawAclFault{begin, "this '}' closes nothing"};
      open_.reset();
    }
    return std::nullopt;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
  std::optional<std::size_t> open_;
  bool has_braces_ = false;
};

// The tree is no deeper than limits::kConditionDepth.
template <class Visit>  // void(const std::string&)
void visit_raw_acls(const ConditionNode& node, Visit&& visit) {
  if (node.kind == ConditionNode::Kind::kRawAcl) visit(node.text);
  for (const ConditionNode& child : node.children) visit_raw_acls(child, visit);
}

}  // namespace

std::optional<RawAclFault> fault_in_raw_acl(std::string_view text) { return Words(text).read(); }

std::string raw_acl_name(std::string_view text) {
  return fmt::format("{:08x}", static_cast<std::uint32_t>(XXH64(text.data(), text.size(), 0)));
}

std::string raw_acl_condition(std::string_view text) {
  Words words(text);
  (void)words.read();
  return words.has_braces() ? std::string(text) : fmt::format("{{ {} }}", text);
}

std::vector<RawAcl> raw_acls_of(const Gateway& gateway) {
  std::vector<RawAcl> found;
  for (std::size_t i = 0; i < gateway.routes.size(); ++i) {
    const Route& route = gateway.routes[i];
    const RouteSpec& spec = gateway.spec.routes[i];
    const auto add = [&](const Condition& condition, const SourcePlace& place, const char* key) {
      visit_raw_acls(condition.root(), [&](const std::string& text) {
        const bool known = std::any_of(found.begin(), found.end(),
                                       [&](const RawAcl& acl) { return acl.text == text; });
        if (!known) {
          found.push_back({raw_acl_name(text), text, "routes." + spec.name + key, place});
        }
      });
    };
    if (route.condition) add(*route.condition, spec.condition->place, ".condition");
    for (std::size_t k = 0; k < route.rewrites.size(); ++k) {
      const auto& condition = route.rewrites[k].condition();
      if (condition) add(*condition, spec.rewrites[k].place, ".rewrites");
    }
  }
  return found;
}

void note_raw_acls(const Gateway& gateway, Diagnostics& diagnostics) {
  for (const RawAcl& acl : raw_acls_of(gateway)) {
    diagnostics.note(acl.place, gateway.name, acl.key,
                     fmt::format("HAProxy evaluates <{}>, as acl_{}: where this is new, it needs "
                                 "'render' and a reload, and is false until then",
                                 acl.text, acl.name));
  }
}

}  // namespace pointsman::routing
