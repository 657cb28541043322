#include "routing/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace pointsman::routing {
namespace {

constexpr std::size_t kGroups = 10;  // the whole match and \1 to \9

struct PcreDelete {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
template <class T>
using PcrePointer = std::unique_ptr<T, PcreDelete>;

bool is_limit(int outcome) {
  switch (outcome) {
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
    case PCRE2_ERROR_NOMEMORY:
    case PCRE2_ERROR_RECURSELOOP:
      return true;
    default:
      return false;
  }
}

// PCRE2 wants a pointer even to no bytes.
PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data() != nullptr ? text.data() : "");
}

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

// PCRE2 leaves the places of groups that the pattern doesn't have as they were. A group that took
// no part has no place; a match moved by \K may even end before it starts.
void copy_groups(pcre2_match_data* data, std::size_t groups_of_pattern, std::string_view subject,
                 std::vector<std::string>& groups) {
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(data);
  groups.resize(kGroups);
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i].clear();
    if (i > groups_of_pattern) continue;
    const std::size_t begin = places[2 * i];
    const std::size_t end = places[2 * i + 1];
    if (begin <= end && end <= subject.size()) groups[i] = subject.substr(begin, end - begin);
  }
}

}  // namespace

struct RegexScratch::State {
  PcrePointer<pcre2_match_data> data;
  PcrePointer<pcre2_match_context> context;
};

// No stack for JIT, which then takes 32 KiB of the thread's, as in HAProxy: the bridge can't have
// more, and both are to give one answer where a match needs more.
RegexScratch::RegexScratch() : state_(std::make_unique<State>()) {
  state_->data.reset(pcre2_match_data_create(kGroups, nullptr));
  state_->context.reset(pcre2_match_context_create(nullptr));
  pcre2_match_context* context = state_->context.get();
  if (context == nullptr) return;
  pcre2_set_match_limit(context, limits::kRegexMatchLimit);
  pcre2_set_depth_limit(context, limits::kRegexDepthLimit);
  pcre2_set_heap_limit(context, limits::kRegexHeapKibibytes);
}

RegexScratch::~RegexScratch() = default;

struct Regex::State {
  PcrePointer<pcre2_code> code;
};

Regex::Regex() : state_(std::make_unique<State>()) {}
Regex::~Regex() = default;

// Bytes, not UTF, as HAProxy compiles its patterns. Without JIT (no executable memory, or a pattern
// that it doesn't support) the interpreter matches, under the same limits.
Result<std::shared_ptr<const Regex>, RegexError> Regex::compile(std::string_view pattern,
                                                                Case letters) {
  int failure = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t options = letters == Case::kIgnored ? PCRE2_CASELESS : 0;
  std::shared_ptr<Regex> regex(new Regex());
  regex->state_->code.reset(
      pcre2_compile(bytes_of(pattern), pattern.size(), options, &failure, &offset, nullptr));
  if (!regex->state_->code) {
    return RegexError{std::min<std::size_t>(offset, pattern.size()), message_of(failure)};
  }
  pcre2_jit_compile(regex->state_->code.get(), PCRE2_JIT_COMPLETE);
  return std::shared_ptr<const Regex>(std::move(regex));
}

Regex::Match Regex::match(std::string_view subject, RegexScratch& scratch,
                          std::vector<std::string>* groups) const {
  const RegexScratch::State& memory = *scratch.state_;
  if (!memory.data || !memory.context) return Match::kLimit;
  const int outcome = pcre2_match(state_->code.get(), bytes_of(subject), subject.size(), 0, 0,
                                  memory.data.get(), memory.context.get());
  if (outcome < 0) return is_limit(outcome) ? Match::kLimit : Match::kNo;
  if (groups != nullptr) copy_groups(memory.data.get(), group_count(), subject, *groups);
  return Match::kYes;
}

std::size_t Regex::group_count() const {
  std::uint32_t count = 0;
  pcre2_pattern_info(state_->code.get(), PCRE2_INFO_CAPTURECOUNT, &count);
  return count;
}

}  // namespace pointsman::routing
