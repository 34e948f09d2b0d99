// The program: understands its words, runs a command, and turns whatever is thrown into one sentence and an exit code.
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "cli/command.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"
#include "cli/find_weights.h"
#include "cli/resident_memory.h"
#include "cli/standard_streams.h"
#include "cli/text.h"
#include "impasto/error.h"

namespace {

using namespace impasto::cli;

int run(int argc, char** argv) {
  const Launch launch{
      .program = program_folder(argv[0]), .start = std::chrono::steady_clock::now(), .arguments = {argv, argv + argc}};
  const CommandLine line = parse_command_line(argc, argv);
  if (line.run) return line.run(launch);
  std::fputs(line.text.c_str(), stdout);
  return kExitDone;
}

int exit_code(impasto::ErrorCode code) {
  switch (code) {
    case impasto::ErrorCode::usage:
      return kExitUsage;
    case impasto::ErrorCode::stopped:
      return kExitInterrupted;
    default:
      return kExitFailed;
  }
}

[[noreturn]] void end_with(const char* line) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, line, std::strlen(line));
  _exit(kExitFailed);
}

// Failures that nobody can catch: before main, in CLI11's globals, or where nothing may be thrown.
void end_without_memory() {
  try {
    if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    end_with("impasto: memory does not suffice to start\n");
  } catch (...) {
  }
  // In the standard library's own code, thrown where nothing may be: nobody can tell what it was.
  if (std::uncaught_exceptions() > 0)
    end_with("impasto: an error could not be handled; if memory is short, choose a smaller --size\n");
  std::abort();
}

// Before all other globals.
struct Ending {
  Ending() noexcept { std::set_terminate(end_without_memory); }
};
[[gnu::init_priority(101)]] const Ending kEnding;

int complain(const char* sentence, int code) {
  std::fprintf(stderr, "impasto: %s\n", printable(sentence).c_str());
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond the limit of ulimit -f is an error of its write
  std::signal(SIGPIPE, SIG_IGN);  // who closes a pipe of messages does not end the work
  open_standard_streams();
  return_freed_blocks();
  try {
    const int code = run(argc, argv);
    flush_stdout();
    return code;
  } catch (const impasto::Error& error) {
    return complain(error.what(), exit_code(error.code()));
  } catch (const std::bad_alloc&) {
    return complain("memory does not suffice; choose a smaller --size or --style-size", kExitFailed);
  } catch (const std::exception& error) {
    return complain(error.what(), kExitFailed);
  }
}
