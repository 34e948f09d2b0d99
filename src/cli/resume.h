// A run that goes on from a checkpoint: as if it had never stopped, or, with other settings, from its picture.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/stylise_options.h"
#include "impasto/stylise.h"

namespace impasto::cli {

struct Resumed {
  std::filesystem::path checkpoint;
  bool is_exact =
      false;  ///< the optimiser, too, is taken up; else the picture alone, which the options then start from
  int steps_done = 0;
  ResumeOptions how;
  std::string note;  ///< what to tell of it
};

/// What --resume asks for, if it is given. Where settings differ from the checkpoint's in more than iterations and
/// files, `options` become those of a run at the painting's full size from the checkpoint's picture. Throws
/// Error(usage) for a finished painting of which nothing more is asked, Error(input) for a bad checkpoint.
std::optional<Resumed> take_up(const StyliseRequest& request, const Image& content, Options& options);

/// What take_up made of the settings, as words that ask for them.
std::vector<std::string> settings_taken_up(const Options& asked_for, const Options& taken_up);

/// Begins the painting: anew, or where the checkpoint stands.
Stylizer make_stylizer(const std::optional<Resumed>& resumed, const Pictures& pictures, const Weights& weights,
                       const Options& options, const Context& context);

}  // namespace impasto::cli
