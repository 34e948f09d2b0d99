// Numbers with a shape. `Tensor` owns 64-byte aligned memory, `View` borrows; both are dense, channels last.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "base/buffer.h"
#include "impasto/context.h"
#include "tensor/shape.h"

namespace impasto::IMPASTO_ABI {

/// Borrowed numbers: valid as long as their owner. T may be const.
template <class T>
struct View {
  T* data = nullptr;
  Shape shape;

  std::span<T> values() const { return {data, static_cast<std::size_t>(shape.count())}; }
};

/// Owned numbers, moved and not copied; `clone` copies.
template <class T>
class Tensor {
 public:
  Tensor() = default;
  /// Uninitialised, in the system's memory or the context's. Throws Error(io) when that does not suffice.
  explicit Tensor(const Shape& shape) : Tensor(shape, std::shared_ptr<MemoryPool>()) {}
  Tensor(const Shape& shape, const Context& context) : Tensor(shape, context.memory_pool()) {}
  Tensor(const Shape& shape, T value) : Tensor(shape) { fill(value); }
  Tensor(const Shape& shape, T value, const Context& context) : Tensor(shape, context) { fill(value); }

  /// In the same memory.
  Tensor clone() const {
    Tensor copy(shape_, memory_.get_deleter().pool);
    std::copy_n(data(), shape_.count(), copy.data());
    return copy;
  }
  /// Element by element as another type.
  template <class U>
  Tensor<U> as() const {
    Tensor<U> copy(shape_);
    std::transform(data(), data() + shape_.count(), copy.data(), [](T value) { return static_cast<U>(value); });
    return copy;
  }

  const Shape& shape() const noexcept { return shape_; }
  bool empty() const noexcept { return memory_ == nullptr; }
  T* data() noexcept { return reinterpret_cast<T*>(memory_.get()); }
  const T* data() const noexcept { return reinterpret_cast<const T*>(memory_.get()); }
  std::span<T> values() noexcept { return {data(), size()}; }
  std::span<const T> values() const noexcept { return {data(), size()}; }
  T& operator[](Index i) noexcept { return data()[i]; }
  const T& operator[](Index i) const noexcept { return data()[i]; }
  View<const T> view() const noexcept { return {data(), shape_}; }

 private:
  Tensor(const Shape& shape, std::shared_ptr<MemoryPool> pool)
      : shape_(shape),
        memory_(allocate_aligned(static_cast<std::size_t>(shape.count()) * sizeof(T), std::move(pool))) {}
  void fill(T value) { std::fill_n(data(), shape_.count(), value); }
  std::size_t size() const noexcept { return empty() ? 0 : static_cast<std::size_t>(shape_.count()); }
  Shape shape_;
  AlignedBytes memory_;
};

}  // namespace impasto::IMPASTO_ABI
