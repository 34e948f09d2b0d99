// What `impasto bench` found, as a table for people and as JSON for programs.
#pragma once

#include <string>
#include <vector>

#include "impasto/benchmark.h"

namespace impasto::cli {

/// Times in milliseconds, memory in MiB.
struct BenchReport {
  int width = 0;
  int height = 0;
  int threads = 0;
  std::string simd;
  std::string conv;
  std::string memory;
  std::string preset;
  std::string weights;
  std::vector<double> step_ms;  ///< in the order they ran, at least one
  double first_step_ms = 0;     ///< from the start of the program to the end of its first step, which step_ms lacks
  double planned_mib = 0;
  double peak_rss_mib = 0;
  double peak_gflops = 0;  ///< of all threads together
  std::vector<OpCost> ops;

  double step_ms_min() const;
  double step_ms_median() const;
};

/// Several lines; ops that take next to nothing are summed up in one.
std::string table_text(const BenchReport& report);
/// One object; docs/CLI.md lists its keys.
std::string json_text(const BenchReport& report);

}  // namespace impasto::cli
