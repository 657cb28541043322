// How many times this test program has called operator new. One file of the program defines it,
// together with the operators that count.
#pragma once

#include <cstddef>

namespace pointsman::test {

std::size_t allocation_count();

}  // namespace pointsman::test
