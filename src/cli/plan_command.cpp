#include "cli/plan_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/forecast.h"
#include "cli/given_pictures.h"
#include "cli/json_text.h"
#include "cli/memory_check.h"
#include "cli/resident_memory.h"
#include "cli/start_picture.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/text_file.h"

namespace impasto::cli {
namespace {

constexpr int kDigits = 4;

struct Plan {
  std::vector<PaintingSize> sizes;
  std::vector<int> steps;  // at each
  MemoryEstimate memory;
  std::uint64_t loaded = 0;  // bytes of program and pictures
  std::uint64_t peak = 0;    // of all
  std::uint64_t free = 0;    // beside what is loaded
  bool fits = false;
  Forecast time;
};

void print(const char* name, const std::string& value) { std::printf("%-9s %s\n", name, value.c_str()); }

std::string scales_text(const Plan& plan) {
  std::string text;
  for (std::size_t k = 0; k < plan.sizes.size(); ++k)
    text += (k == 0 ? "" : ", then ") + size_text(plan.sizes[k].width, plan.sizes[k].height) + " (" +
            std::to_string(plan.steps[k]) + " steps)";
  return text;
}

void print_plan(const Plan& plan, const Options& options, const Context& context, const Weights& weights) {
  print("painting", scales_text(plan));
  print("memory", "about " + memory_text(plan.peak - plan.loaded) + " beside the " + memory_text(plan.loaded) +
                      " of program and pictures; " + memory_text(plan.free) + " are free" +
                      (plan.fits ? "" : ": it does not fit"));
  print("", memory_text(plan.memory.targets) + " while pictures are measured; " + memory_text(plan.memory.painting) +
                " while it is painted, of them " + memory_text(plan.memory.arena) + " for an evaluation");
  if (plan.memory.regions > 1)
    print("", std::to_string(plan.memory.regions) + " regions of at most " + std::to_string(plan.memory.region_size) +
                  " pixels a side; the maps of " + std::to_string(plan.memory.kept) +
                  " are kept, the others' made twice");
  if (options.optimiser == OptimiserKind::lbfgs)
    print("", std::to_string(plan.memory.history) + " of " + std::to_string(options.lbfgs.history) +
                  " pairs of L-BFGS, another " + memory_text(plan.memory.pairs));
  print("runs on", std::to_string(context.threads()) + (context.threads() == 1 ? " thread, " : " threads, ") +
                       to_string(context.target()) + ", convolutions by " + to_string(context.convolution()) +
                       ", memory " + to_string(context.memory()));
  print("weights", weights.description());
  for (const std::string& sentence : stand_ins(options, weights)) print("", sentence);
  if (plan.time.total() > 0)
    print("time", "about " + duration_text(plan.time.total()) + ", " + duration_text(plan.time.preparation) +
                      " of them before the first step");
}

std::string json_of(const Plan& plan, const Context& context, const std::string& weights) {
  JsonObject json;
  const auto bytes = [&](const char* key, std::uint64_t value) { json.add(key, std::to_string(value)); };
  json.add("width", std::to_string(plan.sizes.back().width));
  json.add("height", std::to_string(plan.sizes.back().height));
  json.add("scales", json_list(plan.sizes, "", [](const PaintingSize& size) {
             return "[" + std::to_string(size.width) + "," + std::to_string(size.height) + "]";
           }));
  json.add("steps", json_list(plan.steps, "", [](int steps) { return std::to_string(steps); }));
  bytes("peak_bytes", plan.peak);
  bytes("free_bytes", plan.free);
  bytes("targets_bytes", plan.memory.targets);
  bytes("painting_bytes", plan.memory.painting);
  bytes("arena_bytes", plan.memory.arena);
  bytes("pairs_bytes", plan.memory.pairs);
  json.add("region_size", std::to_string(plan.memory.region_size));
  json.add("regions", std::to_string(plan.memory.regions));
  json.add("regions_kept", std::to_string(plan.memory.kept));
  json.add("history", std::to_string(plan.memory.history));
  json.add("fits", plan.fits ? "true" : "false");
  json.add("threads", std::to_string(context.threads()));
  json.add("simd", json_string(to_string(context.target())));
  json.add("weights", json_string(weights));
  json.add("seconds", json_number(plan.time.total(), kDigits));
  json.add("preparation_seconds", json_number(plan.time.preparation, kDigits));
  return json.text();
}

}  // namespace

void add_plan_options(CLI::App& command, PlanRequest& request) {
  add_pictures(command, request.painting);
  add_word(command, "Files", "--json", "FILE", "the plan as JSON", [&request](const std::string& text) {
    if (text.empty()) throw Error(ErrorCode::usage, "--json is empty, wanted a name");
    request.json = text;
  });
  add_run_files_and_settings(command, request.painting);
}

int plan_command(const PlanRequest& request, const std::filesystem::path& program) {
  check_masks(request.painting);
  const FoundWeights found = find_weights(request.painting.weights, program);
  Options options = painting_options(request.painting, found.weights);
  validate(options, found.weights);
  if (request.json) check_text_output(*request.json);
  const Pictures pictures = load_pictures(request.painting, options.decode);
  read_start(request.painting, pictures.content, options);

  Plan plan;
  plan.sizes = painting_sizes(pictures.content, options);
  for (std::size_t k = 0; k < plan.sizes.size(); ++k) plan.steps.push_back(iterations_at(options, static_cast<int>(k)));
  const Context context = within(request.painting.max_memory, run_context(request.painting));
  plan.memory = estimate_memory(pictures, found.weights, options, context);
  plan.free = available_memory();
  if (const std::size_t limit = context.memory_limit(); limit > 0)
    plan.free = std::min<std::uint64_t>(plan.free, with_overhead(limit));
  plan.loaded = peak_resident_bytes();
  plan.peak = with_overhead(std::uint64_t{plan.memory.peak()} + plan.memory.pairs) + plan.loaded;
  plan.fits = fits(plan.memory.peak(), plan.free, context.memory_limit() > 0);
  if (plan.fits) plan.time = forecast(pictures, found.weights, options, context, plan.memory.work);
  if (request.json) save_text(json_of(plan, context, found.weights.description()), *request.json);
  print_plan(plan, options, context, found.weights);
  return plan.fits ? kExitDone : kExitFailed;
}

}  // namespace impasto::cli
