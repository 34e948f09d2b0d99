// Which weights a run uses: the option, the environment, the usual folders, the built-in network.
#pragma once

#include <filesystem>
#include <string>

#include "impasto/weights.h"

namespace impasto::cli {

struct FoundWeights {
  Weights weights;
  std::filesystem::path file = {};  ///< empty: the library's own
  bool fallback = false;            ///< built-in because nothing else was found
};

/// Folder of the running program. `argv0` helps where the system does not tell.
std::filesystem::path program_folder(const char* argv0);

/// `named`: a file, "builtin", "formula", or empty: IMPASTO_WEIGHTS, then weights/vgg19.safetensors, or
/// vgg16.safetensors, beside the program or in the user's data folder, then built-in. Throws Error(input) for a file
/// that is no good.
FoundWeights find_weights(const std::string& named, const std::filesystem::path& program);

/// The first of the usual places that holds a file; empty: none does.
std::filesystem::path usual_weights_file(const std::filesystem::path& program);
/// What the environment variable IMPASTO_WEIGHTS says, which counts before them.
std::string weights_variable();

/// weights/vgg19.safetensors in the user's data folder, or weights/vgg16.safetensors for the network "VGG16", which
/// find_weights looks for; empty when there is no such folder.
std::filesystem::path users_weights(const std::string& network = "VGG19");

/// One sentence: how to have better weights than the built-in ones.
std::string weights_advice();

}  // namespace impasto::cli
