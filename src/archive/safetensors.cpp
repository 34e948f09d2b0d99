#include "archive/safetensors.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/json_text.h"
#include "base/check.h"
#include "base/file_reader.h"
#include "base/little_endian.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 100'000'000;  // the format's own limit

struct Type {
  std::string_view name;
  std::size_t bits;
};

constexpr Type kTypes[] = {{"F32", 32},        {"F16", 16},       {"BF16", 16},   {"F64", 64},    {"I64", 64},
                           {"I32", 32},        {"I16", 16},       {"I8", 8},      {"U64", 64},    {"U32", 32},
                           {"U16", 16},        {"U8", 8},         {"BOOL", 8},    {"F8_E5M2", 8}, {"F8_E4M3", 8},
                           {"F8_E8M0", 8},     {"F6_E2M3", 6},    {"F6_E3M2", 6}, {"F4", 4},      {"C64", 64},
                           {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}};

// 0 for a type the format does not have.
std::size_t element_bits(std::string_view dtype) {
  for (const Type& type : kTypes) {
    if (type.name == dtype) return type.bits;
  }
  return 0;
}

struct Header {
  Json json;
  std::uint64_t data_begin;  // bytes
};

Header read_header(const ByteSource& file, const std::string& label) {
  require(file.size() > kLengthBytes, ErrorCode::input, label, " holds only ", file.size(),
          " bytes; it is no safetensors file or was cut short");
  std::array<std::uint8_t, kLengthBytes + 1> start;
  file.read(0, start);
  const std::uint64_t length = little_endian(start.data(), kLengthBytes);
  require(length <= kMaxHeader && length >= 2 && start[kLengthBytes] == '{', ErrorCode::input, label,
          " is not a safetensors file (it does not start with a JSON header), nor HDF5, .npz, .pth, ONNX, .mat or "
          "the JSON of a raw file; convert the weights to safetensors (of NumPy's arrays through "
          "numpy.ascontiguousarray: safetensors 0.8.0 "
          "scrambles others without a word) or to .npz");
  require(length <= file.size() - kLengthBytes, ErrorCode::input, label, " was cut short: its header wants ", length,
          " bytes, the file holds ", file.size() - kLengthBytes, "; get it again");
  std::vector<std::uint8_t> header(static_cast<std::size_t>(length));
  file.read(kLengthBytes, header);
  Json json = parse_json(header, label, "header");
  return {std::move(json), kLengthBytes + header.size()};
}

}  // namespace

Safetensors::Safetensors(const std::filesystem::path& file, const char* kind)
    : Safetensors(std::make_unique<const FileReader>(file, kind), file, kind) {}

Safetensors::Safetensors(std::unique_ptr<const ByteSource> bytes, const std::filesystem::path& name, const char* kind)
    : ArrayFile(name, kind), bytes_(std::move(bytes)) {
  const Header header = read_header(*bytes_, label_);
  for (const auto& [array, entry] : header.json.items()) {
    if (array == "__metadata__") {
      metadata_ = json_strings(entry);
    } else {
      read_entry(array, &entry, header.data_begin);
    }
  }
  require_apart();
}

void Safetensors::read_entry(const std::string& name, const void* json_entry, std::uint64_t data_begin) {
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
  const std::uint64_t available = bytes_->size() - data_begin;
  const std::size_t bits = element_bits(entry.dtype);
  require(bits != 0, ErrorCode::input, label_, ": entry '", name, "' is of type '", entry.dtype,
          "', which is not known here; save it as F32, F16 or BF16");
  for (const Json& size : json["shape"]) {
    if (!is_number(size) || size.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
      damaged("has a shape that is not a list of sizes");
    entry.sizes.push_back(size.get<std::int64_t>());
  }
  const std::uint64_t wanted = bytes_of(name, entry.sizes, bits, available);
  const std::uint64_t begin = json["data_offsets"][0].get<std::uint64_t>();
  const std::uint64_t end = json["data_offsets"][1].get<std::uint64_t>();
  if (begin > end || end > available) {
    damaged("lies at bytes ", begin, " to ", end, ", but the file holds ", available,
            " bytes of data: it was cut short");
  }
  if (end - begin != wanted) damaged("has ", end - begin, " bytes, but its shape and type want ", wanted);
  entry.offset = data_begin + begin;
  entry.bytes = end - begin;
  entries_[name] = std::move(entry);
}

std::vector<float> Safetensors::values(const std::string& name) const {
  const Entry& entry = entries_.at(name);
  const std::size_t bytes = readable_bytes(entry.dtype);
  const bool tiny = entry.dtype.starts_with("F8_") || entry.dtype.starts_with("F6_") || entry.dtype == "F4";
  require(bytes != 0, ErrorCode::input, label_, ": '", name, "' is of type ", entry.dtype,
          tiny ? ", numbers of 8 bits or fewer, which mean nothing without the scales their program keeps beside them; "
                 "save it as BF16, F16 or F32 (in PyTorch: tensor.to(torch.bfloat16), times its scale)"
               : "; wanted F64, F32, F16, BF16 or I8");
  std::uint64_t at = entry.offset;
  return read_elements(entry.dtype, entry.bytes / bytes, [&](std::span<std::uint8_t> piece) {
    bytes_->read(at, piece);
    at += piece.size();
  });
}

void Safetensors::read(const std::string& name, std::span<float> into) const {
  const Entry& entry = entries_.at(name);
  if (entry.dtype != "F32" || std::endian::native != std::endian::little) return ArrayFile::read(name, into);
  IMPASTO_ASSERT(entry.bytes == into.size_bytes());
  bytes_->read(entry.offset, {reinterpret_cast<std::uint8_t*>(into.data()), into.size_bytes()});
}

}  // namespace impasto::IMPASTO_ABI
