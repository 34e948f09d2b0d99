#include "archive/hdf5/hdf5_blocks.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/hdf5/hdf5_heap.h"
#include "archive/hdf5/hdf5_tree.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::uint64_t kMaxMetadata = std::uint64_t{64}
                                       << 20;  // bytes of blocks and names; VGG19 of Keras has 100 KiB
constexpr int kMaxTreeDepth = 8;               // Keras: 1
constexpr std::size_t kMaxMessages = 65536;    // the format's own limit of a header

}  // namespace

std::vector<std::uint8_t> Hdf5Blocks::block(std::uint64_t address, std::uint64_t bytes, const char* what) {
  require(address <= file_.size() && bytes <= file_.size() - address, ErrorCode::input, label_, ": its ", what,
          " lies at bytes ", address, " to ", address + bytes, ", but the file has ", file_.size(),
          ": it is damaged or was cut short, get it again");
  count(bytes);
  std::vector<std::uint8_t> result(static_cast<std::size_t>(bytes));
  file_.read(address, result);
  return result;
}

void Hdf5Blocks::count(std::uint64_t bytes) {
  bytes_kept_ += bytes;
  require(bytes_kept_ <= kMaxMetadata, ErrorCode::input, label_, " is damaged: more than ", kMaxMetadata,
          " bytes describe its arrays; get it again");
}

void Hdf5Blocks::visit(std::uint64_t address, const char* what) {
  require(visited_.insert(address).second, ErrorCode::input, label_, ": the ", what, " at byte ", address,
          " stands in it twice; wanted a tree without links back");
}

std::uint64_t Hdf5Blocks::root() {
  constexpr std::uint64_t kLongest = 96;  // bytes of a superblock, version 0
  const std::vector<std::uint8_t> bytes = block(0, std::min<std::uint64_t>(kLongest, file_.size()), "superblock");
  ByteCursor in = cursor(bytes, "superblock");
  in.expect(kHdf5Signature);
  const int version = in.u8();
  require(version <= 3, ErrorCode::input, label_, " is HDF5 with a superblock of version ", version,
          "; wanted 0 to 3, so rewrite it: h5repack IN OUT");
  const bool old = version < 2;
  if (old) in.skip(4);
  const int offset_bytes = in.u8(), length_bytes = in.u8();
  require(offset_bytes == 8 && length_bytes == 8, ErrorCode::input, label_, " is HDF5 with addresses of ", offset_bytes,
          " and lengths of ", length_bytes, " bytes; wanted 8, so rewrite it: h5repack IN OUT");
  in.skip(old ? (version == 1 ? 13 : 9) : 1);
  const std::uint64_t base = in.u64();
  in.skip(8);
  const std::uint64_t whole = in.u64(),
                      end = whole - base;  // the base is in it, the addresses of blocks count from there
  if (base > whole) in.damaged("ends before its base");
  require(end <= file_.size(), ErrorCode::input, label_, " was cut short: it should have ", end, " bytes and has ",
          file_.size(), "; get it again");
  if (old) in.skip(16);
  return in.u64();
}

std::vector<Hdf5Message> Hdf5Blocks::header(std::uint64_t address) {
  constexpr std::uint64_t kPrefix = 32;  // bytes; more than the fixed part of either version
  visit(address, "object header");
  const std::uint64_t left = address < file_.size() ? file_.size() - address : 0;
  const std::vector<std::uint8_t> prefix = block(address, std::min(kPrefix, left), "object header");
  ByteCursor in = cursor(prefix, "object header");
  const std::uint8_t first = in.u8();
  if (first == 1) {
    in.skip(7);
    return messages({{address + 16, in.u32()}}, 8);
  }
  if (first != 'O') in.damaged("is of no known version");
  in.expect("HDR\x02");
  const std::uint8_t flags = in.u8();
  if (flags & 0x20) in.skip(16);  // times
  if (flags & 0x10) in.skip(4);   // when attributes move to a heap
  const std::uint64_t bytes = in.number(std::size_t{1} << (flags & 3));
  return messages({{address + (prefix.size() - in.left()), bytes}}, flags & 4 ? 6 : 4);
}

