#include "cli/inspect_options.h"

#include <CLI/CLI.hpp>
#include <string>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr const char* kShow = "Show";

}  // namespace

void add_inspect_options(CLI::App& command, InspectRequest& request) {
  add_pictures(command, request.painting);
  add_word(command, kShow, "--layers", "LIST", "whose maps are shown", [&request](const std::string& text) {
    for (const LayerWeight& layer : parse_layers(text)) request.layers.push_back(layer.layer);
  })->default_str("those of the losses");
  add_word(command, kShow, "-o,--output", "DIR", "tables, graph, maps and pictures",
           [&request](const std::string& text) {
             if (text.empty()) throw Error(ErrorCode::usage, "--output is empty, wanted the name of a folder");
             request.folder = text;
           });
  add_word(command, kShow, "--from", "FILE", "the picture of the step: .npy of stylise -o",
           [&request](const std::string& text) {
             if (text.empty()) throw Error(ErrorCode::usage, "--from is empty, wanted a name");
             request.painting.start_file = text;
             request.painting.start_option = "--from";
           });
  add_word(command, kShow, "--weights", "FILE", "file of VGG weights, builtin or formula",
           [&request](const std::string& text) { request.painting.weights = text; })
      ->default_str("searched");
  add_word(command, kShow, "--preset", "NAME", "the settings not given", [&request](const std::string& text) {
    request.painting.preset = text;
  })->default_str(request.painting.preset);
  add_settings(command, request.painting, {});
  add_context_options(command, request.painting);
}

}  // namespace impasto::cli
