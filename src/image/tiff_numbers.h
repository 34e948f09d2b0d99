// The bytes of a TIFF structure, which EXIF blocks are too: numbers in either byte order and directories of entries.
//
// A file: "II" or "MM", 42, the offset of a directory. A directory: a count (16 bits), that many entries of 12 bytes
// (tag 16, type 16, count 32, value or its offset 32), the offset of the next directory. (TIFF 6.0, section 2.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Reads numbers; what lies outside of the bytes gives nothing.
class TiffNumbers {
 public:
  static constexpr std::size_t kEntryBytes = 12;
  static constexpr std::uint32_t kShort = 3, kLong = 4, kRational = 5;

  /// Nothing unless the bytes begin as a TIFF structure (not BigTIFF).
  static std::optional<TiffNumbers> of(std::span<const std::uint8_t> bytes);

  bool big_endian() const { return big_endian_; }
  std::optional<std::uint32_t> u16(std::size_t at) const { return number(at, 2); }
  std::optional<std::uint32_t> u32(std::size_t at) const { return number(at, 4); }
  /// Offset of the first directory; 0 when there is none.
  std::size_t directory() const { return u32(4).value_or(0); }
  /// Offsets of the entries of the directory at `directory`, as many as are complete.
  std::vector<std::size_t> entries(std::size_t directory) const;
  /// Offset of the entry with this tag.
  std::optional<std::size_t> find(std::size_t directory, std::uint32_t tag) const;
  /// The value of an entry of one number of type kShort or kLong.
  std::optional<std::uint32_t> value(std::size_t entry) const;
  /// The bytes of an entry's values, wherever they lie; empty when they are not all there or of an unknown type.
  std::span<const std::uint8_t> values(std::size_t entry) const;

 private:
  TiffNumbers(std::span<const std::uint8_t> bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}
  std::optional<std::uint32_t> number(std::size_t at, std::size_t count) const;

  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
};

/// Writes a number of `count` bytes at `to`.
void put_tiff_number(std::uint8_t* to, std::uint32_t value, std::size_t count, bool big_endian);

}  // namespace impasto::IMPASTO_ABI
