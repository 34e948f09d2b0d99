// xtensor's reader is not used: it takes memory for whatever size the header claims, and its regular expressions
// recurse over header text of any length.
#include "tensor/npy.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kMaxHeaderRank = 32;  // what older NumPy allows
// NumPy pads so that the numbers begin at a multiple of this.
constexpr std::size_t kHeaderAlignment = 64;

// Reads the header's Python dictionary, e.g. {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
class HeaderParser {
 public:
  HeaderParser(std::string_view rest, const std::string& name) : rest_(rest), name_(name) {}

  NpyHeader parse() {
    NpyHeader header;
    bool type = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      if (key == "descr") {
        header.type = quoted();
        type = true;
      } else if (key == "fortran_order") {
        header.fortran_order = boolean();
        order = true;
      } else if (key == "shape") {
        header.shape = tuple();
        shape = true;
      } else {
        malformed();
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (!rest_.empty() || !type || !order || !shape) malformed();
    return header;
  }

 private:
  [[noreturn]] void malformed() const {
    fail(ErrorCode::input, name_, " is a .npy file whose header cannot be understood; wanted are one array of float32 ",
         "or float64, so write it again with numpy.save");
  }

  void skip_space() {
    const std::size_t text_at = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(text_at, rest_.size()));
  }

  bool accept(char wanted) {
    skip_space();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) malformed();
  }

  std::string quoted() {
    skip_space();
    if (rest_.empty() || (rest_.front() != '\'' && rest_.front() != '"')) malformed();
    const std::size_t end = rest_.find(rest_.front(), 1);
    if (end == std::string_view::npos) malformed();
    std::string result(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return result;
  }

  bool boolean() {
    skip_space();
    for (const std::string_view word : {std::string_view("True"), std::string_view("False")}) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return word == "True";
    }
    malformed();
  }

  std::vector<std::uint64_t> tuple() {
    std::vector<std::uint64_t> result;
    expect('(');
    while (!accept(')')) {
      if (result.size() == kMaxHeaderRank) malformed();
      result.push_back(integer());
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return result;
  }

  std::uint64_t integer() {
    skip_space();
    // 18 digits fit in 64 bits; no file has more bytes than that.
    const std::size_t digits = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    if (digits == 0 || digits > 18) malformed();
    std::uint64_t value = 0;
    for (const char digit : rest_.substr(0, digits)) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    rest_.remove_prefix(digits);
    return value;
  }

  std::string_view rest_;
  const std::string& name_;
};

// Number of elements of `shape`; at most `limit`, or limit + 1 for anything above.
template <class Size>
std::size_t count_elements(std::span<const Size> shape, std::size_t limit) {
  if (std::find(shape.begin(), shape.end(), Size{0}) != shape.end()) return 0;
  std::size_t count = 1;
  for (const Size extent : shape) {
    if (extent > limit / count) return limit + 1;
    count *= static_cast<std::size_t>(extent);
  }
  return count;
}

template <class Size>
std::string shape_text(std::span<const Size> shape) {
  std::string result = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) result += (i ? ", " : "") + std::to_string(shape[i]);
  return result + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace

NpyPrefix read_npy_prefix(std::span<const std::uint8_t> bytes, const std::string& name) {
  const auto truncated = [&name] {
    fail(ErrorCode::input, name, " is a .npy file that ends within its header; copy or download it again");
  };
  require(bytes.size() >= kMagic.size() + 2 && std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) == 0,
          ErrorCode::input, name, " is not a .npy file; write it with numpy.save");
  const int version = bytes[kMagic.size()];
  require(version >= 1 && version <= 3, ErrorCode::input, name, " is a .npy file of version ", version,
          "; wanted are 1 to 3, so write it again with numpy.save");
  const std::size_t length_at = kMagic.size() + 2;
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  if (bytes.size() < length_at + length_bytes) truncated();
  return {length_at + length_bytes, static_cast<std::size_t>(little_endian(bytes.data() + length_at, length_bytes))};
}

std::vector<std::size_t> addressable_shape(std::span<const std::uint64_t> shape, const std::string& name) {
  const bool good = std::all_of(shape.begin(), shape.end(), [](std::uint64_t side) { return side <= kMostBytes; });
  require(good, ErrorCode::input, name, " is of shape ", shape_text(shape), ", one side of which is longer than a ",
          "program with pointers of ", 8 * sizeof(void*), " bits can address; save it with other sides");
  return {shape.begin(), shape.end()};
}

