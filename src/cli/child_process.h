// Another program, run without a shell.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace impasto::cli {

/// Starts the program that words[0] names on the PATH with `words` as its arguments: stdin and stdout are nothing,
/// stderr is the descriptor `errors`, or nothing for -1. Returns 0 or an error number.
int start_process(std::vector<std::string> words, int errors, pid_t& id);
/// Its exit code once it has ended; -1: a signal ended it.
int wait_for_process(pid_t id);

}  // namespace impasto::cli
