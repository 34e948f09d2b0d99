#include "archive/hdf5/hdf5.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/hdf5/hdf5_blocks.h"
#include "archive/hdf5/hdf5_messages.h"
#include "base/check.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr const char* kBfloat16 = "bfloat16";  // Keras' word
constexpr int kMaxDepth = 32;                  // of groups; Keras nests to 8

class Hdf5File final : public ArrayFile {
 public:
  Hdf5File(const std::filesystem::path& file, std::unique_ptr<const ByteSource> bytes,
           std::optional<std::uint64_t> origin, const char* format)
      : ArrayFile(file), bytes_(std::move(bytes)), origin_(origin), format_(format) {
    Hdf5Blocks blocks(*bytes_, label_);
    read_object(blocks, blocks.root(), "", 0);
    require_in_proportion(read_, bytes_->size(), "it is damaged, get it again");
  }

  const char* format() const override { return format_; }

  std::vector<float> values(const std::string& name) const override {
    const Entry& entry = entries_.at(name);
    const std::size_t width = element_bytes(entry.dtype);
    require(width != 0, ErrorCode::input, label_, ": '", name, "' is of type ", entry.dtype,
            "; wanted F64, F32, F16 or BF16");
    const auto refusal = unreadable_.find(name);
    if (refusal != unreadable_.end()) fail(ErrorCode::input, label_, ": '", name, "' ", refusal->second);
    if (entry.bytes == 0) return {};
    std::uint64_t at = places_.at(name);
    return read_elements(entry.dtype, entry.bytes / width, [&](std::span<std::uint8_t> piece) {
      bytes_->read(at, piece);
      at += piece.size();
    });
  }

 private:
  void read_object(Hdf5Blocks& blocks, std::uint64_t address, const std::string& path, int depth);
  void read_dataset(Hdf5Blocks& blocks, const std::vector<Hdf5Message>& messages, const std::string& path);
  void place(const Hdf5Layout& layout, std::size_t width, const std::string& path, Entry& entry);

  bool is_bfloat16(Hdf5Blocks& blocks, const std::vector<Hdf5Message>& messages) const;

  std::unique_ptr<const ByteSource> bytes_;
  std::optional<std::uint64_t> origin_;
  bool model_has_bfloat16_ = false;  // by the description of a whole model
  const char* format_;
  std::uint64_t read_ = 0;                         // bytes of all datasets
  std::map<std::string, std::uint64_t> places_;    // first byte in bytes_, by name
  std::map<std::string, std::string> unreadable_;  // what hinders, by name
};

const Hdf5Message* find(const std::vector<Hdf5Message>& messages, Hdf5Message::Type type) {
  for (const Hdf5Message& message : messages) {
    if (message.type == type) return &message;
  }
  return nullptr;
}

void Hdf5File::read_object(Hdf5Blocks& blocks, std::uint64_t address, const std::string& path, int depth) {
  require(depth <= kMaxDepth, ErrorCode::input, label_, ": groups are nested deeper than ", kMaxDepth, " at '", path,
          "'; the file is damaged, get it again");
  const std::vector<Hdf5Message> messages = blocks.header(address);
  if (find(messages, Hdf5Message::layout)) return read_dataset(blocks, messages, path);
  for (const std::vector<std::uint8_t>& content : blocks.attributes(messages)) {
    blocks.count(path.size());
    auto attribute = read_hdf5_attribute(blocks.cursor(content, "attribute"), blocks);
    if (!attribute) continue;
    if (path.empty() && attribute->first == "model_config")
      model_has_bfloat16_ = attribute->second.find(kBfloat16) != std::string::npos;
    metadata_[path + "@" + attribute->first] = std::move(attribute->second);
  }
  for (const Hdf5Link& link : blocks.links(messages)) {
    require(!link.name.empty() && link.name.find_first_of(std::string_view("/\0", 2)) == std::string::npos,
            ErrorCode::input, label_, ": group '", path,
            "' lists a name that is none; the file is damaged, get it again");
    blocks.count(path.size());
    read_object(blocks, link.header, path.empty() ? link.name : path + "/" + link.name, depth + 1);
  }
}

