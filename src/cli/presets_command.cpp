#include "cli/presets_command.h"

#include <cstdio>
#include <filesystem>
#include <string>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "impasto/option_fields.h"

namespace impasto::cli {

int presets_command(const StyliseRequest& request, const std::filesystem::path& program) {
  if (request.preset.empty()) {
    for (const PresetInfo& info : presets()) std::printf("%-13s %s\n", info.name.c_str(), info.summary.c_str());
    return kExitDone;
  }
  const FoundWeights found = find_weights(request.weights, program);
  const Options options = load_preset(request.preset, found.weights);
  for (const OptionField& field : option_fields()) {
    const std::string value = field.get(options);
    if (!value.empty()) std::printf("%-20s %s\n", field.name.c_str(), value.c_str());
  }
  return kExitDone;
}

}  // namespace impasto::cli
