// The one exception type of the library.
//
// Every message is one sentence for a person: what went wrong, where, what was found, what was wanted and what to do.
#pragma once

#include <stdexcept>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Who can mend it: `usage` the caller's options, `input` the caller's files or pictures, `io` the machine (disk,
/// permissions, memory), `diverged` the numbers of a run, `stopped` nobody: it was wanted (Context::with_stop).
enum class ErrorCode { usage, input, io, diverged, stopped };

/// Thrown by every public function that can fail. Thread safety: a value, as std::runtime_error.
class IMPASTO_API Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace impasto::IMPASTO_ABI