// A message has `before` bytes before its data: 8 in version 1; 4 in version 2, or 6 with the order of creation.
std::vector<Hdf5Message> Hdf5Blocks::messages(std::vector<Piece> pieces, std::size_t before) {
  constexpr const char* kWhat = "object header";
  const bool first_version = before == 8;
  std::vector<Hdf5Message> result;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const std::vector<std::uint8_t> data = block(pieces[i].address, pieces[i].bytes, kWhat);
    ByteCursor in = cursor(data, kWhat);
    if (!first_version && i > 0) in.expect("OCHK");
    const std::size_t behind = !first_version && i > 0 ? 4 : 0;  // a checksum
    while (in.left() >= before + behind) {
      if (result.size() == kMaxMessages) in.damaged("has too many messages");
      Hdf5Message message;
      message.type = first_version ? in.u16() : in.u8();
      const std::uint16_t size = in.u16();
      message.shared = (in.u8() & 2) != 0;
      in.skip(before - (first_version ? 5 : 4));
      const std::span<const std::uint8_t> content = in.take(size);
      if (message.type == Hdf5Message::continuation) {
        ByteCursor target(content, label_, kWhat);
        const std::uint64_t next = target.u64();
        visit(next, kWhat);
        pieces.push_back({next, target.u64()});
      } else {
        message.data.assign(content.begin(), content.end());
        result.push_back(std::move(message));
      }
    }
  }
  return result;
}

std::vector<Hdf5Link> Hdf5Blocks::links(const std::vector<Hdf5Message>& messages) {
  std::vector<Hdf5Link> result;
  for (const Hdf5Message& message : messages) {
    ByteCursor in = cursor(message.data, "list of a group");
    if (message.type == Hdf5Message::symbol_table) {
      const std::uint64_t tree = in.u64();
      const std::string heap = names(in.u64());
      append_tree(tree, 0, heap, result);
    } else if (message.type == Hdf5Message::link) {
      result.push_back(link(in));
    } else if (message.type == Hdf5Message::link_info) {
      in.skip(1);
      if (in.u8() & 1) in.skip(8);
      append_heap(in, result);
    }
  }
  return result;
}

// Links of a group that has many: the links in a heap, and a tree that lists them.
void Hdf5Blocks::append_heap(ByteCursor& addresses, std::vector<Hdf5Link>& links) {
  constexpr std::size_t kHash = 4, kId = 7;  // bytes of a record
  const std::uint64_t heap_at = addresses.u64(), tree = addresses.u64();
  if (heap_at == kNowhere) return;
  Hdf5Heap heap(*this, heap_at, kId);
  const std::vector<std::uint8_t> records = read_hdf5_tree(*this, tree, Hdf5Records::links_by_name);
  for (std::size_t at = 0; at < records.size(); at += kHash + kId) {
    const std::vector<std::uint8_t> content = heap.object(std::span(records).subspan(at + kHash, kId));
    links.push_back(link(cursor(content, "list of a group")));
  }
}

std::vector<std::vector<std::uint8_t>> Hdf5Blocks::attributes(const std::vector<Hdf5Message>& messages) {
  constexpr std::size_t kId = 8, kRecord = 17;  // bytes; behind the ID flags, order and hash
  std::vector<std::vector<std::uint8_t>> result;
  for (const Hdf5Message& message : messages) {
    if (message.type == Hdf5Message::attribute && !message.shared) result.push_back(message.data);
    if (message.type != Hdf5Message::attribute_info) continue;
    ByteCursor in = cursor(message.data, "list of attributes");
    in.skip(1);
    if (in.u8() & 1) in.skip(2);
    const std::uint64_t heap_at = in.u64(), tree = in.u64();
    if (heap_at == kNowhere) continue;
    Hdf5Heap heap(*this, heap_at, kId);
    const std::vector<std::uint8_t> records = read_hdf5_tree(*this, tree, Hdf5Records::attributes_by_name);
    for (std::size_t at = 0; at < records.size(); at += kRecord) {
      const bool shared = (records[at + kId] & 2) != 0;
      if (!shared) result.push_back(heap.object(std::span(records).subspan(at, kId)));
    }
  }
  return result;
}

Hdf5Link Hdf5Blocks::link(ByteCursor in) const {
  if (in.u8() != 1) in.damaged("has a link of unknown version");
  const std::uint8_t flags = in.u8();
  const int type = flags & 8 ? in.u8() : 0;
  if (flags & 4) in.skip(8);
  if (flags & 0x10) in.skip(1);
  const std::uint64_t length = in.number(std::size_t{1} << (flags & 3));
  const std::string name(in.take_text(length));
  require(type == 0, ErrorCode::input, label_, ": '", name, "' is ", type == 1 ? "a soft" : "an external",
          " link; links are not followed, so save the arrays themselves");
  return {name, in.u64()};
}

