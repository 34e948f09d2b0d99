// The bytes of a TIFF structure, which EXIF blocks are too: numbers in either byte order and directories of entries.
//
// A file: "II" or "MM", 42, the offset of a directory. A directory: a count (16 bits), that many entries of 12 bytes
// (tag 16, type 16, count 32, value or its offset 32), the offset of the next directory. (TIFF 6.0, section 2.)
// BigTIFF: "II" or "MM", 43, 8 and 0 (16 bits each), and 64 bits for each offset and count but an entry's tag and type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/sizes.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Bytes of what a structure is made of.
struct TiffWidths {
  std::size_t first;   ///< before the offset of the first directory
  std::size_t tally;   ///< of a directory's number of entries
  std::size_t offset;  ///< of an offset, a count of values, and the values that lie in the entry itself
  std::size_t entry() const { return 4 + 2 * offset; }
  bool is_big() const { return offset == 8; }
};
inline constexpr TiffWidths kClassicTiff = {4, 2, 4}, kBigTiff = {8, 8, 8};

/// Reads numbers; what lies outside of the bytes gives nothing.
class TiffNumbers {
 public:
  static constexpr std::uint32_t kShort = 3, kLong = 4, kRational = 5, kLong8 = 16, kIfd8 = 18;

  /// Nothing unless the bytes begin as a TIFF structure, which EXIF's are: not BigTIFF.
  static std::optional<TiffNumbers> of(std::span<const std::uint8_t> bytes);
  /// The same, or BigTIFF.
  static std::optional<TiffNumbers> of_file(std::span<const std::uint8_t> bytes);

  bool big_endian() const { return big_endian_; }
  TiffWidths widths() const { return widths_; }
  std::optional<std::uint32_t> u16(std::size_t at) const;
  std::optional<std::uint32_t> u32(std::size_t at) const;
  /// Offset of the first directory; 0 when there is none.
  std::size_t directory() const { return saturated(number(widths_.first, widths_.offset).value_or(0)); }
  /// Offset of the offset of the directory behind the one at `directory`.
  std::size_t next(std::size_t directory) const;
  /// Offsets of the entries of the directory at `directory`, as many as are complete.
  std::vector<std::size_t> entries(std::size_t directory) const;
  /// Offset of the entry with this tag.
  std::optional<std::size_t> find(std::size_t directory, std::uint32_t tag) const;
  /// The value of an entry of one whole number.
  std::optional<std::uint64_t> value(std::size_t entry) const;
  /// How many values an entry has.
  std::uint64_t count(std::size_t entry) const { return number(entry + 4, widths_.offset).value_or(0); }
  /// The bytes of an entry's values, wherever they lie; empty when they are not all there or of an unknown type.
  std::span<const std::uint8_t> values(std::size_t entry) const;

 private:
  TiffNumbers(std::span<const std::uint8_t> bytes, bool big_endian, TiffWidths widths)
      : bytes_(bytes), big_endian_(big_endian), widths_(widths) {}
  std::optional<std::uint64_t> number(std::size_t at, std::size_t count) const;
  std::uint64_t entry_count(std::size_t directory) const;

  std::span<const std::uint8_t> bytes_;
  bool big_endian_;
  TiffWidths widths_;
};

/// Writes a number of `count` bytes at `to`.
void put_tiff_number(std::uint8_t* to, std::uint64_t value, std::size_t count, bool big_endian);

}  // namespace impasto::IMPASTO_ABI
