// Counts calls of operator new: allocation_count(). For one file of a test program, since it
// replaces the operators of all of it. A thread can leave its own calls out.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "support/allocation_count.h"

namespace pointsman::test {

inline std::atomic<std::size_t> allocations{0};
inline thread_local bool allocations_count_here = true;

inline void* counted_or_null(std::size_t size) {
  if (allocations_count_here) allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size > 0 ? size : 1);
}

inline void* counted(std::size_t size) {
  if (void* const memory = counted_or_null(size)) return memory;
  throw std::bad_alloc();
}

std::size_t allocation_count() { return allocations; }

}  // namespace pointsman::test

void* operator new(std::size_t size) { return pointsman::test::counted(size); }
void* operator new[](std::size_t size) { return pointsman::test::counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return pointsman::test::counted_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return pointsman::test::counted_or_null(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
