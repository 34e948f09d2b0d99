// Ctrl-C and SIGTERM as a question a loop can ask.
#pragma once

namespace impasto::cli {

/// While one exists, the first SIGINT or SIGTERM only makes requested() true; a second one of the same kind ends the
/// program at once. A signal that was ignored when the program started stays ignored.
class Interrupt {
 public:
  /// `announce`: say on stderr that the run stops after this step.
  explicit Interrupt(bool announce);
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool requested() noexcept;
};

}  // namespace impasto::cli
