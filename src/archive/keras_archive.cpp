#include "archive/keras_archive.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "archive/hdf5/hdf5.h"
#include "archive/memory_source.h"
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

std::unique_ptr<ArrayFile> open_keras(const ZipFile& zip) {
  require(!zip.has("model.weights.npz"), ErrorCode::input, zip.label,
          " is a Keras model (.keras) with its weights as .npz; unzip it and name the model.weights.npz in it");
  const auto found = zip.members.find(kWeights);
  if (found == zip.members.end()) return nullptr;
  const ZipMember& member = found->second;
  require(member.bytes != 0, ErrorCode::input, zip.label, ": '", kWeights, "' is empty; save the model again");
  ZipStream stream(zip.file, zip.label, kWeights, member);
  if (member.deflated) {
    const bool plausible = member.bytes <= kMostInflated &&
                           (member.bytes <= kMostWhateverRatio || member.bytes / kMostRatio <= member.stored);
    require(plausible, ErrorCode::input, zip.label, ": '", kWeights, "' is deflated from ", member.bytes, " bytes to ",
            member.stored, ", more than is inflated here; unzip it and name the ", kWeights, " in it");
    return open_hdf5(zip.path, inflate(stream, member.bytes), std::nullopt, "Keras .keras");
  }
  check_stored(stream, member.bytes);
  auto bytes = std::make_unique<const FileReader>(zip.path, zip.kind, member.offset, member.bytes);
  return open_hdf5(zip.path, std::move(bytes), member.offset, "Keras .keras");
}

}  // namespace impasto::IMPASTO_ABI
