#include "render/template_fill.h"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <unordered_map>

namespace pointsman::render {
namespace {

using Json = nlohmann::ordered_json;
using kainjow::mustache::context;
using kainjow::mustache::data;
using kainjow::mustache::list;
using kainjow::mustache::mustache;
using kainjow::mustache::object;

data to_data(const Json& value) {
  switch (value.type()) {
    case Json::value_t::object: {
      object entries;
      for (const auto& [key, item] : value.items()) entries.emplace(key, to_data(item));
      return entries;
    }
    case Json::value_t::array: {
      list items;
      items.reserve(value.size());
      for (const Json& item : value) items.push_back(to_data(item));
      return items;
    }
    case Json::value_t::string:
      if (value.get_ref<const std::string&>().empty()) return data(false);
      return value.get_ref<const std::string&>();
    case Json::value_t::null:
      return data(false);
    case Json::value_t::boolean:
      return value.get<bool>() ? data("true") : data(false);
    default:
      return value.dump();  // a number
  }
}

// Partials have names of their own: `{{> backends}}` is not the list `backends`.
class Context : public context<std::string> {
 public:
  Context(const data* values, const TemplateSource& source) : context(values), source_(source) {}

  const data* get_partial(const std::string& name) const override {
    const auto known = partials_.find(name);
    if (known != partials_.end()) return &known->second;
    const auto found = source_.find_partial(name);
    if (!found) return nullptr;
    return &partials_.emplace(name, data(found->text)).first->second;
  }

 private:
  const TemplateSource& source_;
  mutable std::unordered_map<std::string, data> partials_;
};

std::string without_blank_runs(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c != '\n' || !out.ends_with("\n\n")) out += c;
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace

std::string escape_for_haproxy(const std::string& text) {
  constexpr std::string_view kSpecial = " #\"'\\$";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      if (kSpecial.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

Result<std::string> fill(const TemplateSource& source, const Json& values) {
  mustache document{source.main.text};
  document.set_custom_escape(escape_for_haproxy);
  const data visible = to_data(values);
  Context names(&visible, source);
  std::ostringstream out;
  document.render(names, out);
  if (!document.is_valid()) return Error{*source.main.file + ": " + document.error_message()};
  return without_blank_runs(out.str());
}

}  // namespace pointsman::render
