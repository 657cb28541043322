#include "render/template_check.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>
#include <utility>

#include "base/limits.h"
#include "base/near_match.h"
#include "render/template_tags.h"

namespace pointsman::render {
namespace {

using Json = nlohmann::ordered_json;
using Kind = TemplateTag::Kind;

constexpr std::string_view kFree = "metadata";

// A level that names are looked up in. Free: whatever name is asked for, it may be there.
struct Level {
  const Json* data = nullptr;
  bool free = false;
};

// What a name means; null data: nothing.
Level find_in(const Level& level, std::string_view name) {
  if (level.free) return level;
  if (!level.data->is_object()) return {};
  const std::size_t dot = name.find('.');
  const std::string_view first = name.substr(0, dot);
  const auto found = level.data->find(std::string(first));
  if (found == level.data->end()) return {};
  const Level inner{&*found, first == kFree};
  return dot == std::string_view::npos ? inner : find_in(inner, name.substr(dot + 1));
}

// Where else the name is known: "gateways.routes"; empty: nowhere.
std::string find_below(const Json& data, const std::string& name, const std::string& path) {
  if (!data.is_object()) return "";
  for (const auto& [key, value] : data.items()) {
    if (key == kFree) continue;
    const Json& inner = value.is_array() && !value.empty() ? value.front() : value;
    const std::string below = path.empty() ? key : path + "." + key;
    if (inner.is_object() && inner.contains(name)) return below;
    if (std::string found = find_below(inner, name, below); !found.empty()) return found;
  }
  return "";
}

class TemplateCheck {
 public:
  TemplateCheck(const TemplateSource& source, const Json& sample, Diagnostics& diagnostics)
      : source_(source), diagnostics_(diagnostics), levels_{{&sample, false}} {}

  void check(const TemplateText& text) {
    const auto tags = read_tags(text.text);
    if (!tags) return report(text, tags.error());
    std::vector<const TemplateTag*> open;
    for (const TemplateTag& tag : *tags) {
      switch (tag.kind) {
        case Kind::kVariable:
          (void)find(text, tag);
          break;
        case Kind::kSection:
        case Kind::kInverted:
          open.push_back(&tag);
          enter(find(text, tag), tag.kind);
          break;
        case Kind::kEnd:
          if (!close(text, tag, open)) return;
          break;
        case Kind::kPartial:
          include(text, tag);
          break;
        case Kind::kOther:
          break;
      }
    }
    for (const TemplateTag* tag : open) {
      error(text, *tag,
            "the section '" + tag->name + "' does not end, wanted {{/" + tag->name + "}}");
      levels_.pop_back();
    }
  }

 private:
  // An inverted section stands where there is nothing to look into.
  void enter(Level level, Kind kind) {
    if (kind == Kind::kInverted || level.data == nullptr) level = levels_.back();
    if (!level.free && level.data->is_array() && !level.data->empty()) {
      level.data = &level.data->front();
    }
    levels_.push_back(level);
  }

  bool close(const TemplateText& text, const TemplateTag& tag,
             std::vector<const TemplateTag*>& open) {
    if (open.empty()) {
      error(text, tag, "no section '" + tag.name + "' is open here");
      return false;
    }
    if (open.back()->name != tag.name) {
      error(text, tag,
            "found the end of '" + tag.name + "', wanted that of '" + open.back()->name +
                "', which began in line " + std::to_string(open.back()->line));
      levels_.resize(levels_.size() - open.size());
      return false;
    }
    open.pop_back();
    levels_.pop_back();
    return true;
  }

  void include(const TemplateText& text, const TemplateTag& tag) {
    if (std::find(including_.begin(), including_.end(), tag.name) != including_.end()) {
      return error(text, tag, "the partial '" + tag.name + "' includes itself");
    }
    const auto partial = source_.find_partial(tag.name);
    if (!partial) return unknown_partial(text, tag);
    if (++inclusions_ > limits::kTemplateInclusions) {
      if (inclusions_ == limits::kTemplateInclusions + 1) {
        error(
            text, tag,
            "more than " + std::to_string(limits::kTemplateInclusions) + " partials are included");
      }
      return;
    }
    including_.push_back(tag.name);
    check(*partial);
    including_.pop_back();
  }

  void unknown_partial(const TemplateText& text, const TemplateTag& tag) {
    const std::vector<std::string> names = source_.partial_names();
    const std::vector<std::string_view> known(names.begin(), names.end());
    std::string message = "no partial '" + tag.name + "' is shipped, nor is there " + tag.name +
                          ".mustache beside the template";
    if (const auto near = near_match(tag.name, known)) {
      message.append("; did you mean '").append(*near).append("'?");
    }
    error(text, tag, std::move(message));
  }

  Level find(const TemplateText& text, const TemplateTag& tag) {
    if (tag.name == ".") return levels_.back();
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
      if (const Level found = find_in(*level, tag.name); found.data != nullptr) return found;
    }
    std::string message = "no data has the name '" + tag.name + "' here";
    std::vector<std::string_view> known;
    for (const Level& level : levels_) {
      if (level.free || !level.data->is_object()) continue;
      for (const auto& [key, value] : level.data->items()) known.push_back(key);
    }
    if (const auto near = near_match(tag.name, known)) {
      message.append("; did you mean '").append(*near).append("'?");
    } else if (const auto path = find_below(*levels_.front().data, tag.name, ""); !path.empty()) {
      message.append("; '").append(path).append("' has it");
    }
    error(text, tag, std::move(message));
    return {};
  }

  void error(const TemplateText& text, const TemplateTag& tag, std::string message) {
    report(text, {Severity::kError, {nullptr, tag.line, tag.column}, "", "", std::move(message)});
  }

  // Once, however often a partial is included.
  void report(const TemplateText& text, Diagnostic fault) {
    fault.place.file = text.file;
    if (!seen_.emplace(*text.file, fault.place.line, fault.place.column, fault.message).second) {
      return;
    }
    diagnostics_.add(std::move(fault));
  }

  const TemplateSource& source_;
  Diagnostics& diagnostics_;
  std::vector<Level> levels_;
  std::vector<std::string> including_;
  std::size_t inclusions_ = 0;
  std::set<std::tuple<std::string, int, int, std::string>> seen_;
};

}  // namespace

void check_template(const TemplateSource& source, const Json& sample, Diagnostics& diagnostics) {
  TemplateCheck(source, sample, diagnostics).check(source.main);
}

}  // namespace pointsman::render
