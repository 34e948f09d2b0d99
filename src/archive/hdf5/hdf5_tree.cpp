#include "archive/hdf5/hdf5_tree.h"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/byte_cursor.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr const char* kWhat = "tree of names";
constexpr std::size_t kMaxDepth = 8;        // 512 bytes a node, 11 a record: beyond any memory
constexpr std::uint64_t kHeaderBytes = 38;  // with its checksum
constexpr std::uint64_t kNodeBytes = 10;    // of a node, beside records and pointers: signature, kinds, checksum
constexpr std::uint64_t kBeforeRecords = 6;

// What the nodes at one height hold at most; height 0 are the leaves.
struct Height {
  std::uint64_t records;        // of a node
  std::uint64_t below;          // of a node and all below it
  std::uint64_t pointer_bytes;  // to a child: address, its records, all records below it
};

// Bytes of a field that holds numbers up to this.
std::uint64_t field_bytes(std::uint64_t limit) {
  return (static_cast<std::uint64_t>(std::bit_width(limit)) - 1) / 8 + 1;
}

class Tree {
 public:
  Tree(Hdf5Blocks& blocks, std::uint64_t address, Hdf5Records kind)
      : blocks_(blocks), kind_(static_cast<std::uint8_t>(kind)), width_(record_bytes(kind)) {
    blocks_.visit(address, kWhat);
    const std::vector<std::uint8_t> bytes = blocks_.block(address, kHeaderBytes, kWhat);
    ByteCursor in = blocks_.cursor(bytes, kWhat);
    in.expect(std::string_view("BTHD\0", 5));
    if (in.u8() != kind_) in.damaged("holds other records than names");
    const std::uint64_t node_bytes = in.u32();
    if (in.u16() != width_) in.damaged("has records of another length");
    const std::size_t depth = in.u16();
    if (depth > kMaxDepth) in.damaged("is too deep");
    in.skip(2);
    const std::uint64_t root = in.u64(), count = in.u16();
    plan(node_bytes, depth, in);
    if (count != 0) read(root, count, depth);
  }

  std::vector<std::uint8_t> take() { return std::move(records_); }

 private:
  void plan(std::uint64_t node_bytes, std::size_t depth, const ByteCursor& in) {
    for (std::size_t height = 0; height <= depth; ++height) {
      std::uint64_t pointer = 0;
      if (height > 0) pointer = 8 + field_bytes(heights_[0].records);
      if (height > 1) pointer += field_bytes(heights_[height - 1].below);
      if (node_bytes < kNodeBytes + pointer + width_ + pointer) in.damaged("has nodes too small for a record");
      const std::uint64_t most = (node_bytes - kNodeBytes - pointer) / (width_ + pointer);
      const std::uint64_t children = height == 0 ? 0 : saturated_product(most + 1, heights_[height - 1].below);
      heights_.push_back({most, children + most < most ? children : children + most, pointer});
    }
  }

  void read(std::uint64_t address, std::uint64_t count, std::size_t height) {
    blocks_.visit(address, kWhat);
    const Height& here = heights_[height];
    const std::uint64_t pointers = height == 0 ? 0 : count + 1;
    if (count > here.records) blocks_.cursor({}, kWhat).damaged("has a node of more records than fit");
    const std::vector<std::uint8_t> bytes =
        blocks_.block(address, kBeforeRecords + count * width_ + pointers * here.pointer_bytes, kWhat);
    ByteCursor in = blocks_.cursor(bytes, kWhat);
    in.expect(height == 0 ? std::string_view("BTLF\0", 5) : std::string_view("BTIN\0", 5));
    if (in.u8() != kind_) in.damaged("holds other records than names");
    const std::span<const std::uint8_t> own = in.take(count * width_);
    records_.insert(records_.end(), own.begin(), own.end());
    for (std::uint64_t i = 0; i < pointers; ++i) {
      const std::uint64_t child = in.u64();
      const std::uint64_t child_count = in.number(static_cast<std::size_t>(field_bytes(heights_[0].records)));
      if (height > 1) in.skip(field_bytes(heights_[height - 1].below));
      read(child, child_count, height - 1);
    }
  }

  Hdf5Blocks& blocks_;
  std::uint8_t kind_;
  std::uint64_t width_;  // bytes of a record
  std::vector<Height> heights_;
  std::vector<std::uint8_t> records_;
};

}  // namespace

std::size_t record_bytes(Hdf5Records records) {
  switch (records) {
    case Hdf5Records::huge_objects:
      return 24;  // address, bytes, number
    case Hdf5Records::links_by_name:
      return 11;  // hash, object of the heap
    case Hdf5Records::attributes_by_name:
      return 17;  // object of the heap, flags, order, hash
  }
  return 0;
}

std::vector<std::uint8_t> read_hdf5_tree(Hdf5Blocks& blocks, std::uint64_t address, Hdf5Records records) {
  return Tree(blocks, address, records).take();
}

}  // namespace impasto::IMPASTO_ABI
