#include "cli/normalise_command.h"

#include <cstdio>
#include <filesystem>
#include <string>

#include "cli/exit_code.h"
#include "cli/stylise_options.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {

int normalise_command(const WeightsRequest& request, const std::filesystem::path&) {
  const std::string see = "; see impasto weights normalise --help";
  if (request.input.empty() || request.pictures.empty())
    throw Error(ErrorCode::usage, "weights normalise needs a file and at least one picture" + see);
  if (!request.output) throw Error(ErrorCode::usage, "weights normalise needs -o, the new file" + see);
  if (!has_ending(*request.output, ".safetensors"))
    throw Error(ErrorCode::usage, "-o is " + quoted(*request.output) + ", wanted a name that ends in .safetensors");
  const NormalisedWeights result =
      normalise_weights(request.input, request.pictures, *request.output, run_context({}), request.size);
  std::printf("%s: %s, %s, %d convolutions, %s\n", printable(request.output->string()).c_str(),
              result.written.network.c_str(), to_string(result.written.source).c_str(), result.written.convolutions,
              result.written.metadata.at("normalised").c_str());
  if (result.silent.empty()) return kExitDone;
  std::string names;
  for (const std::string& filter : result.silent) names += (names.empty() ? "" : ", ") + filter;
  std::printf("%zu filters never fire on them and were left alone: %s\n", result.silent.size(), names.c_str());
  return kExitDone;
}

}  // namespace impasto::cli
