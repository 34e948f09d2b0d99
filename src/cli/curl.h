// The system's curl, run without a shell.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace impasto::cli {

struct CurlResult {
  bool found = true;    ///< false: there is no curl on the PATH
  int code = 0;         ///< curl's exit code, 0 when all went well; -1: a signal ended it
  std::string message;  ///< what curl said, without "curl: (22) "
};

/// curl's exit codes, of those that are told apart here (curl's manual, EXIT CODES).
inline constexpr int kCurlHttpError = 22;
inline constexpr int kCurlWriteError = 23;
inline constexpr int kCurlRangeError = 33;
inline constexpr int kCurlBadResume = 36;

/// Downloads `address` (http, https or file) into `file`, going on behind what it holds. Redirections are followed;
/// proxies are those of curl's usual environment variables. `tick` is called about five times a second.
/// Throws Error(io) when no program can be started at all.
CurlResult run_curl(const std::string& address, const std::filesystem::path& file, const std::function<void()>& tick);

}  // namespace impasto::cli
