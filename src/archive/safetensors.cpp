#include "archive/safetensors.h"

#include <array>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/check.h"

namespace impasto {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

std::uint64_t little_endian_64(const std::uint8_t* bytes) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

// 0 for a type that is not read here: such entries may be there, but their sizes are not checked.
std::size_t element_bytes(const std::string& dtype) {
  if (dtype == "F32") return 4;
  return dtype == "F16" || dtype == "BF16" ? 2 : 0;
}

struct Header {
  Json json;
  std::size_t data_begin;  // bytes
};

Header read_header(const FileReader& file, const std::string& label) {
  require(file.size() > kLengthBytes, ErrorCode::input, label, " holds only ", file.size(),
          " bytes; it is no safetensors file or was cut short");
  std::array<std::uint8_t, kLengthBytes + 1> start;
  file.read(0, start);
  const std::uint64_t length = little_endian_64(start.data());
  require(length <= kMaxHeader && length >= 2 && start[kLengthBytes] == '{', ErrorCode::input, label,
          " is not a safetensors file (it does not start with a JSON header); convert the weights to safetensors");
  require(length <= file.size() - kLengthBytes, ErrorCode::input, label, " was cut short: its header wants ", length,
          " bytes, the file holds ", file.size() - kLengthBytes, "; get it again");
  std::vector<std::uint8_t> header(static_cast<std::size_t>(length));
  file.read(kLengthBytes, header);
  Json json = Json::parse(header.begin(), header.end(), nullptr, false);
  require(json.is_object(), ErrorCode::input, label, " has a damaged header (not a JSON object); get it again");
  return {std::move(json), kLengthBytes + header.size()};
}

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& file) : ArrayFile(file), file_(file, "weights file") {
  const Header header = read_header(file_, label_);
  for (const auto& [name, entry] : header.json.items()) {
    if (name != "__metadata__") {
      read_entry(name, &entry, header.data_begin);
    } else if (entry.is_object()) {
      for (const auto& [key, value] : entry.items()) {
        if (value.is_string()) metadata_[key] = value.get<std::string>();
      }
    }
  }
}

void Safetensors::read_entry(const std::string& name, const void* json_entry, std::size_t data_begin) {
  const Json& json = *static_cast<const Json*>(json_entry);
  const auto damaged = [&](const auto&... what) {
    fail(ErrorCode::input, label_, ": entry '", name, "' ", what..., "; the file is damaged, get it again");
  };
  const auto is_number = [](const Json& value) { return value.is_number_unsigned(); };
  const bool complete = json.is_object() && json.contains("dtype") && json["dtype"].is_string() &&
                        json.contains("shape") && json["shape"].is_array() && json.contains("data_offsets") &&
                        json["data_offsets"].is_array() && json["data_offsets"].size() == 2 &&
                        is_number(json["data_offsets"][0]) && is_number(json["data_offsets"][1]);
  if (!complete) damaged("lacks dtype, shape or data_offsets");
  Entry entry;
  entry.dtype = json["dtype"].get<std::string>();
  const std::size_t available = file_.size() - data_begin;
  std::size_t count = 1;
  for (const Json& size : json["shape"]) {
    if (!is_number(size)) damaged("has a shape that is not a list of sizes");
    const std::uint64_t value = size.get<std::uint64_t>();
    if (value != 0 && count > available / value) damaged("wants more values than the file holds");
    count *= static_cast<std::size_t>(value);
    entry.sizes.push_back(static_cast<Index>(value));
  }
  const std::uint64_t begin = json["data_offsets"][0].get<std::uint64_t>();
  const std::uint64_t end = json["data_offsets"][1].get<std::uint64_t>();
  if (begin > end || end > available) {
    damaged("lies at bytes ", begin, " to ", end, ", but the file holds ", available,
            " bytes of data: it was cut short");
  }
  const std::size_t bytes = element_bytes(entry.dtype);
  if (bytes != 0 && end - begin != count * bytes) {
    damaged("has ", end - begin, " bytes for ", count, " values of ", entry.dtype);
  }
  entry.offset = data_begin + static_cast<std::size_t>(begin);
  entry.bytes = static_cast<std::size_t>(end - begin);
  entries_[name] = std::move(entry);
}

std::vector<float> Safetensors::values(const std::string& name) const {
  const Entry& entry = entries_.at(name);
  const std::size_t bytes = element_bytes(entry.dtype);
  require(bytes != 0, ErrorCode::input, label_, ": '", name, "' is of type ", entry.dtype, "; wanted F32, F16 or BF16");
  const std::size_t count = entry.bytes / bytes;
  std::vector<float> values(count);
  std::vector<std::uint8_t> stored(entry.bytes);
  file_.read(entry.offset, stored);
  const std::uint8_t* from = stored.data();
  if (bytes == 4) {
    for (std::size_t i = 0; i < count; ++i, from += 4) {
      const std::uint32_t bits = static_cast<std::uint32_t>(from[0]) | static_cast<std::uint32_t>(from[1]) << 8 |
                                 static_cast<std::uint32_t>(from[2]) << 16 | static_cast<std::uint32_t>(from[3]) << 24;
      values[i] = std::bit_cast<float>(bits);
    }
    return values;
  }
  const auto convert = entry.dtype == "F16" ? float_from_half : float_from_bfloat16;
  for (std::size_t i = 0; i < count; ++i, from += 2) {
    values[i] = convert(static_cast<std::uint16_t>(from[0] | from[1] << 8));
  }
  return values;
}

float float_from_bfloat16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

float float_from_half(std::uint16_t bits) {
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000u) << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1fu, fraction = bits & 0x3ffu;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000u | fraction << 13);
  if (exponent != 0) return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  const float magnitude = static_cast<float>(fraction) * 0x1p-24f;  // subnormal or zero
  return sign != 0 ? -magnitude : magnitude;
}

}  // namespace impasto
