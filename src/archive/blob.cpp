#include "archive/blob.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/json_text.h"
#include "archive/plain_name.h"
#include "base/check.h"
#include "base/file.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMaxDescription = std::size_t{16} << 20;  // bytes

Json read_description(const fs::path& file, const std::string& label) {
  return parse_json(read_file(file, "weights file", kMaxDescription), label, "description");
}

void require_known_keys(const Json& object, std::initializer_list<std::string_view> known, const std::string& label) {
  for (const auto& item : object.items()) {
    bool found = false;
    for (const std::string_view key : known) found = found || key == item.key();
    require(found, ErrorCode::input, label, ": its description has the key '", item.key(),
            "', which is unknown; weights/FORMAT.md lists the keys");
  }
}

// The file of the numbers must lie beside its description.
fs::path numbers_of(const fs::path& description, const Json& json, const std::string& label) {
  require(json.contains("file") && json["file"].is_string(), ErrorCode::input, label,
          ": its description lacks \"file\", the name of the file with the numbers");
  const std::string name = json["file"].get<std::string>();
  require(is_plain_name(name), ErrorCode::input, label,
          ": \"file\" must be a plain name of a file in the same folder, and is '", name, "'");
  return description.parent_path() / name;
}

class Blob final : public ArrayFile {
 public:
  explicit Blob(const fs::path& description) : Blob(description, text("weights file '", description.string(), "'")) {}

  const char* format() const override { return "raw numbers with JSON"; }

  std::vector<float> values(const std::string& name) const override {
    const Entry& entry = entries_.at(name);
    std::uint64_t at = entry.offset;
    return read_elements(entry.dtype, entry.bytes / element_bytes(entry.dtype), [&](std::span<std::uint8_t> piece) {
      numbers_.read(at, piece);
      at += piece.size();
    });
  }

 private:
  Blob(const fs::path& description, const std::string& label)
      : Blob(description, read_description(description, label), label) {}
  Blob(const fs::path& description, const Json& json, const std::string& label)
      : ArrayFile(description), numbers_(numbers_of(description, json, label), "file of raw numbers") {
    require_known_keys(json, {"file", "arrays", "metadata"}, label_);
    require(json.contains("arrays") && json["arrays"].is_array(), ErrorCode::input, label_,
            ": its description lacks \"arrays\", a list");
    if (json.contains("metadata")) metadata_ = json_strings(json["metadata"]);
    for (const Json& array : json["arrays"]) read_array(array);
    require_apart();
  }

  void read_array(const Json& array);

  FileReader numbers_;
};

void Blob::read_array(const Json& array) {
  const bool complete = array.is_object() && array.contains("name") && array["name"].is_string() &&
                        array.contains("shape") && array["shape"].is_array() && array.contains("offset") &&
                        array["offset"].is_number_unsigned() &&
                        (!array.contains("dtype") || array["dtype"].is_string());
  require(complete, ErrorCode::input, label_, ": entry ", entries_.size() + 1,
          " of \"arrays\" lacks name, shape or offset; weights/FORMAT.md shows one");
  require_known_keys(array, {"name", "shape", "offset", "dtype"}, label_);
  const std::string name = array["name"].get<std::string>();
  Entry entry;
  entry.dtype = array.value("dtype", "F32");
  const std::size_t width = element_bytes(entry.dtype);
  require(width != 0, ErrorCode::input, label_, ": '", name, "' is of type '", entry.dtype,
          "'; wanted F64, F32, F16 or BF16");
  for (const Json& size : array["shape"]) {
    const bool good = size.is_number_unsigned() && size.get<std::uint64_t>() <= static_cast<std::uint64_t>(INT64_MAX);
    require(good, ErrorCode::input, label_, ": '", name, "' has a shape that is not a list of sizes");
    entry.sizes.push_back(size.get<std::int64_t>());
  }
  const std::uint64_t offset = array["offset"].get<std::uint64_t>();
  const std::uint64_t available = offset < numbers_.size() ? numbers_.size() - offset : 0;
  entry.bytes = bytes_of(name, entry.sizes, 8 * width, available);
  entry.offset = offset;
  require(entries_.emplace(name, std::move(entry)).second, ErrorCode::input, label_, " has the name '", name,
          "' twice; write the file again with each name once");
}

}  // namespace

std::unique_ptr<ArrayFile> open_blob(const fs::path& description) { return std::make_unique<Blob>(description); }

fs::path blob_description_of(const fs::path& blob) {
  fs::path beside = blob;
  beside.replace_extension(".json");
  if (beside == blob) return {};
  const Json json = json_of(beside, kMaxDescription);
  const bool names_it = json.is_object() && json.contains("file") && json["file"] == blob.filename().string();
  return names_it ? beside : fs::path();
}

}  // namespace impasto::IMPASTO_ABI