NpyHeader parse_npy_header(std::string_view header, const std::string& name) {
  return HeaderParser(header, name).parse();
}

NpyArray decode_npy(std::span<const std::uint8_t> bytes, const std::string& name) {
  const NpyPrefix prefix = read_npy_prefix(bytes, name);
  const std::span<const std::uint8_t> rest = bytes.subspan(prefix.bytes);
  require(rest.size() >= prefix.header_bytes, ErrorCode::input, name,
          " is a .npy file that ends within its header; copy or download it again");
  const NpyHeader header = parse_npy_header({reinterpret_cast<const char*>(rest.data()), prefix.header_bytes}, name);
  const bool wide = header.type == "<f8";
  require(wide || header.type == "<f4", ErrorCode::input, name, " is a .npy file of type '", header.type,
          "'; wanted is '<f4' or '<f8', so save it as float32");
  require(!header.shape.empty() && header.shape.size() <= kMaxNpyRank, ErrorCode::input, name, " is a .npy file of ",
          header.shape.size(), " dimensions; wanted are 1 to ", kMaxNpyRank);
  require(!header.fortran_order || header.shape.size() == 1, ErrorCode::input, name,
          " is a .npy file in Fortran order; wanted is C order, so save numpy.ascontiguousarray of it");

  const std::span<const std::uint8_t> data = rest.subspan(prefix.header_bytes);
  const std::size_t width = wide ? 8 : 4;
  const std::size_t count = count_elements<std::uint64_t>(header.shape, data.size() / width);
  require(count * width == data.size(), ErrorCode::input, name, " is a .npy file with ", data.size(),
          " bytes of numbers, which is not what its shape ", shape_text<std::uint64_t>(header.shape), " of type '",
          header.type, "' needs; copy or download it again");
  NpyArray array{addressable_shape(header.shape, name), std::vector<double>(count)};
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t raw = little_endian(data.data() + i * width, width);
    array.values[i] =
        wide ? std::bit_cast<double>(raw) : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(raw)));
  }
  return array;
}

std::vector<std::uint8_t> encode_npy(std::span<const float> values, std::span<const std::size_t> shape) {
  IMPASTO_ASSERT(count_elements(shape, values.size()) == values.size());
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
  const std::size_t fixed = kMagic.size() + 4 + header.size() + 1;
  header.append((kHeaderAlignment - fixed % kHeaderAlignment) % kHeaderAlignment, ' ');
  header += '\n';

  std::vector<std::uint8_t> bytes(kMagic.begin(), kMagic.end());
  bytes.reserve(kMagic.size() + 4 + header.size() + values.size() * 4);
  append_little_endian(bytes, 1, 2);  // version 1.0
  append_little_endian(bytes, static_cast<std::uint32_t>(header.size()), 2);
  bytes.insert(bytes.end(), header.begin(), header.end());
  for (const float value : values) append_little_endian(bytes, std::bit_cast<std::uint32_t>(value), 4);
  return bytes;
}

void require_shape_of(std::size_t values, std::span<const std::size_t> shape, const std::string& name) {
  require(count_elements(shape, values) == values && !shape.empty() && shape.size() <= kMaxNpyRank, ErrorCode::usage,
          name, " cannot be written: ", values, " values do not fill its shape ", shape_text(shape),
          "; wanted a product of as many, in 1 to 4 dimensions");
}

NpyArray load_npy(const std::filesystem::path& file) {
  // 8 GiB: a float64 picture at the pixel limit takes 6.
  constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 33;
  return with_memory_error("reading an array", [&] {
    return decode_npy(read_file(file, "array", kMaxFileBytes), text("array '", file.string(), "'"));
  });
}

void save_npy(std::span<const float> values, std::span<const std::size_t> shape, const std::filesystem::path& file) {
  require_shape_of(values.size(), shape, text("array '", file.string(), "'"));
  with_memory_error("writing an array", [&] { write_file(file, encode_npy(values, shape)); });
}

void check_npy_output(const std::filesystem::path& file) { check_writable(file); }

}  // namespace impasto::IMPASTO_ABI
