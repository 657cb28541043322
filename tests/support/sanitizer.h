// Whether this test program is built with a sanitizer. It looks at each step, so that tests which
// repeat one very often need not there, where they would take minutes.
#pragma once

namespace pointsman::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace pointsman::test
