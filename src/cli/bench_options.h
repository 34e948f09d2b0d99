// What `impasto bench` was asked to measure.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/stylise_options.h"

namespace impasto::cli {

struct BenchRequest {
  StyliseRequest painting;  ///< what a step computes, and where; weights: a file, "builtin", "formula" or "random"
  std::string layers;       ///< --layers as typed; empty: the preset's and --content-layers, --style-layers
  int steps = 10;           ///< timed, after one that is not
  std::optional<std::filesystem::path> json;

  BenchRequest() {
    painting.preset = "tutorial";
    painting.weights = "random";
  }
};

/// `request` is filled while `command` parses; a bad value throws Error(usage) out of the parser.
void add_bench_options(CLI::App& command, BenchRequest& request);

/// What a step computes, for one epoch of all steps, the untimed one included. A size that is not exact is made square.
/// Throws Error(usage).
Options bench_options(const BenchRequest& request, const Weights& weights);

}  // namespace impasto::cli
