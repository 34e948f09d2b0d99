#include "archive/onnx/onnx_tensor.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/onnx/protobuf.h"
#include "archive/plain_name.h"
#include "base/check.h"
#include "base/file_reader.h"
#include "base/half.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMaxName = 4096;  // bytes
constexpr std::size_t kMaxRank = 64;
constexpr std::uint64_t kMaxIntegers = 64;
constexpr std::uint64_t kMaxShortMessage =
    8192;  // bytes; a name and so many integers fit, and any node may ask for them

// Fields of TensorProto.
enum Field : std::uint32_t {
  kDims = 1,
  kDataType = 2,
  kSegment = 3,
  kFloatData = 4,
  kInt32Data = 5,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kExternalData = 13,
  kDataLocation = 14
};

// TensorProto.DataType, from 0.
constexpr const char* kTypes[] = {"UNDEFINED", "F32",    "UINT8",     "INT8",       "UINT16", "INT16",
                                  "INT32",     "INT64",  "STRING",    "BOOL",       "F16",    "F64",
                                  "UINT32",    "UINT64", "COMPLEX64", "COMPLEX128", "BF16"};

std::string type_name(std::int64_t type) {
  if (type >= 0 && type < static_cast<std::int64_t>(std::size(kTypes))) return kTypes[type];
  return text("ONNX type ", type);
}

// The field that holds numbers of this type when they are not raw (onnx.proto, "For float ..." beside each field).
Field own_field(const std::string& dtype) {
  return dtype == "F32" ? kFloatData : dtype == "F64" ? kDoubleData : kInt32Data;
}

std::uint64_t parse_number(const std::string& digits, const std::string& tensor, const std::string& label) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  require(error == std::errc() && end == digits.data() + digits.size(), ErrorCode::input, label, ": '", tensor,
          "' has '", digits, "' where its external data want a number of bytes");
  return number;
}

// What stands in the field of floats, or of doubles.
struct FieldNumbers {
  std::uint64_t pieces = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first = 0;  // byte
};

// What a TensorProto holds, before it is known which of it counts.
struct Parts {
  std::int64_t type = 0;
  FieldNumbers floats, doubles;
  std::optional<ProtoRange> raw;
  bool external = false, segment = false;
  std::optional<std::uint64_t> external_offset, external_length;
};

class TensorReader {
 public:
  TensorReader(const ProtoMessage& message, const ProtoRange& whole, const std::string& label)
      : message_(message), label_(label) {
    tensor_.message = whole;
  }

  OnnxTensor read() {
    for (ProtoMessage fields = message_; fields.next();) read_field(fields);
    tensor_.dtype = type_name(parts_.type);
    if (!tensor_.is_float()) return std::move(tensor_);
    require(!parts_.segment, ErrorCode::input, label_, ": '", tensor_.name,
            "' is cut in segments, which is not read; save the model anew");
    tensor_.bytes = wanted_bytes();
    place();
    return std::move(tensor_);
  }

 private:
  void read_field(const ProtoMessage& field);
  void read_external(ProtoMessage entry);
  static void count_numbers(const ProtoMessage& field, std::size_t width, FieldNumbers& numbers);
  std::uint64_t wanted_bytes() const;
  std::uint64_t count_integers() const;
  void place();

  ProtoMessage message_;
  const std::string& label_;
  OnnxTensor tensor_;
  Parts parts_;
};

void TensorReader::read_field(const ProtoMessage& field) {
  switch (field.field()) {
    case kDims:
      field.integers([&](std::int64_t size) {
        require(tensor_.sizes.size() < kMaxRank && size >= 0, ErrorCode::input, label_, ": '", tensor_.name,
                "' has sizes that no array has; the file is damaged, get it again");
        tensor_.sizes.push_back(size);
      });
      return;
    case kDataType:
      parts_.type = field.integer();
      return;
    case kSegment:
      parts_.segment = true;
      return;
    case kFloatData:
      return count_numbers(field, 4, parts_.floats);
    case kDoubleData:
      return count_numbers(field, 8, parts_.doubles);
    case kName:
      tensor_.name = field.text(kMaxName);
      return;
    case kRawData:
      parts_.raw = field.range();
      return;
    case kExternalData:
      return read_external(field.message());
    case kDataLocation:
      parts_.external = field.integer() == 1;
      return;
    default:
      return;
  }
}

