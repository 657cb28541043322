#include "base/file_owner.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace pointsman {
namespace {

constexpr std::size_t kEntryBytes = 16384;

std::optional<unsigned> to_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<uid_t> find_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> text(kEntryBytes);
  getpwnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  return found != nullptr ? std::optional<uid_t>(found->pw_uid) : to_number(name);
}

std::optional<gid_t> find_group(const std::string& name) {
  group entry{};
  group* found = nullptr;
  std::vector<char> text(kEntryBytes);
  getgrnam_r(name.c_str(), &entry, text.data(), text.size(), &found);
  return found != nullptr ? std::optional<gid_t>(found->gr_gid) : to_number(name);
}

}  // namespace

Result<FileOwner> parse_file_owner(const std::string& text) {
  FileOwner owner;
  const std::size_t colon = text.find(':');
  const std::string user = text.substr(0, colon);
  const std::string group = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (!user.empty()) {
    const std::optional<uid_t> found = find_user(user);
    if (!found) return Error{fmt::format("no user '{}'", user)};
    owner.user = *found;
  }
  if (!group.empty()) {
    const std::optional<gid_t> found = find_group(group);
    if (!found) return Error{fmt::format("no group '{}'", group)};
    owner.group = *found;
  }
  return owner;
}

}  // namespace pointsman
