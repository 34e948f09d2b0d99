#include "cli/bench_options.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr const char* kPainting = "Painting";
constexpr const char* kRun = "Run";
constexpr int kMaxSteps = 100'000;

std::vector<LayerWeight> read_layers(const std::string& text) {
  try {
    return parse_layers(text);
  } catch (const Error& error) {
    throw Error(error.code(), std::string("--layers: ") + error.what());
  }
}

}  // namespace

void add_bench_options(CLI::App& command, BenchRequest& request) {
  add_word(command, kPainting, "--preset", "NAME", "the settings not given", [&request](const std::string& text) {
    request.painting.preset = text;
  })->default_str(request.painting.preset);
  add_settings(command, request.painting, {"size", "width", "height", "content-layers", "style-layers"});
  command.get_option("--size")->description("N x N pixels, instead of --width and --height");
  add_word(command, kPainting, "--layers", "LIST", "compared for style, and nothing for shapes",
           [&request](const std::string& text) { request.layers = text; })
      ->excludes("--content-layers")
      ->excludes("--style-layers");
  add_word(command, kPainting, "--weights", "FILE", "file of VGG weights, builtin, formula or random",
           [&request](const std::string& text) { request.painting.weights = text; })
      ->default_str(request.painting.weights);
  add_word(command, kRun, "--steps", "N", "steps to time, after one that is not", [&request](const std::string& text) {
    request.steps = static_cast<int>(parse_integer("--steps", text, 1, kMaxSteps));
  })->default_str(std::to_string(request.steps));
  add_word(command, kRun, "--json", "FILE", "the figures for programs", [&request](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, "--json is empty, wanted a name");
    request.json = text;
  });
  add_context_options(command, request.painting);
}

Options bench_options(const BenchRequest& request, const Weights& weights) {
  Options options = painting_options(request.painting, weights);
  if (!request.layers.empty()) {
    options.style_layers = read_layers(request.layers);
    options.content_layers.clear();
  }
  if (options.width == 0) options.width = options.height = options.size;
  options.optimiser = OptimiserKind::adam;  // one evaluation a step
  options.scale_sizes.clear();
  options.scale_count = 1;
  options.iterations = {request.steps + 1};
  return options;
}

}  // namespace impasto::cli
