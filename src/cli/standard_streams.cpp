#include "cli/standard_streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "impasto/error.h"

namespace impasto::cli {

void open_standard_streams() {
  for (const int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(number, F_GETFD) >= 0 || errno != EBADF) continue;
    // Takes the lowest number that is free, this one.
    [[maybe_unused]] const int opened = open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
}

void flush_stdout() {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
  const int code = errno;
  if (code == EPIPE) return;
  throw Error(ErrorCode::io, "not all could be written to stdout" +
                                 (code == 0 ? "" : " (" + std::generic_category().message(code) + ")") +
                                 "; is the disk full?");
}

}  // namespace impasto::cli
