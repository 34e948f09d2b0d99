// What was measured of styles, kept in a file, so that one style serves many pictures without being measured again.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// The statistics of style pictures by what they were measured of: the picture at its size and in its colours, its
/// masks, the network, the layers and how they are compared, the SIMD target and convolution. So a painting with them
/// has the bits of one without. Give it to Pictures::style_cache, of one painting after another. Thread safety: one
/// thread at a time.
class IMPASTO_API StyleCache {
 public:
  /// What `file` holds; nothing if there is none yet. Throws Error(input) for another or a damaged file, Error(usage)
  /// for a build without checksums.
  explicit StyleCache(std::filesystem::path file);
  ~StyleCache();
  StyleCache(const StyleCache&) = delete;
  StyleCache& operator=(const StyleCache&) = delete;

  const std::filesystem::path& file() const noexcept;
  /// Style pictures, at the sizes they were asked for, that were found here, and that had to be measured.
  std::size_t found() const noexcept;
  std::size_t measured() const noexcept;
  /// Writes the file, atomically, if something was measured since it was read or written. Throws Error(io) when the
  /// disk refuses.
  void save();

  /// What paintings keep here.
  struct State;
  State& state() noexcept { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

}  // namespace impasto::IMPASTO_ABI