// StringStringEntryProto: key = 1, value = 2.
void TensorReader::read_external(ProtoMessage entry) {
  std::string key, value;
  while (entry.next()) {
    if (entry.field() == 1) key = entry.text(kMaxName);
    if (entry.field() == 2) value = entry.text(kMaxName);
  }
  if (key == "location") tensor_.location = value;
  if (key == "offset") parts_.external_offset = parse_number(value, tensor_.name, label_);
  if (key == "length") parts_.external_length = parse_number(value, tensor_.name, label_);
}

void TensorReader::count_numbers(const ProtoMessage& field, std::size_t width, FieldNumbers& numbers) {
  const bool packed = field.wire() == ProtoWire::bytes;
  if (!packed && field.wire() != (width == 4 ? ProtoWire::fixed32 : ProtoWire::fixed64))
    field.file().damaged("has something else where a number belongs");
  if (packed && field.range().size() % width != 0) field.file().damaged("ends within a number");
  if (numbers.pieces++ == 0) numbers.first = field.value_begin();
  numbers.bytes += packed ? field.range().size() : width;
}

// Half floats have no field of their own: their 16 bits lie in int32_data.
std::uint64_t TensorReader::count_integers() const {
  std::uint64_t count = 0;
  for (ProtoMessage fields = message_; fields.next();) {
    if (fields.field() == kInt32Data) fields.integers([&](std::int64_t) { ++count; });
  }
  return count;
}

std::uint64_t TensorReader::wanted_bytes() const {
  const std::uint64_t bytes = saturated_product(tensor_.count(), element_bytes(tensor_.dtype));
  require(bytes < std::uint64_t{1} << 62, ErrorCode::input, label_, ": '", tensor_.name,
          "' wants more values than any file holds: it is damaged, get it again");
  return bytes;
}

void TensorReader::place() {
  std::uint64_t there = 0;
  if (parts_.external) {
    tensor_.form = OnnxTensor::Form::external;
    require(is_plain_name(tensor_.location), ErrorCode::input, label_, ": the numbers of '", tensor_.name,
            "' must lie in ", "a file beside the model, named without a folder, and their location is '",
            tensor_.location, "'");
    tensor_.offset = parts_.external_offset.value_or(0);
    there = parts_.external_length.value_or(tensor_.bytes);
  } else if (parts_.raw && parts_.raw->size() != 0) {
    tensor_.offset = parts_.raw->begin;
    there = parts_.raw->size();
  } else if (own_field(tensor_.dtype) == kInt32Data) {
    tensor_.form = OnnxTensor::Form::fields;
    there = saturated_product(count_integers(), 2);
  } else {
    const FieldNumbers& own = own_field(tensor_.dtype) == kFloatData ? parts_.floats : parts_.doubles;
    tensor_.form = own.pieces > 1 ? OnnxTensor::Form::fields : OnnxTensor::Form::piece;
    tensor_.offset = own.pieces == 1 ? own.first : 0;
    there = own.bytes;
  }
  require(there == tensor_.bytes, ErrorCode::input, label_, ": '", tensor_.name, "' has ", there,
          " bytes of numbers, but its sizes and type want ", tensor_.bytes, "; ",
          there == 0 ? "the model was saved without its weights: export it with them"
                     : "the file is damaged, get it again");
}

// Numbers that lie one by one, or in several pieces.
std::vector<float> read_fields(const OnnxTensor& tensor, ProtoFile& file) {
  const Field own = own_field(tensor.dtype);
  std::vector<float> values;
  values.reserve(bytes_in_one_piece(tensor.count(), sizeof(float)) / sizeof(float));
  for (ProtoMessage fields(file, tensor.message); fields.next();) {
    if (fields.field() != own) continue;
    if (own == kInt32Data) {
      fields.integers([&](std::int64_t bits) {
        const auto half = static_cast<std::uint16_t>(bits);
        values.push_back(tensor.dtype == "F16" ? float_from_half(half) : float_from_bfloat16(half));
      });
    } else if (fields.wire() != ProtoWire::bytes) {
      values.push_back(static_cast<float>(fields.real()));
    } else {
      const std::size_t width = element_bytes(tensor.dtype);
      std::array<std::uint8_t, 8> number{};
      for (std::uint64_t at = fields.range().begin; at < fields.range().end;) {
        for (std::size_t i = 0; i < width; ++i) number[i] = file.byte(at++);
        const std::uint64_t bits = little_endian(number.data(), width);
        values.push_back(width == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits))
                                    : static_cast<float>(std::bit_cast<double>(bits)));
      }
    }
  }
  return values;
}

