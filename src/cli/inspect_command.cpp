#include "cli/inspect_command.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/graphviz.h"
#include "cli/picture_warnings.h"
#include "cli/start_picture.h"
#include "cli/streamed_picture.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/inspect.h"
#include "impasto/npy.h"
#include "impasto/text_file.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;

void make_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directory(folder, failure);
  if (!fs::is_directory(folder)) {
    throw Error(ErrorCode::io, "--output " + quoted(folder) + " is not a folder and cannot be made one" +
                                   (failure ? ": " + failure.message() : ""));
  }
  check_text_output(folder / "nodes.csv");
}

void save_layer(const InspectedLayer& layer, const fs::path& folder) {
  const auto size = [](int side) { return static_cast<std::size_t>(side); };
  const std::vector<std::size_t> map = {size(layer.height), size(layer.width), size(layer.channels)};
  const std::vector<std::size_t> square = {size(layer.channels), size(layer.channels)};
  const auto file = [&](const char* ending) { return folder / (layer.layer + ending); };
  const auto picture = [&](const std::vector<float>& values, MosaicScale scale) {
    return mosaic(values, layer.height, layer.width, layer.channels, scale);
  };
  save_npy(layer.features, map, file("-features.npy"));
  save_image(picture(layer.features, MosaicScale::values), file("-features.png"));
  if (!layer.gradient.empty()) {
    save_npy(layer.gradient, map, file("-gradient.npy"));
    save_image(picture(layer.gradient, MosaicScale::signed_values), file("-gradient.png"));
  }
  save_npy(layer.gram, square, file("-gram.npy"));
  save_image(heat_map(layer.gram, layer.channels), file("-gram.png"));
}

void save_all(const Inspection& inspection, const fs::path& folder) {
  save_text(inspection_text(inspection), folder / "nodes.txt");
  save_text(nodes_csv(inspection), folder / "nodes.csv");
  save_text(inspection_json(inspection), folder / "inspection.json");
  save_text(graph_dot(inspection), folder / "graph.dot");
  save_text(graph_json(inspection), folder / "graph.json");
  for (const InspectedLayer& layer : inspection.layers) save_layer(layer, folder);
  const bool drawn = draw_graph(folder / "graph.dot", folder / "graph.svg");
  std::fprintf(stderr, "%s: tables, graph%s and %zu layers\n", printable(folder.string()).c_str(),
               drawn ? "" : " (no graph.svg: Graphviz' dot is not here)", inspection.layers.size());
}

std::vector<std::string> loss_layers(const Options& options, bool with_styles) {
  std::vector<std::string> names;
  for (const LayerWeight& layer : options.content_layers) names.push_back(layer.layer);
  if (!with_styles) return names;
  for (const LayerWeight& layer : options.style_layers) names.push_back(layer.layer);
  return names;
}

}  // namespace

int inspect_command(const InspectRequest& request, const fs::path& program) {
  const FoundWeights found = find_weights(request.painting.weights, program);
  Options options = painting_options(request.painting, found.weights);
  validate(options, found.weights);
  const Context context = run_context(request.painting);
  Pictures pictures{.content = load_picture(request.painting.content, options.decode)};
  for (const StyleFile& style : request.painting.styles)
    pictures.styles.push_back({.image = load_picture(style.file, options.decode), .weight = style.weight});
  const std::vector<std::string> of_start = read_start(request.painting, pictures.content, options);
  print_lines(picture_warnings(request.painting.content, pictures.content));
  for (std::size_t i = 0; i < pictures.styles.size(); ++i)
    print_lines(picture_warnings(request.painting.styles[i].file, pictures.styles[i].image));
  print_lines(of_start);
  if (request.painting.start_option == "--from") options.noise_amplitude = 0;
  if (request.folder) make_folder(*request.folder);
  const std::vector<std::string> layers =
      request.layers.empty() ? loss_layers(options, !pictures.styles.empty()) : request.layers;
  const Inspection inspection = inspect(pictures, found.weights, options, layers, context);
  std::fputs(inspection_text(inspection).c_str(), stdout);
  std::fflush(stdout);
  if (request.folder) save_all(inspection, *request.folder);
  return kExitDone;
}

}  // namespace impasto::cli
