#include "cli/curl.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/child_process.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr int kTickMilliseconds = 200;
constexpr int kNotFound = 127;  // of posix_spawnp's child, where the parent cannot be told

[[noreturn]] void fail_to_start(int error) {
  throw Error(ErrorCode::io, std::string("curl cannot be started: ") + std::strerror(error));
}

// What the child writes to its stderr, here.
class Pipe {
 public:
  Pipe() {
    if (pipe(ends_.data()) != 0) fail_to_start(errno);
    for (const int end : ends_) fcntl(end, F_SETFD, FD_CLOEXEC);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close(ends_[0]);
    close_writing();
  }
  int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

  // Until every writer has gone.
  std::string read_all(const std::function<void()>& tick) const {
    std::string all;
    for (;;) {
      pollfd waiting = {ends_[0], POLLIN, 0};
      const int ready = poll(&waiting, 1, kTickMilliseconds);
      tick();
      if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
      std::array<char, 1024> part;
      const ssize_t count = read(ends_[0], part.data(), part.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

// The last line, without curl's own prefix.
std::string last_words(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  if (const std::size_t line = text.rfind('\n'); line != std::string::npos) text.erase(0, line + 1);
  if (text.rfind("curl: (", 0) == 0) {
    if (const std::size_t end = text.find(") "); end != std::string::npos) text.erase(0, end + 2);
  }
  return text;
}

// curl takes no address with a blank in it, which a folder's name may well have.
std::string without_blanks(const std::string& address) {
  std::string encoded;
  for (const char c : address) c == ' ' ? encoded += "%20" : encoded += c;
  return encoded;
}

}  // namespace

CurlResult run_curl(const std::string& address, const std::filesystem::path& file, const std::function<void()>& tick) {
  // --speed-limit: a connection that gives less than 100 bytes a second for a minute is dead.
  const std::vector<std::string> words = {"curl",
                                          "--fail",
                                          "--location",
                                          "--silent",
                                          "--globoff",
                                          "--show-error",
                                          "--connect-timeout",
                                          "30",
                                          "--speed-limit",
                                          "100",
                                          "--speed-time",
                                          "60",
                                          "--proto",
                                          "=http,https,file",
                                          "--proto-redir",
                                          "=http,https",
                                          "--continue-at",
                                          "-",
                                          "--output",
                                          file.string(),
                                          "--url",
                                          without_blanks(address)};
  Pipe errors;
  pid_t id = -1;
  const int failure = start_process(words, errors.writing(), id);
  if (failure == ENOENT) return {.found = false};
  if (failure != 0) fail_to_start(failure);
  errors.close_writing();
  CurlResult result;
  result.message = last_words(errors.read_all(tick));
  result.code = wait_for_process(id);
  result.found = result.code != kNotFound;
  return result;
}

}  // namespace impasto::cli
