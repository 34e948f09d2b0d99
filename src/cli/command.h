// One command of the program, or one action of a command: a row of the table that the command line is read by.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace impasto::cli {

/// How the program was started.
struct Launch {
  std::filesystem::path program;  ///< the folder it lies in
  std::chrono::steady_clock::time_point start;
  std::vector<std::string> arguments;  ///< argv

  /// The whole command line, for a shell.
  std::string words() const;
};

struct Command {
  std::string name;
  std::string summary;
  std::string footer;  ///< of its help
  /// How a message about a word too many begins: "info takes no file, but got".
  std::string takes;
  std::string alias = {};             ///< another spelling
  std::vector<Command> actions = {};  ///< words of which one must follow; such a command has nothing of what is below
  std::function<void(CLI::App&)> add_options = {};  ///< a bad value throws Error(usage) out of the parser
  std::function<void()> check = {};                 ///< throws Error(usage) for what is missing
  std::function<std::string()> preset = {};  ///< whose settings a help shows as defaults; unset: there are no settings
  std::function<int(const Launch&)> run = {};  ///< gives the exit code
};

}  // namespace impasto::cli