void Hdf5Blocks::append_tree(std::uint64_t address, int depth, const std::string& names, std::vector<Hdf5Link>& links) {
  constexpr std::uint64_t kHead = 24;  // bytes before the first key
  visit(address, "tree of a group");
  if (depth > kMaxTreeDepth) cursor({}, "tree of a group").damaged("is too deep");
  const std::vector<std::uint8_t> head = block(address, kHead, "tree of a group");
  ByteCursor in = cursor(head, "tree of a group");
  in.expect(std::string_view("TREE\0", 5));
  const int level = in.u8();
  const std::uint64_t count = in.u16();
  const std::vector<std::uint8_t> body = block(address + kHead, count * 16, "tree of a group");
  ByteCursor children = cursor(body, "tree of a group");
  for (std::uint64_t i = 0; i < count; ++i) {
    children.skip(8);  // the key
    const std::uint64_t child = children.u64();
    if (level > 0) {
      append_tree(child, depth + 1, names, links);
    } else {
      append_symbols(child, names, links);
    }
  }
}

void Hdf5Blocks::append_symbols(std::uint64_t address, const std::string& names, std::vector<Hdf5Link>& links) {
  constexpr std::uint64_t kHead = 8, kSymbol = 40;  // bytes
  visit(address, "symbols of a group");
  const std::vector<std::uint8_t> head = block(address, kHead, "symbols of a group");
  ByteCursor in = cursor(head, "symbols of a group");
  in.expect("SNOD\x01");
  in.skip(1);
  const std::uint64_t symbol_count = in.u16();
  const std::vector<std::uint8_t> body = block(address + kHead, symbol_count * kSymbol, "symbols of a group");
  ByteCursor symbols = cursor(body, "symbols of a group");
  for (std::uint64_t i = 0; i < symbol_count; ++i) {
    const std::uint64_t name_at = symbols.u64(), object = symbols.u64();
    const std::uint32_t kind = symbols.u32();
    symbols.skip(20);
    const std::size_t end = name_at < names.size() ? names.find('\0', static_cast<std::size_t>(name_at)) : names.npos;
    if (end == names.npos) symbols.damaged("name nothing");
    const std::size_t begin = static_cast<std::size_t>(name_at);
    count(end - begin);
    std::string name = names.substr(begin, end - begin);
    require(kind < 2 && object != kNowhere, ErrorCode::input, label_, ": '", name,
            "' is a soft link; links are not followed, so save the arrays themselves");
    links.push_back({std::move(name), object});
  }
}

// The data of a local heap: names with a zero behind each.
std::string Hdf5Blocks::names(std::uint64_t address) {
  const std::vector<std::uint8_t> head = block(address, 32, "heap of names");
  ByteCursor in = cursor(head, "heap of names");
  in.expect(std::string_view("HEAP\0", 5));
  in.skip(3);
  const std::uint64_t size = in.u64();
  in.skip(8);
  const std::vector<std::uint8_t> data = block(in.u64(), size, "heap of names");
  return {data.begin(), data.end()};
}

// The objects of a global heap, which are strings here.
Hdf5Blocks::Strings Hdf5Blocks::strings(std::uint64_t address) {
  constexpr std::uint64_t kHead = 16;  // bytes of a heap and of an object in it
  const std::vector<std::uint8_t> head = block(address, kHead, "heap of strings");
  ByteCursor start = cursor(head, "heap of strings");
  start.expect("GCOL\x01");
  start.skip(3);
  const std::uint64_t bytes = start.u64();
  if (bytes < kHead) start.damaged("is too short");
  const std::vector<std::uint8_t> data = block(address + kHead, bytes - kHead, "heap of strings");
  ByteCursor in = cursor(data, "heap of strings");
  Strings strings;
  while (in.left() >= kHead) {
    const std::uint16_t index = in.u16();
    in.skip(6);
    const std::uint64_t size = in.u64();
    if (index == 0) break;  // free space
    strings.emplace(index, in.take_text(size));
    in.skip(std::min<std::uint64_t>((8 - size % 8) % 8, in.left()));
  }
  return strings;
}

std::string Hdf5Blocks::string(ByteCursor& reference) {
  const std::uint64_t length = reference.u32(), address = reference.u64();
  const std::uint32_t wanted = reference.u32();
  if (length == 0) return {};
  auto heap = heaps_.find(address);
  if (heap == heaps_.end()) heap = heaps_.emplace(address, strings(address)).first;
  const auto found = wanted <= UINT16_MAX ? heap->second.find(static_cast<std::uint16_t>(wanted)) : heap->second.end();
  if (found == heap->second.end()) cursor({}, "heap of strings").damaged("lacks a string");
  if (length > found->second.size()) cursor({}, "heap of strings").damaged("holds less than an attribute wants");
  count(length);
  return found->second.substr(0, static_cast<std::size_t>(length));
}

}  // namespace impasto::IMPASTO_ABI
