// `impasto bench`: what a step costs on this machine.
#pragma once

#include <chrono>
#include <filesystem>

#include "cli/bench_options.h"

namespace impasto::cli {

/// Runs steps on pictures of noise, prints the table, writes the JSON. `start`: when the program began. Returns the
/// exit code. Throws Error.
int bench_command(const BenchRequest& request, const std::filesystem::path& program,
                  std::chrono::steady_clock::time_point start);

}  // namespace impasto::cli
