#include "archive/keras_archive.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "archive/byte_source.h"
#include "archive/hdf5/hdf5.h"
#include "archive/zip.h"
#include "base/check.h"
#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {
namespace {

constexpr const char* kWeights = "model.weights.h5";
constexpr std::size_t kPiece = MemorySource::kPiece;

// What inflates to more is a bomb, or is read by Keras itself only when unpacked.
constexpr std::uint64_t kMostInflated = std::uint64_t{2} << 30, kMostWhateverRatio = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostRatio = 100;

// Memory grows with what is there, not with what is claimed.
std::unique_ptr<MemorySource> inflate(ZipStream& stream, std::uint64_t bytes) {
  auto memory = std::make_unique<MemorySource>();
  while (memory->size() < bytes)
    stream.read(memory->append(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, bytes - memory->size()))));
  return memory;
}

// The checksum is compared once, here: later reads are of any part.
void check_stored(ZipStream& stream, std::uint64_t bytes) {
  std::vector<std::uint8_t> piece(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, bytes)));
  for (std::uint64_t done = 0; done < bytes; done += piece.size()) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes - done)));
    stream.read(piece);
  }
}

}  // namespace

std::unique_ptr<ArrayFile> open_keras(const std::filesystem::path& file) {
  constexpr const char* kKind = "weights file";
  const std::string label = text(kKind, " '", file.string(), "'");
  const FileReader reader(file, kKind);
  const std::map<std::string, ZipMember> members = read_zip_directory(reader, label);
  require(members.count("model.weights.npz") == 0, ErrorCode::input, label,
          " is a Keras model (.keras) with its weights as .npz; unzip it and name the model.weights.npz in it");
  const auto found = members.find(kWeights);
  if (found == members.end()) return nullptr;
  const ZipMember& member = found->second;
  require(member.bytes != 0, ErrorCode::input, label, ": '", kWeights, "' is empty; save the model again");
  ZipStream stream(reader, label, kWeights, member);
  if (member.deflated) {
    const bool plausible = member.bytes <= kMostInflated &&
                           (member.bytes <= kMostWhateverRatio || member.bytes / kMostRatio <= member.stored);
    require(plausible, ErrorCode::input, label, ": '", kWeights, "' is deflated from ", member.bytes, " bytes to ",
            member.stored, ", more than is inflated here; unzip it and name the ", kWeights, " in it");
    return open_hdf5(file, inflate(stream, member.bytes), std::nullopt, "Keras .keras");
  }
  check_stored(stream, member.bytes);
  auto bytes = std::make_unique<PartSource>(std::make_unique<FileSource>(file, kKind), member.offset, member.bytes);
  return open_hdf5(file, std::move(bytes), member.offset, "Keras .keras");
}

}  // namespace impasto::IMPASTO_ABI
