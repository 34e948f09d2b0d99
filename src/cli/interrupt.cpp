#include "cli/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace impasto::cli {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

// A signal handler can reach nothing but globals of this type.
volatile sig_atomic_t g_requested = 0;
volatile sig_atomic_t g_announce = 0;

void on_signal(int) {
  const int saved_errno = errno;
  if (g_requested == 0 && g_announce != 0) {
    static const char message[] = "\nimpasto: stopping after this step; once more ends at once\n";
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
  }
  g_requested = 1;
  errno = saved_errno;
}

void set_handler(int signal_number, void (*handler)(int), int flags) {
  struct sigaction old = {};
  if (sigaction(signal_number, nullptr, &old) != 0 || old.sa_handler == SIG_IGN) return;
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt(bool announce) {
  g_requested = 0;
  g_announce = announce ? 1 : 0;
  for (const int number : kSignals) set_handler(number, on_signal, static_cast<int>(SA_RESETHAND | SA_RESTART));
}

Interrupt::~Interrupt() {
  for (const int number : kSignals) set_handler(number, SIG_DFL, 0);
}

bool Interrupt::requested() noexcept { return g_requested != 0; }

}  // namespace impasto::cli
