#include "archive/array_file.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/blob.h"
#include "archive/foreign_file.h"
#include "archive/hdf5/hdf5.h"
#include "archive/json_text.h"
#include "archive/keras_archive.h"
#include "archive/matlab/mat_file.h"
#include "archive/npz.h"
#include "archive/onnx/onnx.h"
#include "archive/onnx/onnx_graph.h"
#include "archive/safetensors.h"
#include "archive/shards.h"
#include "archive/torch/torch_legacy.h"
#include "archive/torch/torch_zip.h"
#include "archive/zip.h"
#include "base/check.h"
#include "base/file.h"
#include "base/file_reader.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr const char* kKind = "weights file";
constexpr std::size_t kStartBytes = 2048;  // enough to know a format by

// A header's length below 2^32, then the header. Its length may spell another format's signature.
bool is_safetensors(std::string_view start) {
  return start.size() > 8 && start.substr(4, 5) == std::string_view("\0\0\0\0{", 5);
}

bool is_json(std::string_view start) {
  const std::size_t first = start.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && start[first] == '{';
}

std::string start_of(const FileReader& bytes) {
  std::string start(saturated(std::min<std::uint64_t>(bytes.size(), kStartBytes)), '\0');
  bytes.read(0, {reinterpret_cast<std::uint8_t*>(start.data()), start.size()});
  return start;
}

// A file that says by its first bytes what it is, and holds its arrays itself; nothing for others.
std::unique_ptr<ArrayFile> open_by_signature(const std::filesystem::path& file, const FileReader& bytes,
                                             std::string_view start) {
  if (start.starts_with("PK\3\4") || start.starts_with("PK\5\6")) {
    auto zip = std::make_unique<const ZipFile>(file, kKind);
    if (std::unique_ptr<ArrayFile> keras = open_keras(*zip)) return keras;
    if (std::unique_ptr<ArrayFile> torch = open_torch_zip(*zip)) return torch;
    return open_npz(std::move(zip));
  }
  if (is_safetensors(start)) return std::make_unique<Safetensors>(file);
  if (is_torch_legacy(start)) return open_torch_legacy(file);
  if (start.starts_with("MATLAB 5.0 MAT-file")) return open_mat(file);
  require(!start.starts_with("MATLAB 7.3 MAT-file"), ErrorCode::input, kKind, " '", file.string(),
          "' is a MATLAB file of version 7.3; load it in MATLAB and save it with -v7");
  return find_hdf5(bytes) ? open_hdf5(file) : nullptr;
}

std::unique_ptr<ArrayFile> open_part(const std::filesystem::path& file) {
  const FileReader bytes(file, kKind);
  std::unique_ptr<ArrayFile> part = open_by_signature(file, bytes, start_of(bytes));
  require(part != nullptr, ErrorCode::input, kKind, " '", file.string(),
          "' is a part of a network in none of the formats that parts have (safetensors, HDF5, .pth); get it again");
  return part;
}

// JSON that speaks of arrays in other files.
std::unique_ptr<ArrayFile> open_described(const std::filesystem::path& file) {
  constexpr std::size_t kMaxDescription = std::size_t{16} << 20;  // bytes
  const nlohmann::json description =
      parse_json(read_file(file, kKind, kMaxDescription), text(kKind, " '", file.string(), "'"), "description");
  return is_index(description) ? open_shards(file, description, open_part) : open_blob(file);
}

}  // namespace

ArrayFile::ArrayFile(const std::filesystem::path& file, const char* kind)
    : label_(text(kind, " '", file.string(), "'")) {}

void ArrayFile::read(const std::string& name, std::span<float> into) const {
  const std::vector<float> read = values(name);
  IMPASTO_ASSERT(read.size() == into.size());
  std::copy(read.begin(), read.end(), into.begin());
}

std::uint64_t ArrayFile::bytes_of(const std::string& name, const std::vector<std::int64_t>& sizes, std::uint64_t bits,
                                  std::uint64_t available) const {
  if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) return 0;
  // In bits, so that types of 4 fit; a file has fewer than 2^61 bytes.
  const std::uint64_t limit = std::min(available, std::uint64_t{1} << 58) * 8;
  std::uint64_t total = bits;
  for (const std::int64_t size : sizes) {
    require(static_cast<std::uint64_t>(size) <= limit / total, ErrorCode::input, label_, ": '", name,
            "' wants more values than the file holds: it was cut short or is damaged, get it again");
    total *= static_cast<std::uint64_t>(size);
  }
  require(total <= limit, ErrorCode::input, label_, ": '", name,
          "' wants more values than the file holds: it was cut short or is damaged, get it again");
  return total / 8;
}

void ArrayFile::require_in_proportion(std::uint64_t read, std::uint64_t file_bytes, const char* advice) const {
  constexpr std::uint64_t kMost = 64;  // some weights are tied
  require(read / kMost <= file_bytes, ErrorCode::input, label_, ": its arrays together have more than ", kMost,
          " times the bytes of the file; ", advice);
}

void ArrayFile::require_apart() const {
  std::vector<const std::pair<const std::string, Entry>*> order;
  for (const auto& entry : entries_) {
    if (entry.second.bytes != 0) order.push_back(&entry);
  }
  std::sort(order.begin(), order.end(),
            [](const auto* a, const auto* b) { return a->second.offset < b->second.offset; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& [name, entry] = *order[i - 1];
    require(entry.offset + entry.bytes <= order[i]->second.offset, ErrorCode::input, label_, ": '", name, "' and '",
            order[i]->first, "' overlap; the file is damaged, get it again");
  }
}

std::unique_ptr<ArrayFile> open_array_file(const std::filesystem::path& file) {
  const FileReader bytes(file, kKind);
  const std::string start = start_of(bytes);
  if (std::unique_ptr<ArrayFile> whole = open_by_signature(file, bytes, start)) {
    const std::string part = part_of_shards(file);
    require(part.empty(), ErrorCode::input, whole->label(), " is ", part);
    return whole;
  }
  const std::filesystem::path beside = blob_description_of(file);
  if (!beside.empty()) return open_blob(beside);
  if (is_onnx(bytes)) return open_onnx(file);
  const std::string foreign = foreign_file(start, bytes.size());
  require(foreign.empty(), ErrorCode::input, kKind, " '", file.string(), "' is ", foreign);
  if (is_json(start)) return open_described(file);
  return std::make_unique<Safetensors>(file);
}

}  // namespace impasto::IMPASTO_ABI
