#include "archive/hdf5/hdf5_heap.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "archive/byte_cursor.h"
#include "archive/hdf5/hdf5_tree.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr const char* kWhat = "heap of links and attributes";
constexpr std::uint64_t kHeaderBytes = 142;    // without what filters add, before its checksum
constexpr std::uint64_t kMaxBlock = 1u << 30;  // bytes; libhdf5 has 512 to 65536

std::uint64_t log2_of(std::uint64_t power) { return static_cast<std::uint64_t>(std::countr_zero(power)); }
// Bytes of a field of so many bits, and of one that holds numbers up to `limit`.
std::uint64_t bytes_of_bits(std::uint64_t bits) { return (bits + 7) / 8; }
std::uint64_t bytes_up_to(std::uint64_t limit) { return bytes_of_bits(std::uint64_t(std::bit_width(limit))); }

}  // namespace

Hdf5Heap::Hdf5Heap(Hdf5Blocks& blocks, std::uint64_t address, std::size_t id_bytes)
    : blocks_(blocks), address_(address) {
  blocks_.visit(address, kWhat);
  const std::vector<std::uint8_t> bytes = blocks_.block(address, kHeaderBytes, kWhat);
  ByteCursor in = blocks_.cursor(bytes, kWhat);
  in.expect(std::string_view("FRHP\0", 5));
  if (in.u16() != id_bytes) in.damaged("has objects with names of another length");
  if (in.u16() != 0) in.damaged("is compressed, which is not read here; rewrite the file: h5repack IN OUT");
  checksums_ = (in.u8() & 2) != 0;
  const std::uint64_t max_object = in.u32();
  in.skip(8);
  huge_tree_ = in.u64();
  in.skip(80);  // statistics
  width_ = in.u16();
  start_ = in.u64();
  const std::uint64_t max_direct = in.u64(), bits = in.u16();
  in.skip(2);
  root_ = in.u64();
  rows_ = in.u16();
  const bool plausible = std::has_single_bit(width_) && std::has_single_bit(start_) &&
                         std::has_single_bit(max_direct) && start_ <= max_direct && max_direct <= kMaxBlock &&
                         bits > 0 && bits <= 64;
  if (!plausible) in.damaged("has blocks of sizes that are none");
  direct_rows_ = log2_of(max_direct) - log2_of(start_) + 2;
  offset_bytes_ = bytes_of_bits(bits);
  length_bytes_ = std::min(bytes_of_bits(log2_of(max_direct)), bytes_up_to(max_object));
  head_bytes_ = 13 + offset_bytes_;
  if (1 + offset_bytes_ + length_bytes_ > id_bytes) in.damaged("has objects with names that are too short");
}

std::vector<std::uint8_t> Hdf5Heap::object(std::span<const std::uint8_t> id) {
  ByteCursor in = blocks_.cursor(id, kWhat);
  const int kind = in.u8();
  if (kind == 0x00) {
    const std::uint64_t offset = in.number(static_cast<std::size_t>(offset_bytes_));
    return managed(offset, in.number(static_cast<std::size_t>(length_bytes_)));
  }
  // By a number up to 8 bytes long; an ID of 7 or 8 is too short for the address itself.
  if (kind == 0x10) return huge(in.number(in.left()));
  in.damaged("has an object of unknown kind");
}

std::vector<std::uint8_t> Hdf5Heap::managed(std::uint64_t offset, std::uint64_t bytes) {
  const Block block = find(offset);
  const std::vector<std::uint8_t> head = blocks_.block(block.address, head_bytes_, kWhat);
  ByteCursor in = blocks_.cursor(head, kWhat);
  in.expect(std::string_view("FHDB\0", 5));
  if (in.u64() != address_ || in.number(static_cast<std::size_t>(offset_bytes_)) != block.begin)
    in.damaged("has a block that belongs elsewhere");
  const std::uint64_t at = offset - block.begin, first = head_bytes_ + (checksums_ ? 4 : 0);
  if (at < first || at > block.bytes || bytes > block.bytes - at) in.damaged("has an object outside its block");
  return blocks_.block(block.address + at, bytes, kWhat);
}

// Rows of `width_` blocks: the first two of `start_` bytes a block, each further one of twice the bytes of that before.
// Those behind the first `direct_rows_` hold tables in place of objects.
Hdf5Heap::Block Hdf5Heap::find(std::uint64_t offset) {
  if (rows_ == 0) return {root_, 0, start_};
  Block table{root_, 0, 0};
  std::uint64_t rows = rows_;
  const std::uint64_t row_bytes = width_ * start_;  // of the first row
  for (;;) {
    const std::uint64_t within = offset - table.begin;
    const std::uint64_t row = static_cast<std::uint64_t>(std::bit_width(within / row_bytes));
    const std::uint64_t row_begin = row == 0 ? 0 : row_bytes << (row - 1);
    const std::uint64_t bytes = row == 0 ? start_ : start_ << (row - 1);
    const std::uint64_t column = (within - row_begin) / bytes;
    if (row >= rows) blocks_.cursor({}, kWhat).damaged("has an object beyond its blocks");
    const Block next{child(table.address, row * width_ + column), table.begin + row_begin + column * bytes, bytes};
    if (row < direct_rows_) return next;
    if (bytes < row_bytes) blocks_.cursor({}, kWhat).damaged("has a table smaller than a row");
    rows = log2_of(bytes) - log2_of(row_bytes) + 1;
    table = next;
  }
}

std::uint64_t Hdf5Heap::child(std::uint64_t table, std::uint64_t index) {
  const std::vector<std::uint8_t> head = blocks_.block(table, head_bytes_, kWhat);
  ByteCursor in = blocks_.cursor(head, kWhat);
  in.expect(std::string_view("FHIB\0", 5));
  if (in.u64() != address_) in.damaged("has a table that belongs elsewhere");
  const std::vector<std::uint8_t> entry = blocks_.block(table + head_bytes_ + 8 * index, 8, kWhat);
  return blocks_.cursor(entry, kWhat).u64();
}

std::vector<std::uint8_t> Hdf5Heap::huge(std::uint64_t number) {
  if (huge_.empty() && huge_tree_ != Hdf5Blocks::kNowhere) {
    const std::vector<std::uint8_t> records = read_hdf5_tree(blocks_, huge_tree_, Hdf5Records::huge_objects);
    ByteCursor in = blocks_.cursor(records, kWhat);
    while (in.left() != 0) {
      const Extent extent{in.u64(), in.u64()};
      huge_.emplace(in.u64(), extent);
    }
  }
  const auto found = huge_.find(number);
  if (found == huge_.end()) blocks_.cursor({}, kWhat).damaged("lacks an object");
  return blocks_.block(found->second.address, found->second.bytes, kWhat);
}

}  // namespace impasto::IMPASTO_ABI
