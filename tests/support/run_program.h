// Runs the real program as a user does: own process, own folder, own environment, its two outputs apart.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "support/temp_folder.h"

namespace impasto::testing {

/// What a program left behind.
struct Run {
  int code = 0;     ///< exit code, or -(signal) when a signal ended it
  std::string out;  ///< stdout
  std::string err;  ///< stderr
};

inline std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A program that runs. Its HOME is its folder, so that nobody's own weights are found.
class Program {
 public:
  using Environment = std::map<std::string, std::string>;

  Program(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          const std::filesystem::path& folder, Environment environment = {}) {
    environment.emplace("HOME", folder.string());
    for (const char* kept : {"PATH", "LD_LIBRARY_PATH", "OMP_WAIT_POLICY", "ASAN_OPTIONS", "UBSAN_OPTIONS"}) {
      if (const char* value = std::getenv(kept)) environment.emplace(kept, value);
    }
    std::vector<std::string> words = {program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    const std::string out = (outputs_ / "out").string();
    const std::string err = (outputs_ / "err").string();
    // Everything is allocated before the fork: after it a child may only make system calls.
    const std::vector<char*> argv = pointers(words);
    const std::vector<char*> envp = pointers(variables);
    id_ = fork();
    if (id_ < 0) throw std::runtime_error("fork failed");
    if (id_ == 0) {
      signal(SIGINT, SIG_DFL);  // shells start background jobs with it ignored
      signal(SIGTERM, SIG_DFL);
      const bool ready = redirect("/dev/null", O_RDONLY, 0) && redirect(out.c_str(), O_WRONLY | O_CREAT, 1) &&
                         redirect(err.c_str(), O_WRONLY | O_CREAT, 2) && chdir(folder.c_str()) == 0;
      if (ready) execve(argv[0], argv.data(), envp.data());
      _exit(126);
    }
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    if (id_ > 0) {
      kill(id_, SIGKILL);
      waitpid(id_, nullptr, 0);
    }
  }

  void send(int signal_number) const { kill(id_, signal_number); }

  /// Whether it has a handler of its own for the signal by now (Linux; elsewhere never).
  bool catches(int signal_number) const {
    const std::string process = "/proc/" + std::to_string(id_);
    std::error_code failure;
    const std::filesystem::path program = std::filesystem::read_symlink(process + "/exe", failure);
    // Until it is the program it is a copy of this one, with the handlers of doctest.
    if (failure || program == std::filesystem::read_symlink("/proc/self/exe", failure)) return false;
    std::ifstream status(process + "/status");
    for (std::string word; status >> word;) {
      std::uint64_t caught = 0;
      if (word == "SigCgt:" && status >> std::hex >> caught) return (caught >> (signal_number - 1) & 1) != 0;
    }
    return false;
  }

  /// Kills what takes longer than two minutes, a hundred times what the tests need; under an emulator half an hour.
  Run wait() {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(IMPASTO_PROGRAM_MINUTES);
    int status = 0;
    while (waitpid(id_, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("the program does not end");
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    id_ = -1;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return {code, read_text(outputs_ / "out"), read_text(outputs_ / "err")};
  }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    for (std::string& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
  }

  static bool redirect(const char* file, int flags, int descriptor) {
    const int opened = open(file, flags, 0600);
    return opened >= 0 && dup2(opened, descriptor) >= 0;
  }

  TempFolder outputs_;
  pid_t id_ = -1;
};

inline Run run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                       Program::Environment environment = {}) {
  return Program(IMPASTO_PROGRAM, arguments, folder, std::move(environment)).wait();
}

}  // namespace impasto::testing
