#include "archive/matlab/mat_matrix.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "base/check.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kMaxNesting = 16;
constexpr std::uint64_t kMaxElements = 65536, kMaxArrays = 512, kMaxText = 4096;
constexpr std::size_t kMaxPath = 500, kMaxKept = std::size_t{1} << 20;  // bytes: of one path, of all that is kept
constexpr std::uint32_t kMatrix = 14;                                   // the format's types of elements
constexpr std::size_t kPiece = 16384;  // whole numbers converted at a time: 128 KiB of the widest, which stay in L2
constexpr std::uint32_t kInt8 = 1, kInt32 = 5, kUint32 = 6;

// Of an element: its type and bytes. Up to 4 bytes lie within the tag's own 8.
struct Tag {
  std::uint32_t type, bytes;
  bool small;
};

Tag read_tag(MatStream& in) {
  const std::uint32_t first = in.u32();
  if (first >> 16 == 0) return {first, in.u32(), false};
  if (first >> 16 > 4) in.damaged("has an element too large for its place");
  return {first & 0xffff, first >> 16, true};
}

// What follows the numbers of an element up to the next one.
std::uint64_t padding(const Tag& tag) { return tag.small ? 4 - tag.bytes : (8 - tag.bytes % 8) % 8; }

std::vector<std::uint8_t> read_element(MatStream& in, std::uint32_t type, std::uint64_t most) {
  const Tag tag = read_tag(in);
  if (tag.type != type || tag.bytes > most) in.damaged("lacks an element");
  std::vector<std::uint8_t> bytes(tag.bytes);
  in.read(bytes);
  in.skip(padding(tag));
  return bytes;
}

// Numbers by the format's type of an element; width 0 where the type is none of numbers.
struct Stored {
  const char* name;
  std::size_t width;
};

Stored stored_as(std::uint32_t type) {
  constexpr Stored kNone = {"other", 0};
  constexpr Stored kTypes[] = {kNone,      {"I8", 1}, {"U8", 1},  {"I16", 2}, {"U16", 2}, {"I32", 4}, {"U32", 4},
                               {"F32", 4}, kNone,     {"F64", 8}, kNone,      kNone,      {"I64", 8}, {"U64", 8}};
  return type < std::size(kTypes) ? kTypes[type] : kNone;
}

float whole_number(const std::uint8_t* bytes, std::size_t width, bool with_sign) {
  const std::uint64_t bits = little_endian(bytes, width);
  if (!with_sign) return static_cast<float>(bits);
  const std::size_t above = 64 - 8 * width;
  return static_cast<float>(static_cast<std::int64_t>(bits << above) >> above);
}

class Matrix {
 public:
  Matrix(MatStream& in, const std::vector<std::string>& wanted, MatVariables& found)
      : in_(in), wanted_(wanted), found_(found) {}

  // False for a variable that is not wanted.
  bool read(const std::string& path, int depth);

 private:
  enum Class : std::uint32_t {
    cell = 1,
    structure = 2,
    text = 4,
    real_double = 6,
    real_single = 7,
    last_number = 15,
    object = 17
  };

  void read_cells(const std::string& path, std::uint64_t count, std::uint64_t end, int depth);
  void read_fields(const std::string& path, std::uint64_t count, std::uint64_t end, int depth);
  void read_text(const std::string& path, std::uint64_t count);
  void read_numbers(const std::string& path, const std::vector<std::int64_t>& sizes, std::uint64_t count, bool complex,
                    bool floats, std::uint64_t end);
  void keep(std::size_t bytes);

  MatStream& in_;
  const std::vector<std::string>& wanted_;
  MatVariables& found_;
  std::uint64_t elements_ = 0;
};

bool Matrix::read(const std::string& path, int depth) {
  if (depth > kMaxNesting) in_.damaged("is nested too deeply");
  if (++elements_ > kMaxElements) in_.damaged("has more parts than a network");
  const Tag tag = read_tag(in_);
  if (tag.type != kMatrix || tag.small) in_.damaged("lacks an array");
  if (path.size() > kMaxPath) in_.damaged("has a path of more than 500 bytes");
  if (tag.bytes == 0) return true;
  const std::uint64_t end = in_.at() + tag.bytes;
  const std::vector<std::uint8_t> flags = read_element(in_, kUint32, 8);
  if (flags.size() != 8) in_.damaged("has flags of unknown form");
  const std::uint32_t kind = flags[0];
  if (kind == object) {  // string, datetime, table: without sizes, and the name means another thing
    if (in_.at() > end) in_.damaged("has another size than its parts");
    if (depth != 0) in_.skip(end - in_.at());
    return depth != 0;
  }
  const std::vector<std::uint8_t> dimensions = read_element(in_, kInt32, 4 * 32);
  const std::vector<std::uint8_t> name = read_element(in_, kInt8, kMaxText);
  if (dimensions.size() % 4 != 0) in_.damaged("has sizes of unknown form");
  const std::string called(name.begin(), name.end());
  if (depth == 0 && std::find(wanted_.begin(), wanted_.end(), called) == wanted_.end()) return false;
  if (depth == 0 && !found_.names.insert(called).second) in_.damaged("stands in it twice");
  const std::string here = depth == 0 ? called : path;
  std::vector<std::int64_t> sizes;
  std::uint64_t count = 1;
  for (std::size_t at = 0; at < dimensions.size(); at += 4) {
    sizes.push_back(static_cast<std::int64_t>(little_endian(dimensions.data() + at, 4)));
    count = saturated_product(count, static_cast<std::uint64_t>(sizes.back()));
  }
  const bool complex = (flags[1] & 8) != 0;
  if (kind == cell) {
    read_cells(here, count, end, depth);
  } else if (kind == structure) {
    read_fields(here, count, end, depth);
  } else if (kind == text) {
    read_text(here, count);
  } else if (kind >= real_double && kind <= last_number) {
    read_numbers(here, sizes, count, complex, kind <= real_single, end);
  } else if (in_.at() < end) {  // functions, objects, sparse matrices
    in_.skip(end - in_.at());
  }
  if (in_.at() != end) in_.damaged("has another size than its parts");
  return true;
}

