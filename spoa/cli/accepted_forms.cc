#include "cli/accepted_forms.h"

#include <nlohmann/json.hpp>

#include "config/gateway_files.h"
#include "routing/compile.h"

namespace pointsman::cli {

using nlohmann::json;

std::string forms_text(const manage::Forms& forms) {
  json documents = json::array();
  for (const auto& [name, gateway] : forms) {
    if (!gateway->spec.document.empty()) documents.push_back(gateway->spec.document);
  }
  return documents.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

manage::Forms parse_forms(const std::string& text) {
  manage::Forms forms;
  const json documents = json::parse(text, nullptr, false);
  if (!documents.is_array()) return forms;
  for (const json& document : documents) {
    if (!document.is_string()) continue;
    Diagnostics ignored;
    const auto file = config::parse_gateway_file(manage::kFormsFile,
                                                 document.get_ref<const std::string&>(), ignored);
    for (const config::ReadGateway& read : file.gateways) {
      auto gateway = read.faulty ? nullptr : routing::compile(read.spec, ignored);
      if (gateway != nullptr) forms.emplace(gateway->name, std::move(gateway));
    }
  }
  return forms;
}

}  // namespace pointsman::cli
