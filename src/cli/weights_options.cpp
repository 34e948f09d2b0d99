#include "cli/weights_options.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/stylise_options.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/image.h"

namespace impasto::cli {
namespace {

constexpr const char* kFiles = "Files";
constexpr const char* kNumbers = "Numbers";

void add_input(CLI::App& command, WeightsRequest& request) {
  command.add_option("FILE", request.input, "the weights")->type_name("FILE")->default_str("");
}

void add_file(CLI::App& command, const char* name, const char* label, const char* help,
              std::optional<std::filesystem::path>& file, const char* shown) {
  const std::string option = std::string(name).substr(std::string(name).find("--"));
  add_word(command, kFiles, name, label, help, [&file, option](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, option + " is empty, wanted a name");
    file = text;
  })->default_str(shown);
}

}  // namespace

void add_import_options(CLI::App& command, WeightsRequest& request) {
  WeightsImport& how = request.how;
  add_input(command, request);
  add_file(command, "-o,--output", "FILE", "the new weights (.safetensors)", request.output, "where stylise looks");
  add_word(command, kNumbers, "--source", "KIND", "trained by keras, torchvision or caffe; auto: found out",
           [&how](const std::string& text) { how.source = parse<WeightsSource>(text, "--source"); })
      ->default_str(to_string(how.source));
  add_word(command, kNumbers, "--dtype", "KIND", "f32, f16 or bf16", [&how](const std::string& text) {
    how.type = parse<WeightsType>(text, "--dtype");
  })->default_str(to_string(how.type));
  add_word(command, kNumbers, "--until", "LAYER", "the last layer to keep", [&how](const std::string& text) {
    how.until = text;
  })->default_str("all");
  command.add_flag("--fold", how.fold, "preprocessing into conv1_1, not beside it")->group(kNumbers);
}

void add_weights_info_options(CLI::App& command, WeightsRequest& request) {
  add_input(command, request);
  command.add_flag("--json", request.json, "for programs")->group(kFiles);
  add_file(command, "--picture", "FILE", "conv1_1's filters as a mosaic", request.picture, "");
}

void add_normalise_options(CLI::App& command, WeightsRequest& request) {
  add_input(command, request);
  command
      .add_option_function<std::vector<std::string>>(
          "PICTURE",
          [&request](const std::vector<std::string>& names) { request.pictures.assign(names.begin(), names.end()); },
          "pictures to take means over")
      ->type_name("PICTURE")
      ->expected(-1)
      ->default_str("");
  add_file(command, "-o,--output", "FILE", "the normalised weights (.safetensors)", request.output, "");
  add_word(command, kNumbers, "--size", "N", "long side that pictures are shrunk to",
           [&request](const std::string& text) {
             request.size = static_cast<int>(parse_integer("--size", text, 1, kMaxImageSide));
           })
      ->default_str(std::to_string(request.size));
}

}  // namespace impasto::cli
