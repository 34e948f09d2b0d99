// One animated WebP from a sequence of frames.
#pragma once

#include <filesystem>
#include <memory>

#include "impasto/export.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

struct AnimationOptions {
  int quality = 85;  ///< 0..100, lossy
  int loops = 0;     ///< how often it is shown; 0: for ever
};

/// Frames go in one at a time and are kept compressed only. The file appears when finish() is called, all at once.
/// Thread safety: use from one thread at a time.
class IMPASTO_API AnimationWriter {
 public:
  /// Throws Error(usage) when the name does not end in .webp, when this build lacks WebP, or when an option is out of
  /// range; Error(io) unless a file can be written there now.
  explicit AnimationWriter(const std::filesystem::path& file, const AnimationOptions& options = {});
  ~AnimationWriter();
  AnimationWriter(AnimationWriter&&) noexcept;
  AnimationWriter& operator=(AnimationWriter&&) noexcept;

  /// Shows `frame` for `milliseconds` (1 or more). Alpha is kept. Throws Error(usage) for another duration,
  /// Error(input) for an empty frame, one above 16,383 pixels a side, or one of another size than the first, Error(io)
  /// when memory is short. A frame like the one before makes that one longer.
  void add(const Image& frame, int milliseconds);
  /// How many frames were added.
  int frames() const noexcept;
  /// Writes the file atomically; nothing can be added afterwards. Throws Error(usage) without a frame or when called
  /// twice, Error(io) when the disk refuses. Without this call nothing is written.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace impasto::IMPASTO_ABI
