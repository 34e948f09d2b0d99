// The blocks an HDF5 file is made of: object headers, what a group lists, heaps of names and strings. Chapters III and
// IV of the format's specification.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "archive/byte_cursor.h"
#include "base/byte_source.h"

namespace impasto::IMPASTO_ABI {

/// Begins the superblock, where addresses count from.
inline constexpr std::string_view kHdf5Signature("\x89HDF\r\n\x1a\n", 8);

/// One message of an object header; the numbers are the format's.
struct Hdf5Message {
  enum Type : std::uint16_t {
    dataspace = 0x01,
    link_info = 0x02,
    datatype = 0x03,
    link = 0x06,
    external_files = 0x07,
    layout = 0x08,
    filters = 0x0b,
    attribute = 0x0c,
    continuation = 0x10,
    symbol_table = 0x11,
    attribute_info = 0x15
  };
  std::uint16_t type;
  bool shared;  // the data are elsewhere
  std::vector<std::uint8_t> data;
};

struct Hdf5Link {
  std::string name;
  std::uint64_t header;  // address of the object's header
};

/// Every block is read once, and all of them together are bounded, as are the names and strings made of them, so that a
/// file whose blocks lead in circles or are shared by thousands ends in an Error(input). Used by one thread.
class Hdf5Blocks {
 public:
  static constexpr std::uint64_t kNowhere = ~std::uint64_t{0};  // the format's undefined address

  /// Addresses count from the first byte of `file`. Holds references to both.
  Hdf5Blocks(const ByteSource& file, const std::string& label) : file_(file), label_(label) {}

  /// Address of the root group's header.
  std::uint64_t root();
  std::vector<Hdf5Message> header(std::uint64_t address);
  /// What a group with these messages lists.
  std::vector<Hdf5Link> links(const std::vector<Hdf5Message>& messages);
  /// The attribute messages of an object with these messages, without those whose parts are elsewhere.
  std::vector<std::vector<std::uint8_t>> attributes(const std::vector<Hdf5Message>& messages);
  /// A string of variable length: `reference` is its length, heap and index (16 bytes).
  std::string string(ByteCursor& reference);

  /// Counts bytes that are about to be kept. Throws Error(input) beyond the bound.
  void count(std::uint64_t bytes);

  ByteCursor cursor(std::span<const std::uint8_t> bytes, const char* what) const { return {bytes, label_, what}; }

  /// Bytes of the file, counted. `what` names them in messages.
  std::vector<std::uint8_t> block(std::uint64_t address, std::uint64_t bytes, const char* what);
  /// Throws Error(input) for an address that was visited before.
  void visit(std::uint64_t address, const char* what);

 private:
  struct Piece {
    std::uint64_t address, bytes;
  };
  using Strings = std::map<std::uint16_t, std::string>;  // by index; with what pads them
  std::vector<Hdf5Message> messages(std::vector<Piece> pieces, std::size_t before);
  void append_tree(std::uint64_t address, int depth, const std::string& names, std::vector<Hdf5Link>& links);
  void append_symbols(std::uint64_t address, const std::string& names, std::vector<Hdf5Link>& links);
  void append_heap(ByteCursor& addresses, std::vector<Hdf5Link>& links);
  Hdf5Link link(ByteCursor in) const;
  std::string names(std::uint64_t address);
  Strings strings(std::uint64_t address);

  const ByteSource& file_;
  const std::string& label_;
  std::set<std::uint64_t> visited_;
  std::map<std::uint64_t, Strings> heaps_;  // by address
  std::uint64_t bytes_kept_ = 0;
};

}  // namespace impasto::IMPASTO_ABI
