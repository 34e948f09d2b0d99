// The bytes of one variable of a MATLAB file, plain or inflated, in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file_reader.h"

namespace impasto::IMPASTO_ABI {

/// Holds references to file and label. A copy goes on from the same place, whatever the other one reads.
class MatStream {
 public:
  /// `stored` bytes of the file from `begin` on, one zlib stream if `deflated`.
  MatStream(const FileReader& file, const std::string& label, std::uint64_t begin, std::uint64_t stored, bool deflated);
  MatStream(const MatStream& other);
  MatStream& operator=(const MatStream&) = delete;
  ~MatStream();

  /// Fills `bytes` with what follows. Throws Error(input) where there is less, or it cannot be inflated.
  void read(std::span<std::uint8_t> bytes);
  void skip(std::uint64_t bytes);
  std::uint32_t u32();
  /// Throws Error(input) unless everything was read, and the zlib stream ends here with its checksum.
  void require_end();

  std::uint64_t at() const { return at_; }  ///< bytes handed out
  /// Its next byte's place in the file; 0 for what is deflated.
  std::uint64_t place() const { return zlib_ ? 0 : next_; }
  [[noreturn]] void damaged(const char* how) const;

 private:
  struct Zlib;
  void fill();

  const FileReader& file_;
  const std::string& label_;
  std::uint64_t next_, end_;  // of the file's bytes, not taken yet
  std::uint64_t at_ = 0;
  std::uint64_t most_;          // bytes that are inflated; networks' numbers hardly shrink
  std::unique_ptr<Zlib> zlib_;  // none for plain bytes
};

}  // namespace impasto::IMPASTO_ABI
