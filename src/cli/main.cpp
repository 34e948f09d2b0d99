// The program: understands its words, runs a command, and turns whatever is thrown into one sentence and an exit code.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>

#include "cli/bench_command.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/gradcheck_command.h"
#include "cli/info_command.h"
#include "cli/inspect_command.h"
#include "cli/presets_command.h"
#include "cli/stylise_command.h"
#include "impasto/error.h"

namespace {

using namespace impasto::cli;

int run(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  const CommandLine line = parse_command_line(argc, argv);
  const std::filesystem::path program = program_folder(argv[0]);
  switch (line.command) {
    case CommandLine::Command::stylise:
      return stylise_command(line.request, program);
    case CommandLine::Command::info:
      return info_command(line.request, program);
    case CommandLine::Command::bench:
      return bench_command(line.bench, program, start);
    case CommandLine::Command::gradcheck:
      return gradcheck_command(line.gradcheck, program);
    case CommandLine::Command::inspect:
      return inspect_command(line.inspect, program);
    case CommandLine::Command::presets:
      return presets_command(line.request, program);
    case CommandLine::Command::weights:
      return line.weights_action->run(line.weights, program);
    case CommandLine::Command::print:
      break;
  }
  std::fputs(line.text.c_str(), stdout);
  return kExitDone;
}

int complain(const char* sentence, int code) {
  std::fprintf(stderr, "impasto: %s\n", sentence);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
#ifdef SIGXFSZ
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit of ulimit -f is an error of its write
#endif
  try {
    return run(argc, argv);
  } catch (const impasto::Error& error) {
    return complain(error.what(), error.code() == impasto::ErrorCode::usage ? kExitUsage : kExitFailed);
  } catch (const std::bad_alloc&) {
    return complain("memory does not suffice; choose a smaller --size or --style-size", kExitFailed);
  } catch (const std::exception& error) {
    return complain(error.what(), kExitFailed);
  }
}