void Hdf5File::read_dataset(Hdf5Blocks& blocks, const std::vector<Hdf5Message>& messages, const std::string& path) {
  const Hdf5Message* parts[] = {find(messages, Hdf5Message::datatype), find(messages, Hdf5Message::dataspace),
                                find(messages, Hdf5Message::layout)};
  for (const Hdf5Message* part : parts) {
    require(part != nullptr && !part->shared, ErrorCode::input, label_, ": dataset '", path,
            "' lacks its type or sizes, or shares them with others; save it again, or the file is damaged");
  }
  ByteCursor type_in = blocks.cursor(parts[0]->data, "type of a dataset");
  ByteCursor sizes_in = blocks.cursor(parts[1]->data, "sizes of a dataset");
  ByteCursor layout_in = blocks.cursor(parts[2]->data, "layout of a dataset");
  const Hdf5Type type = read_hdf5_type(type_in);
  const Hdf5Layout layout = read_hdf5_layout(layout_in);
  require(layout.kind != Hdf5Layout::virtual_files && !find(messages, Hdf5Message::external_files), ErrorCode::input,
          label_, ": dataset '", path,
          "' keeps its numbers in other files; those are not read, so save the arrays into ", "one file");
  Entry entry;
  entry.dtype = type.name;
  if (type.opaque && type.bytes == 2 && is_bfloat16(blocks, messages)) entry.dtype = "BF16";
  for (const std::uint64_t size : read_hdf5_sizes(sizes_in)) {
    require(size <= static_cast<std::uint64_t>(INT64_MAX), ErrorCode::input, label_, ": dataset '", path,
            "' has a size of ", size, "; the file is damaged, get it again");
    entry.sizes.push_back(static_cast<std::int64_t>(size));
  }
  place(layout, type.bytes, path, entry);
  require(entries_.emplace(path, std::move(entry)).second, ErrorCode::input, label_, ": the name '", path,
          "' stands in it twice; the file is damaged, get it again");
}

// Keras keeps bfloat16, which HDF5 lacked until 2.0, as an opaque type of 2 bytes, and says so: beside the array, or,
// in its older form of whole models, in the description of the model alone.
bool Hdf5File::is_bfloat16(Hdf5Blocks& blocks, const std::vector<Hdf5Message>& messages) const {
  for (const std::vector<std::uint8_t>& content : blocks.attributes(messages)) {
    const auto attribute = read_hdf5_attribute(blocks.cursor(content, "attribute"), blocks);
    if (attribute && attribute->first == "dtype") return attribute->second == kBfloat16;
  }
  return model_has_bfloat16_;
}

void Hdf5File::place(const Hdf5Layout& layout, std::size_t width, const std::string& path, Entry& entry) {
  if (layout.kind != Hdf5Layout::contiguous) {
    unreadable_[path] = layout.kind == Hdf5Layout::chunked
                            ? "is stored in chunks or compressed; rewrite the file: h5repack -f NONE -l CONTI IN OUT"
                            : "is stored within its header; rewrite the file: h5repack -l CONTI IN OUT";
    return;
  }
  const std::uint64_t bytes = bytes_of(path, entry.sizes, std::uint64_t{8} * width, bytes_->size());
  if (bytes == 0) return;
  if (layout.address == Hdf5Blocks::kNowhere) {
    unreadable_[path] = "was never written; save the weights again";
    return;
  }
  require(layout.bytes == bytes, ErrorCode::input, label_, ": dataset '", path, "' has ", layout.bytes,
          " bytes, but its sizes and type want ", bytes, "; the file is damaged, get it again");
  require(layout.address <= bytes_->size() && bytes <= bytes_->size() - layout.address, ErrorCode::input, label_,
          ": dataset '", path, "' lies at bytes ", layout.address, " to ", layout.address + bytes,
          ", but the file has ", bytes_->size(), ": it was cut short, get it again");
  places_[path] = layout.address;
  if (origin_) entry.offset = *origin_ + layout.address;
  entry.bytes = bytes;
  read_ += bytes;
}

}  // namespace

std::optional<std::uint64_t> find_hdf5(const ByteSource& bytes) {
  for (std::uint64_t at = 0; at + kHdf5Signature.size() <= bytes.size(); at = at == 0 ? 512 : 2 * at) {
    std::array<std::uint8_t, kHdf5Signature.size()> start;
    bytes.read(at, start);
    if (std::equal(start.begin(), start.end(), kHdf5Signature.begin(),
                   [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }))
      return at;
  }
  return std::nullopt;
}

std::unique_ptr<ArrayFile> open_hdf5(const std::filesystem::path& file) {
  constexpr const char* kKind = "weights file";
  auto bytes = std::make_unique<const FileReader>(file, kKind);
  const std::uint64_t origin = find_hdf5(*bytes).value_or(0), rest = bytes->size() - origin;
  if (origin != 0) bytes = std::make_unique<const FileReader>(file, kKind, origin, rest);
  return open_hdf5(file, std::move(bytes), origin, "HDF5");
}

std::unique_ptr<ArrayFile> open_hdf5(const std::filesystem::path& file, std::unique_ptr<const ByteSource> bytes,
                                     std::optional<std::uint64_t> origin, const char* format) {
  return std::make_unique<Hdf5File>(file, std::move(bytes), origin, format);
}

}  // namespace impasto::IMPASTO_ABI
