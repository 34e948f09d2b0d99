// Scratch memory of a kernel, handed out array by array. The function that takes a kernel's arrays stands once: over
// memory it says where they lie, over none how much they need together.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Elements of a row such that rows are an odd number of lines of 16 floats apart: a multiple of 4 KiB would put all of
/// them into the same few sets of the caches.
constexpr Index odd_lines(Index elements) { return ((elements + 15) / 16 | 1) * 16; }

/// Arrays of one size: by thread, by slice, by tile.
template <class T>
struct EqualArrays {
  T* first = nullptr;
  Index stride = 0;
  T* operator[](Index i) const { return first + i * stride; }
};

/// Every array starts on a 64-byte border if the memory does.
class Workspace {
 public:
  /// Over no memory it only counts, and every array is nullptr.
  explicit Workspace(void* memory = nullptr) : memory_(static_cast<std::byte*>(memory)) {}

  template <class T>
  T* take(Index elements) {
    return take_each<T>(1, elements).first;
  }
  template <class T>
  EqualArrays<T> take_each(Index arrays, Index elements) {
    const std::uint64_t bytes = (static_cast<std::uint64_t>(elements) * sizeof(T) + kBorder - 1) / kBorder * kBorder;
    std::byte* const first = memory_ == nullptr ? nullptr : memory_ + bytes_;
    bytes_ += static_cast<std::uint64_t>(arrays) * bytes;
    return {reinterpret_cast<T*>(first), static_cast<Index>(bytes / sizeof(T))};
  }
  /// What was taken so far, counted in T.
  template <class T>
  Index size() const {
    return static_cast<Index>(bytes_ / sizeof(T));
  }

 private:
  static constexpr std::uint64_t kBorder = 64;
  std::byte* memory_;
  std::uint64_t bytes_ = 0;  // of a dry run they may be more than the machine can address
};

/// Elements of T that `take(workspace)` takes, by a dry run.
template <class T, class Take>
Index workspace_size(Take&& take) {
  Workspace none;
  take(none);
  return none.size<T>();
}

}  // namespace impasto::IMPASTO_ABI
