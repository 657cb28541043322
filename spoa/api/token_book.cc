#include "api/token_book.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "base/file_text.h"
#include "base/limits.h"
#include "registry/instance_rules.h"

namespace pointsman::api {
namespace {

constexpr std::string_view kRegister = "register:";
constexpr std::string_view kAdmin = "admin";

std::vector<std::string_view> words_of(std::string_view line) {
  constexpr std::string_view kBlanks = " \t\r";
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(kBlanks); at != std::string_view::npos;
       at = line.find_first_not_of(kBlanks, at)) {
    const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

// RFC 6750 section 2.1: b64token.
bool is_token(std::string_view text) {
  return text.size() >= limits::kAdminTokenBytesMin && text.size() <= limits::kAdminTokenBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("-._~+/=").find(c) != std::string_view::npos;
         });
}

bool is_scope(std::string_view text) {
  if (text == kAdmin) return true;
  if (!text.starts_with(kRegister)) return false;
  const std::string_view service = text.substr(kRegister.size());
  return service == "*" || !registry::fault_in_service_name(service);
}

bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Result<std::shared_ptr<const TokenBook>> TokenBook::parse(std::string_view text,
                                                          const std::string& file) {
  auto book = std::make_shared<TokenBook>();
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto words = words_of(line.substr(0, line.find('#')));
    if (words.empty()) continue;
    const auto fault = [&](std::string_view what) {
      return Error{fmt::format("{}:{}: {}", file, number, what)};
    };
    if (!is_token(words.front())) {
      return fault(fmt::format("the token is not {} to {} letters, digits and -._~+/=",
                               limits::kAdminTokenBytesMin, limits::kAdminTokenBytesMax));
    }
    if (words.size() == 1) return fault("a scope is missing behind the token");
    Token token{std::string(words.front()), {words.begin() + 1, words.end()}};
    if (!std::all_of(token.scopes.begin(), token.scopes.end(), is_scope)) {
      return fault("a scope is not register:SERVICE, register:* or admin");
    }
    const bool twice = std::any_of(book->tokens_.begin(), book->tokens_.end(),
                                   [&](const Token& other) { return other.text == token.text; });
    if (twice) return fault("the token stands there twice");
    if (book->tokens_.size() >= limits::kAdminTokens) {
      return fault(fmt::format("more than {} tokens", limits::kAdminTokens));
    }
    book->tokens_.push_back(std::move(token));
  }
  return std::shared_ptr<const TokenBook>(std::move(book));
}

Result<std::shared_ptr<const TokenBook>> TokenBook::load(const std::string& path) {
  struct stat file {};
  if (::stat(path.c_str(), &file) != 0) {
    return Error{fmt::format("{}: {}", path, std::strerror(errno))};
  }
  if ((file.st_mode & (S_IROTH | S_IWOTH)) != 0) {
    return Error{fmt::format("{}: mode {:04o} lets everybody in; wanted 0600 or 0640", path,
                             file.st_mode & 07777U)};
  }
  const auto text = read_file_text(path, limits::kKeyFileBytes);
  if (!text) return Error{fmt::format("{}: {}", path, text.error().message)};
  return parse(*text, path);
}

TokenBook::Verdict TokenBook::may_register(std::string_view token, std::string_view service) const {
  const Token* found = nullptr;
  for (const Token& known : tokens_) {
    if (is_same(known.text, token)) found = &known;
  }
  if (found == nullptr) return Verdict::kUnknown;
  const bool wide_enough =
      std::any_of(found->scopes.begin(), found->scopes.end(), [&](std::string_view scope) {
        if (scope == kAdmin) return true;
        scope.remove_prefix(kRegister.size());
        return scope == "*" || scope == service;
      });
  return wide_enough ? Verdict::kAllowed : Verdict::kTooNarrow;
}

}  // namespace pointsman::api
