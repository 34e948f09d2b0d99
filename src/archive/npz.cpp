#include "archive/npz.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/elements.h"
#include "archive/fortran_order.h"
#include "base/check.h"
#include "base/sizes.h"
#include "tensor/npy.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMaxHeader = 65536;  // bytes of text before the numbers of an array

std::string type_name(const std::string& numpy) {
  if (numpy == "<f2") return "F16";
  if (numpy == "<f4") return "F32";
  return numpy == "<f8" ? "F64" : numpy;
}

class Npz final : public ArrayFile {
 public:
  explicit Npz(std::unique_ptr<const ZipFile> zip) : ArrayFile(zip->path, zip->kind), zip_(std::move(zip)) {
    for (const auto& [name, member] : zip_->members) {
      constexpr std::string_view kSuffix = ".npy";
      if (name.ends_with(kSuffix)) read_header(name, name.substr(0, name.size() - kSuffix.size()), member);
    }
    require(
        !entries_.empty(), ErrorCode::input, label_,
        " is a zip file without a .npy in it; wanted a .npz of NumPy, or unpack it and name the weights file in it");
  }

  const char* format() const override { return "NumPy .npz"; }

  std::vector<float> values(const std::string& name) const override {
    const Entry& entry = entries_.at(name);
    const Place& place = places_.at(name);
    const std::size_t width = element_bytes(entry.dtype);
    require(width != 0, ErrorCode::input, label_, ": '", name, "' is of type ", entry.dtype,
            "; wanted '<f2', '<f4' or '<f8', so save it as float32");
    ZipStream stream(zip_->file, label_, name + ".npy", place.member);
    std::vector<std::uint8_t> header(place.header_bytes);
    stream.read(header);
    std::vector<float> values =
        read_elements(entry.dtype, entry.bytes / width, [&](std::span<std::uint8_t> piece) { stream.read(piece); });
    return place.fortran_order && entry.sizes.size() > 1 ? to_c_order(values, entry.sizes) : values;
  }

 private:
  struct Place {
    ZipMember member;
    std::size_t header_bytes;  // before the numbers
    bool fortran_order;
  };

  void read_header(const std::string& member_name, const std::string& name, const ZipMember& member);

  std::unique_ptr<const ZipFile> zip_;
  std::map<std::string, Place> places_;
};

void Npz::read_header(const std::string& member_name, const std::string& name, const ZipMember& member) {
  const std::string label = text(label_, ": '", member_name, "'");
  ZipStream stream(zip_->file, label_, member_name, member);
  std::vector<std::uint8_t> bytes(saturated(std::min<std::uint64_t>(kNpyPrefixBytes, member.bytes)));
  stream.read(bytes);
  const NpyPrefix prefix = read_npy_prefix(bytes, label);
  const std::size_t header_bytes = prefix.bytes + prefix.header_bytes;
  require(prefix.header_bytes <= kMaxHeader, ErrorCode::input, label, " has a header of ", prefix.header_bytes,
          " bytes; wanted at most ", kMaxHeader);
  require(header_bytes >= bytes.size() && header_bytes <= member.bytes, ErrorCode::input, label,
          " is a .npy file that ends within its header; copy or download it again");
  const std::size_t already = bytes.size();
  bytes.resize(header_bytes);
  stream.read(std::span(bytes).subspan(already));
  const NpyHeader header =
      parse_npy_header({reinterpret_cast<const char*>(bytes.data()) + prefix.bytes, prefix.header_bytes}, label);
  Entry entry;
  entry.dtype = type_name(header.type);
  entry.sizes.assign(header.shape.begin(), header.shape.end());
  const std::size_t width = element_bytes(entry.dtype);
  const std::uint64_t available = member.bytes - header_bytes;
  entry.bytes = width == 0 ? available : bytes_of(name, entry.sizes, 8 * width, available);
  require(entry.bytes == available, ErrorCode::input, label, " has ", available,
          " bytes of numbers, but its shape and ", "type want ", entry.bytes, "; the file is damaged, get it again");
  if (!member.deflated) entry.offset = member.offset + header_bytes;
  places_[name] = {member, header_bytes, header.fortran_order};
  entries_[name] = std::move(entry);
}

}  // namespace

std::unique_ptr<ArrayFile> open_npz(std::unique_ptr<const ZipFile> zip) {
  return std::make_unique<Npz>(std::move(zip));
}

}  // namespace impasto::IMPASTO_ABI
