#include "archive/hdf5/hdf5_messages.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr int kMaxRank = 32;  // the format's

// Where sign, exponent and fraction lie, as the properties of a floating-point type list them.
struct FloatFields {
  std::uint64_t offset, precision, exponent_at, exponent_bits, fraction_at, fraction_bits, bias;
  friend bool operator==(const FloatFields&, const FloatFields&) = default;
};

std::string float_name(std::uint32_t flags, std::size_t bytes, ByteCursor& in) {
  FloatFields f = {in.u16(), in.u16(), in.u8(), in.u8(), in.u8(), in.u8(), in.u32()};
  const std::uint64_t sign_at = flags >> 8 & 0xff;
  const bool implied_one = (flags >> 4 & 3) == 2, vax = (flags & 0x40) != 0;
  std::string name;
  if (bytes == 2 && f == FloatFields{0, 16, 10, 5, 0, 10, 15} && sign_at == 15) name = "F16";
  if (bytes == 2 && f == FloatFields{0, 16, 7, 8, 0, 7, 127} && sign_at == 15) name = "BF16";
  if (bytes == 4 && f == FloatFields{0, 32, 23, 8, 0, 23, 127} && sign_at == 31) name = "F32";
  if (bytes == 8 && f == FloatFields{0, 64, 52, 11, 0, 52, 1023} && sign_at == 63) name = "F64";
  if (name.empty() || !implied_one || vax) return "float of another kind";
  return flags & 1 ? "big-endian " + name : name;
}

}  // namespace

Hdf5Type read_hdf5_type(ByteCursor& in) {
  const std::uint8_t kind = in.u8() & 15;
  const std::uint32_t flags = static_cast<std::uint32_t>(in.number(3));
  Hdf5Type type;
  type.bytes = in.u32();
  if (type.bytes == 0) in.damaged("gives a type of no bytes");
  switch (kind) {
    case 0:
      type.name = text(flags & 8 ? "I" : "U", std::uint64_t{8} * type.bytes);
      break;
    case 1:
      type.name = float_name(flags, type.bytes, in);
      break;
    case 3:
      type.name = "string";
      type.fixed_string = true;
      break;
    case 5:
      type.name = text("opaque, of ", type.bytes, type.bytes == 1 ? " byte" : " bytes");
      type.opaque = true;
      break;
    case 6:
      type.name = "compound";
      break;
    case 9:
      type.name = (flags & 15) == 1 ? "string" : "list";
      type.variable_string = (flags & 15) == 1;
      if (type.variable_string && type.bytes != 16) in.damaged("gives a string of unknown form");
      break;
    default:
      type.name = "other";
  }
  return type;
}

std::vector<std::uint64_t> read_hdf5_sizes(ByteCursor& in) {
  const int version = in.u8(), rank = in.u8();
  if ((version != 1 && version != 2) || rank > kMaxRank) in.damaged("gives sizes of unknown form");
  in.skip(1);
  const int kind = in.u8();  // in version 2: scalar, simple, null
  if (version == 1) in.skip(4);
  if (version == 2 && kind == 2) return {0};
  std::vector<std::uint64_t> sizes(static_cast<std::size_t>(rank));
  for (std::uint64_t& size : sizes) size = in.u64();
  return sizes;
}

Hdf5Layout read_hdf5_layout(ByteCursor& in) {
  const int version = in.u8();
  if (version < 3 || version > 5) in.damaged("places its data in an old form that is not read here");
  Hdf5Layout layout;
  const int kind = in.u8();
  if (kind > 3) in.damaged("places its data in an unknown form");
  layout.kind = static_cast<Hdf5Layout::Kind>(kind);
  if (layout.kind != Hdf5Layout::contiguous) return layout;
  layout.address = in.u64();
  layout.bytes = in.u64();
  return layout;
}

std::optional<std::pair<std::string, std::string>> read_hdf5_attribute(ByteCursor in, Hdf5Blocks& blocks) {
  const int version = in.u8(), flags = in.u8();
  if (version < 1 || version > 3) in.damaged("has an attribute of unknown version");
  if (version > 1 && flags != 0) return std::nullopt;  // its type or sizes are elsewhere
  const std::size_t align = version == 1 ? 8 : 1;
  const auto padded = [&](std::uint64_t bytes) { return (bytes + align - 1) / align * align; };
  const std::uint64_t name_bytes = in.u16(), type_bytes = in.u16(), sizes_bytes = in.u16();
  if (version == 3) in.skip(1);
  std::string_view name = in.take_text(padded(name_bytes));
  name = name.substr(0, name.find('\0'));
  ByteCursor type_in = in, sizes_in = in;
  in.skip(padded(type_bytes));
  sizes_in = in;
  in.skip(padded(sizes_bytes));
  const Hdf5Type type = read_hdf5_type(type_in);
  if (!type.fixed_string && !type.variable_string) return std::nullopt;
  std::uint64_t count = 1;
  for (const std::uint64_t size : read_hdf5_sizes(sizes_in)) {
    // Each string takes its bytes here, so what is left bounds their number.
    if (size != 0 && count > in.left() / size) in.damaged("has an attribute with more strings than bytes");
    count *= size;
  }
  std::string result;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0) result += '\n';
    if (type.variable_string) {
      result += blocks.string(in);
    } else {
      const std::string_view text = in.take_text(type.bytes);
      result += text.substr(0, text.find('\0'));
    }
  }
  return std::pair(std::string(name), std::move(result));
}

}  // namespace impasto::IMPASTO_ABI
