#include "cli/bench_command.h"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <random>
#include <ratio>
#include <string>
#include <system_error>

#include "cli/bench_report.h"
#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/resident_memory.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/stylise.h"
#include "impasto/text_file.h"

namespace impasto::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kMiB = 1 << 20;

Image noise(int width, int height, std::uint32_t seed) {
  Image image(width, height);
  std::mt19937 random(seed);
  for (float& value : image.pixels()) value = static_cast<float>(random()) * 0x1p-32F;
  return image;
}

FoundWeights bench_weights(const std::string& named, const fs::path& program) {
  if (named == "random") return {Weights::random(1)};
  return find_weights(named, program);
}

void check_json(const fs::path& file, const fs::path& weights) {
  std::error_code failure;
  if (!weights.empty() && fs::equivalent(file, weights, failure)) {
    throw Error(ErrorCode::usage, "--json would write over " + quoted(file) + ", the weights; choose another name");
  }
  check_text_output(file);
}

BenchReport measure(const Weights& weights, const Options& options, const Context& context, Clock::time_point start) {
  Stylizer stylizer(noise(options.width, options.height, 1), noise(options.width, options.height, 2), weights, options,
                    context);
  stylizer.step();
  BenchReport report;
  report.first_step_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  stylizer.set_profiling(true);
  while (!stylizer.finished()) report.step_ms.push_back(1000 * stylizer.step().seconds);
  report.ops = stylizer.op_costs();
  report.planned_mib = static_cast<double>(stylizer.planned_bytes()) / kMiB;
  report.peak_rss_mib = static_cast<double>(peak_resident_bytes()) / kMiB;
  report.peak_gflops = peak_gflops(context);
  return report;
}

}  // namespace

int bench_command(const BenchRequest& request, const fs::path& program, Clock::time_point start) {
  const FoundWeights found = bench_weights(request.painting.weights, program);
  const Options options = bench_options(request, found.weights);
  validate(options, found.weights);
  if (request.json) check_json(*request.json, found.file);
  const Context context = run_context(request.painting);
  BenchReport report = measure(found.weights, options, context, start);
  report.width = options.width;
  report.height = options.height;
  report.threads = context.threads();
  report.simd = to_string(context.target());
  report.conv = to_string(context.convolution());
  report.memory = to_string(context.memory());
  report.preset = options.preset;
  report.weights = found.weights.description();
  if (request.json) save_text(json_text(report), *request.json);
  std::fputs(table_text(report).c_str(), stdout);
  std::fflush(stdout);
  return kExitDone;
}

}  // namespace impasto::cli