std::unique_ptr<FileReader> open_external(const OnnxTensor& tensor, const std::filesystem::path& model,
                                          const std::string& label) {
  auto file = std::make_unique<FileReader>(model.parent_path() / tensor.location, "file of an ONNX model's numbers");
  require(tensor.offset <= file->size() && tensor.bytes <= file->size() - tensor.offset, ErrorCode::input, label, ": '",
          tensor.name, "' wants ", tensor.bytes, " bytes from ", tensor.offset, " on of '", tensor.location,
          "', which has ", file->size(), "; it was cut short or belongs to another model, get it again");
  return file;
}

}  // namespace

bool OnnxTensor::is_float() const { return element_bytes(dtype) != 0; }

std::uint64_t OnnxTensor::count() const { return saturated_product(sizes); }

OnnxTensor read_onnx_tensor(const ProtoMessage& field, const std::string& label) {
  return TensorReader(field.message(), field.range(), label).read();
}

std::vector<float> read_onnx_values(const OnnxTensor& tensor, const FileReader& own, const std::filesystem::path& model,
                                    const std::string& label) {
  require(tensor.is_float(), ErrorCode::input, label, ": '", tensor.name, "' is of type ", tensor.dtype,
          "; wanted float, double, float16 or bfloat16");
  if (tensor.form == OnnxTensor::Form::fields) {
    ProtoFile file(own, label, "ONNX");
    std::vector<float> values = read_fields(tensor, file);
    require(values.size() == tensor.count(), ErrorCode::input, label, ": '", tensor.name, "' has ", values.size(),
            " numbers, but its sizes want ", tensor.count(), "; the file is damaged, get it again");
    return values;
  }
  const bool external = tensor.form == OnnxTensor::Form::external;
  const std::unique_ptr<FileReader> other = external ? open_external(tensor, model, label) : nullptr;
  const FileReader& file = external ? *other : own;
  std::uint64_t at = tensor.offset;
  return read_elements(tensor.dtype, tensor.bytes / element_bytes(tensor.dtype), [&](std::span<std::uint8_t> piece) {
    file.read(at, piece);
    at += piece.size();
  });
}

std::optional<std::vector<std::int64_t>> read_onnx_integers(const OnnxTensor& tensor, const FileReader& own,
                                                            const std::string& label) {
  const std::uint64_t count = tensor.count();
  if (tensor.dtype != "INT64" || count > kMaxIntegers || tensor.message.size() > kMaxShortMessage) return std::nullopt;
  std::vector<std::int64_t> numbers;
  ProtoFile file(own, label, "ONNX");
  for (ProtoMessage fields(file, tensor.message); fields.next();) {
    if (fields.field() == kInt64Data)
      fields.integers([&](std::int64_t number) {
        if (numbers.size() < count) numbers.push_back(number);
      });
    if (fields.field() == kRawData && fields.range().size() == 8 * count) {
      std::vector<std::uint8_t> bytes(static_cast<std::size_t>(8 * count));
      own.read(fields.range().begin, bytes);
      for (std::size_t i = 0; i < bytes.size(); i += 8)
        numbers.push_back(static_cast<std::int64_t>(little_endian(bytes.data() + i, 8)));
    }
  }
  if (numbers.size() != count) return std::nullopt;
  return numbers;
}

void check_external_data(const OnnxTensor& tensor, const std::filesystem::path& model, const std::string& label) {
  if (tensor.is_float() && tensor.form == OnnxTensor::Form::external) open_external(tensor, model, label);
}

}  // namespace impasto::IMPASTO_ABI
