// The words after the program's name, understood.
#pragma once

#include <string>

#include "cli/bench_options.h"
#include "cli/gradcheck_options.h"
#include "cli/inspect_options.h"
#include "cli/stylise_options.h"
#include "cli/weights_options.h"

namespace impasto::cli {

struct CommandLine {
  enum class Command { print, stylise, bench, gradcheck, inspect, info, presets, weights };
  Command command = Command::print;
  std::string text;        ///< of Command::print: help or version
  StyliseRequest request;  ///< of stylise; info reads its weights and threads, presets its preset and weights
  BenchRequest bench;
  GradcheckRequest gradcheck;
  InspectRequest inspect;
  WeightsRequest weights;
  const WeightsAction* weights_action = nullptr;  ///< of weights
};

/// Throws Error(usage) with one sentence for whatever cannot be understood.
CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace impasto::cli
