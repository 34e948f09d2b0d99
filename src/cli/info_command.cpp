#include "cli/info_command.h"

#include <cstdio>
#include <filesystem>
#include <string>

#include "cli/build_text.h"
#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "impasto/context.h"
#include "impasto/image.h"
#include "impasto/options.h"
#include "impasto/version.h"

namespace impasto::cli {
namespace {

void print(const char* name, const std::string& value) { std::printf("%-9s %s\n", name, value.c_str()); }

}  // namespace

int info_command(const StyliseRequest& request, const std::filesystem::path& program) {
  const Context context(request.threads);
  std::string others;
  for (const SimdTarget target : available_targets()) others += (others.empty() ? "" : ", ") + to_string(target);
  print("impasto", IMPASTO_VERSION);
  print("build", build_text());
  print("SIMD", to_string(context.target()) + " in use; available: " + others);
  print("threads", std::to_string(context.threads()) + " in use; available: " + std::to_string(available_cores()) +
                       "; from " + thread_backend());
  const FoundWeights found = find_weights(request.weights, program);
  print("weights", found.weights.description());
  if (found.fallback) print("", weights_advice());
  const char* pictures = "pictures";
  for (const std::string& line : image_formats()) {
    print(pictures, line);
    pictures = "";
  }
  const char* heading = "presets";
  for (const PresetInfo& info : presets()) {
    print(heading, info.name + ": " + info.summary);
    heading = "";
  }
  return kExitDone;
}

}  // namespace impasto::cli
