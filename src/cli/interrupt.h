// Ctrl-C, SIGTERM, a closed terminal and a used-up time limit as a question a loop can ask.
#pragma once

namespace impasto::cli {

/// While one exists, SIGINT, SIGTERM, SIGHUP and SIGXCPU only make requested() true; a second SIGINT or SIGTERM of the
/// same kind ends the program at once. A signal that was ignored when the program started stays ignored.
class Interrupt {
 public:
  /// `announce`: say on stderr that the run stops.
  explicit Interrupt(bool announce);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool requested() noexcept;
};

}  // namespace impasto::cli
