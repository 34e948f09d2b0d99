#include "archive/torch/torch_export.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/json_text.h"
#include "archive/torch/torch_zip.h"
#include "base/check.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxConfig = std::size_t{16} << 20;  // bytes
constexpr const char* kFormat = "PyTorch .pt2";
constexpr int kStrided = 7;  // torch/_export/serde/schema.py, Layout

// torch/_export/serde/schema.py, ScalarType.
const TorchType* type_of_number(std::uint64_t number) {
  constexpr std::string_view kFirst[] = {"",          "uint8",      "int8",    "int16",   "int32",
                                         "int64",     "float16",    "float32", "float64", "complex32",
                                         "complex64", "complex128", "bool",    "bfloat16"};
  constexpr std::string_view kNewer[] = {"uint16",          "float8_e4m3fn",  "float8_e5m2", "float8_e4m3fnuz",
                                         "float8_e5m2fnuz", "float8_e8m0fnu", "uint32",      "uint64"};
  if (number > 0 && number < std::size(kFirst)) return torch_type_of_dtype(kFirst[number]);
  if (number >= 28 && number - 28 < std::size(kNewer)) return torch_type_of_dtype(kNewer[number - 28]);
  return nullptr;
}

class ConfigReader {
 public:
  ConfigReader(const ZipFile& zip, const std::string& folder) : zip_(zip), folder_(folder) {}

  void read(const std::string& member, const std::string& path, TorchFile::Content& content) const;

 private:
  [[noreturn]] void damaged(const std::string& name, const char* what) const {
    fail(ErrorCode::input, zip_.label, ": '", name, "' ", what, "; the file is damaged, get it again");
  }
  TorchTensor tensor_of(const std::string& name, const Json& entry) const;
  std::uint64_t whole(const std::string& name, const Json& value) const;
  std::vector<std::int64_t> whole_numbers(const std::string& name, const Json& values) const;

  const ZipFile& zip_;
  const std::string& folder_;
};

