#include "archive/torch/torch_legacy.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/torch/pickle.h"
#include "archive/torch/torch_file.h"
#include "archive/torch/torch_tensors.h"
#include "base/check.h"
#include "base/little_endian.h"
#include "base/sizes.h"

namespace impasto::IMPASTO_ABI {
namespace {

using Kind = PickleValue::Kind;

constexpr std::uint64_t kMaxPickles = std::uint64_t{16} << 20;                   // bytes of all together
constexpr std::string_view kMagic = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";  // 119547037146038801333356
constexpr std::int64_t kVersion = 1001;                                          // torch/serialization.py

class Pickles {
 public:
  Pickles(std::span<const std::uint8_t> bytes, const std::string& label) : rest_(bytes), label_(label) {}

  // One of plain values.
  Pickle next() {
    Pickle pickle = read_pickle(rest_, label_, [&](std::string_view, std::string_view, std::size_t) {
      fail(ErrorCode::input, label_, " names a class before its tensors; it is damaged, get it again");
    });
    rest_ = rest_.subspan(pickle.bytes);
    return pickle;
  }
  TorchPickle next_tensors() {
    TorchPickle pickle = read_torch_pickle(rest_, label_);
    rest_ = rest_.subspan(pickle.bytes);
    return pickle;
  }
  std::size_t left() const { return rest_.size(); }

 private:
  std::span<const std::uint8_t> rest_;
  const std::string& label_;
};

std::vector<std::string> keys_of(const Pickle& pickle, const std::string& label) {
  const PickleValue& list = pickle.at(pickle.root);
  std::vector<std::string> keys;
  for (const std::uint32_t item : list.items) {
    const bool good = list.kind == Kind::list && pickle.at(item).kind == Kind::text;
    require(good, ErrorCode::input, label, " lacks the list of its storages; it is damaged, get it again");
    keys.emplace_back(pickle.at(item).text);
  }
  return keys;
}

// Each storage: how many numbers it has in 8 bytes, then the numbers, all little-endian on any machine.
void place_records(const FileReader& file, const std::string& label, std::uint64_t at,
                   const std::vector<std::string>& keys, const TorchPickle& pickle, TorchFile::Content& content) {
  for (const std::string& key : keys) {
    const auto promised = pickle.records.find(key);
    require(promised != pickle.records.end(), ErrorCode::input, label, " has the storage '", key.substr(0, 100),
            "', which no tensor has; it is damaged, get it again");
    const TorchRecord& record = promised->second;
    std::array<std::uint8_t, 8> count = {};
    require(file.size() - at >= count.size() && record.bytes <= file.size() - at - count.size(), ErrorCode::input,
            label, " was cut short: a storage of ", record.bytes, " bytes at byte ", at, " reaches beyond its ",
            file.size(), "; get it again");
    file.read(at, count);
    require(saturated_product(little_endian(count.data(), 8), record.width) == record.bytes, ErrorCode::input, label,
            ": the storage at byte ", at, " has another size than its tensors say; the file is damaged, get it again");
    at += count.size();
    const bool is_new = content.records.emplace(key, TorchFile::Record{at, record.bytes, 0}).second;
    require(is_new, ErrorCode::input, label, " lists a storage twice; it is damaged, get it again");
    at += record.bytes;
  }
  for (const auto& [key, record] : pickle.records) {
    require(content.records.count(key) != 0, ErrorCode::input, label,
            " lacks a storage that its tensors refer to; it is damaged, get it again");
  }
}

}  // namespace

// The number may stand in a frame of protocol 4.
bool is_torch_legacy(std::string_view start) {
  return start.size() > 24 && start[0] == '\x80' && start.substr(0, 24).find(kMagic) != std::string_view::npos;
}

std::unique_ptr<ArrayFile> open_torch_legacy(const std::filesystem::path& path) {
  const std::string label = text("weights file '", path.string(), "'");
  const FileReader file(path, "weights file");
  std::vector<std::uint8_t> bytes(saturated(std::min(file.size(), kMaxPickles)));
  file.read(0, bytes);
  Pickles pickles(bytes, label);
  const Pickle magic = pickles.next(), version = pickles.next();
  require(magic.at(magic.root).kind == Kind::huge && magic.at(magic.root).text == kMagic, ErrorCode::input, label,
          " begins as one of torch.save and lacks its number; it is damaged, get it again");
  const PickleValue& number = version.at(version.root);
  require(number.kind == Kind::integer && number.integer == kVersion, ErrorCode::input, label, " is of the version ",
          number.integer, " of torch.save; wanted ", kVersion, ", so load and save it with a newer PyTorch");
  pickles.next();  // of what machine it is: the numbers are little-endian on all
  TorchPickle pickle = pickles.next_tensors();
  const std::vector<std::string> keys = [&] {
    const Pickle list = pickles.next();
    return keys_of(list, label);
  }();
  TorchFile::Content content{.format = "PyTorch before 1.6", .tensors = {}, .records = {}, .big_endian = false};
  place_records(file, label, bytes.size() - pickles.left(), keys, pickle, content);
  content.tensors = std::move(pickle.tensors);
  return std::make_unique<TorchFile>(path, std::move(content));
}

}  // namespace impasto::IMPASTO_ABI
