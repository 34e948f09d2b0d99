// Zip files, as far as NumPy's .npz, PyTorch's .pth and Keras' .keras need them: members stored or deflated, also
// beyond 4 GiB (zip64). Own reading of the directory (APPNOTE.TXT 6.3.10), strict; zlib inflates.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {

struct ZipMember {
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t offset = 0;  ///< of its first byte in the file
  std::uint64_t stored = 0;  ///< bytes in the file
  std::uint64_t bytes = 0;   ///< once inflated; at most 1032 times `stored`
};

/// Members by name. Throws Error(input) for a directory that is damaged or cut short, for members that overlap, share a
/// name, or are encrypted or compressed by another method than deflate.
std::map<std::string, ZipMember> read_zip_directory(const FileReader& file, const std::string& label);

/// A zip, opened. Neither copied nor moved: what reads its members refers to it.
struct ZipFile {
  /// Throws what FileReader and read_zip_directory throw. `kind` begins messages.
  explicit ZipFile(const std::filesystem::path& path, const char* kind = "weights file");
  /// The zip that is the `bytes` of `whole` from `begin` on; messages name the whole file.
  ZipFile(const ZipFile& whole, std::uint64_t begin, std::uint64_t bytes);
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;

  bool has(const std::string& name) const { return members.count(name) != 0; }

  const std::filesystem::path path;
  const char* const kind;
  const std::string label;        ///< begins messages: weights file 'a.npz'
  const std::uint64_t begin = 0;  ///< its first byte in the file at `path`
  const FileReader file;          ///< from there on
  const std::map<std::string, ZipMember> members;
};

/// All bytes of a member. Throws Error(input) for more than `most`.
std::vector<std::uint8_t> read_zip_member(const FileReader& file, const std::string& label, const std::string& name,
                                          const ZipMember& member, std::size_t most);

/// CRC-32 of what `crc` is of (0: of nothing) and then `bytes`, as zips have it.
std::uint32_t zip_checksum(std::uint32_t crc, std::span<const std::uint8_t> bytes);

/// The bytes of one member from its first to its last. Holds references to file and label.
class ZipStream {
 public:
  ZipStream(const FileReader& file, const std::string& label, std::string name, const ZipMember& member);
  ~ZipStream();
  ZipStream(const ZipStream&) = delete;
  ZipStream& operator=(const ZipStream&) = delete;

  /// Fills `bytes` with what follows; at the member's end compares its checksum, unless that is 0. Throws Error(input).
  void read(std::span<std::uint8_t> bytes);

 private:
  struct Inflater;
  [[noreturn]] void damaged(const char* how) const;
  void read_stored(std::span<std::uint8_t> bytes);
  void read_deflated(std::span<std::uint8_t> bytes);

  const FileReader& file_;
  const std::string& label_;
  std::string name_;
  ZipMember member_;
  std::uint64_t read_ = 0;   // bytes handed out
  std::uint64_t taken_ = 0;  // of the stored ones
  std::uint32_t crc_ = 0;
  std::unique_ptr<Inflater> inflater_;
};

}  // namespace impasto::IMPASTO_ABI
