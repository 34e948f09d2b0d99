// Where an encoder's bytes go as they come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// For C libraries, through which nothing may be thrown: what `take` throws is kept. Neither copied nor moved.
class ByteSink {
 public:
  using Take = std::function<void(std::span<const std::uint8_t>)>;

  explicit ByteSink(Take take) : take_(std::move(take)) {}
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;

  /// Hands bytes on, in blocks; false from when `take` has thrown.
  bool write(const std::uint8_t* from, std::size_t count) noexcept {
    return kept([&] {
      block_.insert(block_.end(), from, from + count);
      if (block_.size() >= kBlock) hand_on();
    });
  }
  /// What is left. Throws what `take` threw.
  void finish() {
    kept([&] { hand_on(); });
    rethrow();
  }
  /// Throws what `take` threw, if it did.
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{1} << 16;

  void hand_on() {
    take_(block_);
    block_.clear();
  }

  template <class Body>
  bool kept(const Body& body) noexcept {
    if (failure_) return false;
    try {
      body();
    } catch (...) {
      failure_ = std::current_exception();
    }
    return !failure_;
  }

  Take take_;
  std::vector<std::uint8_t> block_;
  std::exception_ptr failure_;
};

/// All that `write` hands to a sink.
template <class Write>
std::vector<std::uint8_t> collected(const Write& write) {
  std::vector<std::uint8_t> bytes;
  ByteSink sink([&](std::span<const std::uint8_t> block) { bytes.insert(bytes.end(), block.begin(), block.end()); });
  write(sink);
  sink.finish();
  return bytes;
}

}  // namespace impasto::IMPASTO_ABI
