#include "archive/torch/torch_zip.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/torch/torch_export.h"
#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr std::size_t kMaxPickle = std::size_t{16} << 20;  // bytes
constexpr const char* kPickleMember = "data.pkl";

}  // namespace

std::optional<std::string> folder_of(const ZipFile& zip, const std::string& name) {
  std::optional<std::string> folder;
  for (const auto& [whole, member] : zip.members) {
    if (!whole.ends_with(name)) continue;
    const std::string before = whole.substr(0, whole.size() - name.size());
    if (!before.empty() && before.find('/') != before.size() - 1) continue;
    require(!folder, ErrorCode::input, zip.label, " holds '", name,
            "' in several folders, and PyTorch writes one; keep one of them");
    folder = before;
  }
  return folder;
}

TorchFile::Record record_of(const ZipFile& zip, const std::string& name, std::uint64_t bytes) {
  const auto found = zip.members.find(name);
  require(found != zip.members.end(), ErrorCode::input, zip.label, " lacks the record '", name,
          "' that its tensors refer to; it is damaged, get it again");
  const ZipMember& member = found->second;
  require(!member.deflated, ErrorCode::input, zip.label, ": '", name,
          "' is compressed, which torch.save never does; unpack the file and pack it again uncompressed (zip -0 -r)");
  require(bytes <= member.bytes, ErrorCode::input, zip.label, ": '", name, "' has ", member.bytes,
          " bytes, and its tensors want ", bytes, "; the file is damaged, get it again");
  return {zip.begin + member.offset, bytes, bytes == member.bytes ? member.crc : 0};
}

bool is_big_endian(const ZipFile& zip, const std::string& name) {
  const auto found = zip.members.find(name);
  if (found == zip.members.end()) return false;
  const std::vector<std::uint8_t> bytes = read_zip_member(zip.file, zip.label, name, found->second, 64);
  const std::string_view order(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  require(order == "little" || order == "big", ErrorCode::input, zip.label, ": '", name,
          "' is neither 'little' nor 'big'; the file is damaged, get it again");
  return order == "big";
}

TorchFile::Content read_torch_save(const ZipFile& zip, const std::string& folder) {
  const std::string name = folder + kPickleMember;
  const std::vector<std::uint8_t> bytes = read_zip_member(zip.file, zip.label, name, zip.members.at(name), kMaxPickle);
  TorchPickle pickle = read_torch_pickle(bytes, zip.label);
  require(pickle.bytes == bytes.size(), ErrorCode::input, zip.label,
          " has something behind its pickle; it is damaged, get it again");
  TorchFile::Content content{.format = "PyTorch zip",
                             .tensors = std::move(pickle.tensors),
                             .records = {},
                             .big_endian = is_big_endian(zip, folder + "byteorder")};
  for (const auto& [key, record] : pickle.records)
    content.records[key] = record_of(zip, folder + "data/" + key, record.bytes);
  return content;
}

std::unique_ptr<ArrayFile> open_torch_zip(const ZipFile& zip) {
  if (std::unique_ptr<ArrayFile> exported = open_torch_export(zip)) return exported;
  const std::optional<std::string> folder = folder_of(zip, kPickleMember);
  if (!folder) return nullptr;
  require(!zip.has(*folder + "constants.pkl"), ErrorCode::input, zip.label,
          " is a TorchScript program, not weights alone, and no program is run here; save its state_dict in PyTorch: "
          "torch.save(torch.jit.load(FILE).state_dict(), 'state.pth')");
  return std::make_unique<TorchFile>(zip.path, read_torch_save(zip, *folder));
}

}  // namespace impasto::IMPASTO_ABI
