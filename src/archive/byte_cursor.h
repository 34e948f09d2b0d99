// Little-endian numbers from a block of bytes, never beyond its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Reads on from the front. Holds views: `bytes` and `label` must outlive it.
class ByteCursor {
 public:
  /// `label` begins messages, `what` names the block in them.
  ByteCursor(std::span<const std::uint8_t> bytes, const std::string& label, const char* what)
      : rest_(bytes), label_(&label), what_(what) {}

  std::size_t left() const noexcept { return rest_.size(); }
  /// All of these throw Error(input) when the block ends before.
  std::uint64_t number(std::size_t bytes);  ///< 1 to 8 bytes
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::span<const std::uint8_t> take(std::uint64_t bytes);
  std::string_view take_text(std::uint64_t bytes);
  /// Up to the next '\n', which is taken too; `most` bytes at most.
  std::string_view take_line(std::size_t most);
  void skip(std::uint64_t bytes) { take(bytes); }
  /// Throws Error(input) unless these bytes follow.
  void expect(std::string_view signature);
  [[noreturn]] void damaged(const char* how) const;

 private:
  std::span<const std::uint8_t> rest_;
  const std::string* label_;
  const char* what_;
};

}  // namespace impasto::IMPASTO_ABI
