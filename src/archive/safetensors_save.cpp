#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "archive/elements.h"
#include "archive/safetensors.h"
#include "base/check.h"
#include "base/file_writer.h"
#include "base/half.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAlignment = 8;  // bytes; what the format advises for the first number

// Header and its length, padded with spaces.
std::string header_of(const std::vector<const ArrayToSave*>& arrays,
                      const std::map<std::string, std::string>& metadata) {
  Json json = Json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const ArrayToSave* array : arrays) {
    const std::uint64_t end = begin + saturated_product(array->sizes) * element_bytes(array->dtype);
    json[array->name] = {{"dtype", array->dtype}, {"shape", array->sizes}, {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string header = json.dump();
  header.append((kAlignment - header.size() % kAlignment) % kAlignment, ' ');
  std::string length;
  append_little_endian(length, header.size(), 8);
  return length + header;
}

void require_no_loss(const ArrayToSave& array, std::span<const float> values, const std::string& label) {
  if (array.dtype == "F32") return;
  const auto narrowed = [&](float value) {
    return array.dtype == "F16" ? float_from_half(half_from_float(value))
                                : float_from_bfloat16(bfloat16_from_float(value));
  };
  const auto lost = std::find_if(values.begin(), values.end(),
                                 [&](float value) { return std::isfinite(value) && !std::isfinite(narrowed(value)); });
  require(lost == values.end(), ErrorCode::input, label, ": '", array.name, "' holds ",
          lost == values.end() ? 0.0f : *lost, ", which is beyond ", array.dtype, "; choose F32");
}

void write_array(const ArrayToSave& array, FileWriter& out, const std::string& label) {
  std::uint64_t count = 0;
  array.values([&](std::span<const float> values) {
    count += values.size();
    if (count > saturated_product(array.sizes)) return;
    require_no_loss(array, values, label);
    write_elements(array.dtype, values, [&](std::span<const std::uint8_t> bytes) { out.write(bytes); });
  });
  require(count == saturated_product(array.sizes), ErrorCode::usage, label, ": '", array.name, "' has ", count,
          " values; wanted ", saturated_product(array.sizes), ", the product of its sizes");
}

}  // namespace

void save_safetensors(const std::filesystem::path& file, const std::vector<ArrayToSave>& arrays,
                      const std::map<std::string, std::string>& metadata, const char* kind) {
  const std::string label = text(kind, " '", file.string(), "'");
  std::set<std::string> names;
  std::vector<const ArrayToSave*> order;
  for (const ArrayToSave& array : arrays) {
    require(array.name != "__metadata__" && names.insert(array.name).second, ErrorCode::usage, label,
            " cannot hold the name '", array.name, "' ", array.name == "__metadata__" ? "(it is reserved)" : "twice");
    require(array.dtype == "F32" || array.dtype == "F16" || array.dtype == "BF16", ErrorCode::usage, label, ": '",
            array.name, "' cannot be written as ", array.dtype, "; wanted F32, F16 or BF16");
    order.push_back(&array);
  }
  std::stable_partition(order.begin(), order.end(), [](const ArrayToSave* array) { return array->dtype == "F32"; });

  std::string header;
  try {
    header = header_of(order, metadata);
  } catch (const Json::exception& error) {
    fail(ErrorCode::usage, label, " cannot be written: a name or a text of the metadata is not UTF-8 (", error.what(),
         ")");
  }
  FileWriter out(file);
  out.write({reinterpret_cast<const std::uint8_t*>(header.data()), header.size()});
  for (const ArrayToSave* array : order) write_array(*array, out, label);
  out.commit();
}

}  // namespace impasto::IMPASTO_ABI
