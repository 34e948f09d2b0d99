// A host's memory that knows how much of it is held.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <new>

namespace impasto::testing {

// Counts what passes, and can refuse.
class CountingResource : public std::pmr::memory_resource {
 public:
  std::size_t held = 0, most = 0;
  long calls = 0, refused_call = -1;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (calls++ == refused_call) throw std::bad_alloc();
    held += bytes;
    most = std::max(most, held);
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    held -= bytes;
    std::pmr::new_delete_resource()->deallocate(memory, bytes, alignment);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }
};

}  // namespace impasto::testing
