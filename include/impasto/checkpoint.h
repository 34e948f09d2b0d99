// A painting cut off and taken up again: Stylizer::save() writes where it stands, Stylizer::resume() goes on from there
// with the same bits. The file is a safetensors file: every array and number can be looked at.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "impasto/context.h"
#include "impasto/export.h"
#include "impasto/npy.h"
#include "impasto/options.h"

namespace impasto::IMPASTO_ABI {

/// What a checkpoint says of itself.
struct CheckpointInfo {
  std::string program;  ///< that saved it: "impasto 0.1.0"
  Options options;      ///< without start_values, which only the start needs
  int steps_done = 0;
  int steps = 0;  ///< of the whole run, as far as it was known
  int scale = 1;  ///< 1 for the coarsest
  int scales = 1;
  bool finished = false;
  double seconds = 0;  ///< of work in it
  int history = 0;     ///< pairs that L-BFGS keeps
  std::string target;  ///< of SIMD
  Convolution convolution = Convolution::automatic;
  std::string weights;                       ///< Weights::description()
  std::map<std::string, std::string> notes;  ///< what the program that saved it wants to know of its own
};

/// Throws Error(input) for a file that is no checkpoint, is damaged, or of a newer version.
IMPASTO_API CheckpointInfo read_checkpoint(const std::filesystem::path& file);

/// The picture as it is optimised there, in normalised units: H x W x 3 of the present scale. Throws as above.
IMPASTO_API NpyArray checkpoint_picture(const std::filesystem::path& file);

/// Throws what saving there would, found out before hours of work: Error(io). Leaves nothing behind.
IMPASTO_API void check_checkpoint_output(const std::filesystem::path& file);

struct ResumeOptions {
  /// Instead of those the painting was begun with, as Options::iterations; a finished painting goes on if they are
  /// more.
  std::vector<int> iterations;
  /// Other weights, pictures, SIMD target or convolution than before are taken. The bits then are others, too.
  bool force = false;
};

}  // namespace impasto::IMPASTO_ABI