void Matrix::read_cells(const std::string& path, std::uint64_t count, std::uint64_t end, int depth) {
  for (std::uint64_t i = 0; i < count; ++i) {
    if (in_.at() >= end) in_.damaged("lacks cells");
    read(path + "/" + std::to_string(i), depth + 1);
  }
}

void Matrix::read_fields(const std::string& path, std::uint64_t count, std::uint64_t end, int depth) {
  const std::vector<std::uint8_t> width_bytes = read_element(in_, kInt32, 4);
  const std::size_t width =
      width_bytes.size() == 4 ? static_cast<std::size_t>(little_endian(width_bytes.data(), 4)) : std::size_t{0};
  const std::vector<std::uint8_t> names = read_element(in_, kInt8, kMaxText);
  if (width == 0 || names.size() % width != 0) in_.damaged("has fields without names");
  std::vector<std::string> fields;
  for (std::size_t at = 0; at < names.size(); at += width) {
    const std::string_view field(reinterpret_cast<const char*>(names.data()) + at, width);
    fields.emplace_back(field.substr(0, field.find('\0')));
  }
  if (fields.empty()) return;
  if (std::set<std::string>(fields.begin(), fields.end()).size() != fields.size())
    in_.damaged("has a field that stands twice");
  for (std::uint64_t i = 0; i < count; ++i) {
    for (const std::string& field : fields) {
      if (in_.at() >= end) in_.damaged("lacks fields");
      read(path + (count == 1 ? "" : "/" + std::to_string(i)) + "/" + field, depth + 1);
    }
  }
}

// Letters beyond ASCII are none of a layer's name.
void Matrix::read_text(const std::string& path, std::uint64_t count) {
  const Tag tag = read_tag(in_);
  const std::size_t width = count == 0 ? 0 : static_cast<std::size_t>(tag.bytes / count);
  if (count == 0 || count > kMaxText || width < 1 || width > 4 || tag.bytes % count != 0) {
    in_.skip(tag.bytes + padding(tag));
    return;
  }
  std::vector<std::uint8_t> bytes(tag.bytes);
  in_.read(bytes);
  in_.skip(padding(tag));
  if (!path.ends_with("/name")) return;
  keep(path.size() + count);
  const auto [place, added] = found_.texts.emplace(path, "");
  if (!added) in_.damaged("has a field that stands twice");
  std::string& letters = place->second;
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    const std::uint64_t letter = little_endian(bytes.data() + at, width);
    letters += letter >= ' ' && letter < 127 ? static_cast<char>(letter) : '?';
  }
}

void Matrix::read_numbers(const std::string& path, const std::vector<std::int64_t>& sizes, std::uint64_t count,
                          bool complex, bool floats, std::uint64_t end) {
  const Tag tag = read_tag(in_);
  const auto [type, width] = stored_as(tag.type);
  if (in_.at() > end || tag.bytes > end - in_.at()) in_.damaged("has numbers beyond its end");
  if (width != 0 && saturated_product(count, width) != tag.bytes) in_.damaged("has other numbers than its sizes want");
  if (found_.arrays.size() == kMaxArrays) in_.damaged("has more arrays than a network");
  keep(path.size());
  const MatArray array = {complex ? "complex" : type, sizes, tag.bytes, floats && !complex ? width : 0, in_};
  if (!found_.arrays.emplace(path, array).second) in_.damaged("has a field that stands twice");
  in_.skip(tag.bytes + padding(tag));
  if (complex && in_.at() < end) in_.skip(end - in_.at());
}

void Matrix::keep(std::size_t bytes) {
  found_.kept += bytes;
  if (found_.kept > kMaxKept) in_.damaged("has more names than a network");
}

}  // namespace

void add_mat_variable(MatStream& stream, const std::vector<std::string>& wanted, MatVariables& variables) {
  if (Matrix(stream, wanted, variables).read("", 0)) stream.require_end();
}

std::vector<float> numbers_of(const MatArray& array) {
  IMPASTO_ASSERT(array.width != 0);
  const std::uint64_t wanted = array.bytes / array.width;
  MatStream stream = array.numbers;
  if (element_bytes(array.dtype) != 0)
    return read_elements(array.dtype, wanted, [&](std::span<std::uint8_t> piece) { stream.read(piece); });
  std::vector<float> values(bytes_in_one_piece(wanted, sizeof(float)) / sizeof(float));
  std::vector<std::uint8_t> piece(std::min(values.size(), kPiece) * array.width);
  for (std::size_t begin = 0; begin < values.size(); begin += kPiece) {
    const std::size_t size = std::min(values.size() - begin, kPiece);
    stream.read(std::span(piece).first(size * array.width));
    for (std::size_t i = 0; i < size; ++i)
      values[begin + i] = whole_number(piece.data() + i * array.width, array.width, array.dtype.front() == 'I');
  }
  return values;
}

}  // namespace impasto::IMPASTO_ABI
