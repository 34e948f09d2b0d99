#include "cli/weights_command.h"

#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/text.h"
#include "cli/weights_report.h"
#include "impasto/error.h"
#include "impasto/image.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

void require_input(const WeightsRequest& request, const char* action) {
  if (!request.input.empty()) return;
  throw Error(ErrorCode::usage,
              std::string("weights ") + action + " needs a file; see impasto weights " + action + " --help");
}

}  // namespace

fs::path imported_file(const WeightsRequest& request) {
  if (request.output) return *request.output;
  fs::path file = users_weights(inspect_weights(request.input).network);
  if (file.empty())
    throw Error(ErrorCode::usage, "neither HOME nor XDG_DATA_HOME says where your files are; name the output with -o");
  std::error_code failure;
  if (fs::exists(file, failure))
    throw Error(ErrorCode::usage, "there are weights already, " + quoted(file) +
                                      ", which nothing overwrites unasked; remove them, or name the output with -o");
  fs::create_directories(file.parent_path(), failure);
  if (failure)
    throw Error(ErrorCode::io, "the folder " + quoted(file.parent_path()) + " cannot be made (" + failure.message() +
                                   "); name the output with -o");
  return file;
}

int import_command(const WeightsRequest& request, const fs::path&) {
  require_input(request, "import");
  const fs::path output = imported_file(request);
  if (!has_ending(output, ".safetensors"))
    throw Error(ErrorCode::usage, "-o is " + quoted(output) + ", wanted a name that ends in .safetensors");
  const WeightsSummary summary = import_weights(request.input, output, request.how);
  std::printf("%s: %s, %s, %d convolutions, input %s, %s\n", printable(output.string()).c_str(),
              summary.network.c_str(), to_string(summary.source).c_str(), summary.convolutions,
              input_text(summary).c_str(), memory_text(summary.bytes).c_str());
  if (const auto notes = summary.metadata.find("made_from"); notes != summary.metadata.end())
    std::printf("Made from %s\n", printable(notes->second).c_str());
  if (request.output && users_weights(summary.network) != output)
    std::printf("Paint with it by --weights %s\n", quoted(output).c_str());
  else
    std::printf("impasto stylise takes it from there unless told otherwise.\n");
  return kExitDone;
}

int weights_info_command(const WeightsRequest& request, const fs::path&) {
  require_input(request, "info");
  if (request.picture) {
    std::error_code failure;
    if (fs::equivalent(*request.picture, request.input, failure))
      throw Error(ErrorCode::usage,
                  "--picture would write over " + quoted(*request.picture) + ", the weights; choose another name");
    check_image_output(*request.picture);
  }
  const WeightsSummary summary = inspect_weights(request.input);
  if (request.picture) save_image(weights_mosaic(request.input), *request.picture);
  std::fputs((request.json ? weights_json(summary) : weights_table(summary)).c_str(), stdout);
  return kExitDone;
}

}  // namespace impasto::cli