// {"as_int": 3}; sizes that a program leaves open stand as {"as_expr": ...}.
std::uint64_t ConfigReader::whole(const std::string& name, const Json& value) const {
  const Json* number = &value;
  if (value.is_object() && value.contains("as_int")) number = &value["as_int"];
  if (!number->is_number_unsigned() || number->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    damaged(name, "has a size that is no number");
  return number->get<std::uint64_t>();
}

std::vector<std::int64_t> ConfigReader::whole_numbers(const std::string& name, const Json& values) const {
  if (!values.is_array() || values.size() > kMaxTorchDimensions) damaged(name, "lacks its sizes or strides");
  std::vector<std::int64_t> numbers;
  for (const Json& value : values) numbers.push_back(static_cast<std::int64_t>(whole(name, value)));
  return numbers;
}

TorchTensor ConfigReader::tensor_of(const std::string& name, const Json& entry) const {
  const bool complete = entry.is_object() && entry.contains("path_name") && entry["path_name"].is_string() &&
                        entry.contains("tensor_meta") && entry["tensor_meta"].is_object();
  if (!complete) damaged(name, "lacks path_name or tensor_meta");
  const bool pickled = entry.contains("use_pickle") && entry["use_pickle"] != false;
  require(!pickled, ErrorCode::input, zip_.label, ": '", name,
          "' is of a class of tensors of its own; save the state_dict of the model as it was before: "
          "torch.save(model.state_dict(), FILE)");
  const Json& meta = entry["tensor_meta"];
  for (const char* key : {"dtype", "sizes", "strides", "storage_offset", "layout"}) {
    if (!meta.contains(key)) damaged(name, "lacks a part of its tensor_meta");
  }
  TorchTensor tensor;
  tensor.record = entry["path_name"].get<std::string>();
  tensor.type = type_of_number(whole(name, meta["dtype"]));
  require(tensor.type != nullptr, ErrorCode::input, zip_.label, ": '", name, "' is of the unknown type ",
          meta["dtype"].dump(), "; save the state_dict alone: torch.save(model.state_dict(), FILE)");
  require(meta["layout"] == kStrided, ErrorCode::input, zip_.label, ": '", name,
          "' is not dense; save it so: tensor.to_dense()");
  tensor.sizes = whole_numbers(name, meta["sizes"]);
  tensor.strides = whole_numbers(name, meta["strides"]);
  if (tensor.sizes.size() != tensor.strides.size()) damaged(name, "has other strides than sizes");
  tensor.first = saturated_product(whole(name, meta["storage_offset"]), tensor.type->bytes);
  if (tensor.span() == 0) tensor.first = 0;
  return tensor;
}

void ConfigReader::read(const std::string& member, const std::string& path, TorchFile::Content& content) const {
  const Json json = parse_json(read_zip_member(zip_.file, zip_.label, member, zip_.members.at(member), kMaxConfig),
                               zip_.label, "list of weights");
  if (!json.contains("config") || !json["config"].is_object()) damaged(member, "lacks \"config\"");
  for (const auto& [name, entry] : json["config"].items()) {
    TorchTensor tensor = tensor_of(name, entry);
    const std::string record = folder_ + tensor.record;
    const auto found = zip_.members.find(record);
    const std::uint64_t bytes = found == zip_.members.end() ? 0 : found->second.bytes;
    content.records[tensor.record] = record_of(zip_, record, bytes);
    require(content.tensors.emplace(path + name, std::move(tensor)).second, ErrorCode::input, zip_.label,
            " has the name '", path, name, "' twice; save it again with each name once");
  }
}

// A file of torch.save that is one member of this zip.
std::unique_ptr<ArrayFile> open_within(const ZipFile& zip, const std::string& name) {
  const TorchFile::Record record = record_of(zip, name, zip.members.at(name).bytes);
  const ZipFile inner(zip, record.offset, record.bytes);
  const std::optional<std::string> folder = folder_of(inner, "data.pkl");
  require(folder.has_value(), ErrorCode::input, zip.label, ": '", name,
          "' is not what torch.save writes; it is damaged, get it again");
  TorchFile::Content content = read_torch_save(inner, *folder);
  content.format = kFormat;
  return std::make_unique<TorchFile>(zip.path, std::move(content));
}

}  // namespace

std::unique_ptr<ArrayFile> open_torch_export(const ZipFile& zip) {
  // PyTorch 2.1 called the second so, though it is no JSON.
  for (const char* name : {"serialized_state_dict.pt", "serialized_state_dict.json"}) {
    if (zip.has(name) && zip.has("serialized_exported_program.json")) return open_within(zip, name);
  }
  const std::optional<std::string> top = folder_of(zip, "archive_format");
  if (!top) return nullptr;
  const std::string folder = *top + "data/weights/";
  if (zip.has(folder + "model.pt")) return open_within(zip, folder + "model.pt");
  constexpr std::string_view kConfig = "_weights_config.json";
  std::vector<std::pair<std::string, std::string>> models;  // member, name
  for (const auto& [name, member] : zip.members) {
    if (!name.starts_with(folder) || !name.ends_with(kConfig) || name.size() < folder.size() + kConfig.size()) continue;
    models.emplace_back(name, name.substr(folder.size(), name.size() - folder.size() - kConfig.size()));
  }
  require(!models.empty(), ErrorCode::input, zip.label,
          " is a .pt2 of PyTorch without weights that lie open (AOTInductor compiles them in); save the state_dict of "
          "the model it was made from: torch.save(model.state_dict(), FILE)");
  TorchFile::Content content{
      .format = kFormat, .tensors = {}, .records = {}, .big_endian = is_big_endian(zip, *top + "byteorder")};
  for (const auto& [member, name] : models)
    ConfigReader(zip, folder).read(member, models.size() == 1 ? "" : name + ".", content);
  return std::make_unique<TorchFile>(zip.path, std::move(content));
}

}  // namespace impasto::IMPASTO_ABI
