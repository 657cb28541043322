#include "render/haproxy_messages.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <vector>

namespace pointsman::render {
namespace {

struct Message {
  Severity severity = Severity::kError;
  std::string text;
};

bool take(std::string_view& text, std::string_view beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

// "[ALERT]    (4711) : config : text"; null where it is no such line.
std::optional<Message> read_beginning(std::string_view line) {
  Message message;
  if (take(line, "[WARNING]")) {
    message.severity = Severity::kWarning;
  } else if (take(line, "[NOTICE]")) {
    message.severity = Severity::kNote;
  } else if (!take(line, "[ALERT]")) {
    return std::nullopt;
  }
  const std::size_t colon = line.find(" : ");
  if (colon != std::string_view::npos) line.remove_prefix(colon + 3);
  take(line, "config : ");
  message.text = line;
  return message;
}

bool sums_up(std::string_view text) {
  return text.starts_with("Error(s) found in configuration file") ||
         text.starts_with("Fatal errors found in configuration");
}

// A message may go on over several lines.
std::vector<Message> read_messages(std::string_view output) {
  std::vector<Message> messages;
  while (!output.empty()) {
    const std::size_t end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (auto message = read_beginning(line)) {
      messages.push_back(std::move(*message));
    } else if (!messages.empty() && line.starts_with(' ')) {
      messages.back().text += line.substr(std::min(line.find_first_not_of(' '), line.size()) - 1);
    }
  }
  return messages;
}

// The line that the message names in the file; 0: none.
int line_in(std::string_view text, const std::string& path) {
  const std::size_t at = text.find("[" + path + ":");
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = text.substr(at + path.size() + 2);
  int line = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), line);
  return line;
}

std::string with_shown_path(std::string text, const CheckedFile& file) {
  for (std::size_t at = text.find(file.path); at != std::string::npos;
       at = text.find(file.path, at + file.shown.size())) {
    text.replace(at, file.path.size(), file.shown);
  }
  return text;
}

}  // namespace

std::string alerts_in(std::string_view output) {
  std::string alerts;
  for (const Message& message : read_messages(output)) {
    if (message.severity != Severity::kError || sums_up(message.text)) continue;
    alerts += (alerts.empty() ? "" : "; ") + message.text;
  }
  if (!alerts.empty()) return alerts;
  for (const char c : output) alerts += c == '\n' ? ' ' : c;
  while (alerts.ends_with(' ')) alerts.pop_back();
  return alerts;
}

void read_haproxy_messages(std::string_view output, const CheckedFile& file,
                           const LineOwners& owners, Diagnostics& diagnostics) {
  const auto shown = std::make_shared<const std::string>(file.shown);
  for (const Message& message : read_messages(output)) {
    if (message.severity == Severity::kNote || sums_up(message.text)) continue;
    const int line = line_in(message.text, file.path);
    auto owner = owners.of_line(line);
    if (!owner) owner = owners.of_text(message.text);
    Diagnostic diagnostic{message.severity, {}, "", "", ""};
    diagnostic.message = "HAProxy: " + with_shown_path(message.text, file);
    if (owner) {
      diagnostic.place = owner->place;
      diagnostic.gateway = owner->gateway;
      diagnostic.key = owner->key;
    } else if (line > 0) {
      diagnostic.place = {shown, line, 1};
    }
    diagnostics.add(std::move(diagnostic));
  }
}

}  // namespace pointsman::render
