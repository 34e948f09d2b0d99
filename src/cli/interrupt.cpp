#include "cli/interrupt.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace impasto::cli {
namespace {

struct Caught {
  int number;
  bool once;  // a second one is the system's again
};
// A terminal that closes may tell twice, a time limit tells every second.
constexpr Caught kSignals[] = {{SIGINT, true}, {SIGTERM, true}, {SIGHUP, false}, {SIGXCPU, false}};

// A signal handler can reach nothing but globals of this type.
volatile sig_atomic_t g_requested = 0;
volatile sig_atomic_t g_announce = 0;

void on_signal(int) {
  const int saved_errno = errno;
  if (g_requested == 0 && g_announce != 0) {
    static const char message[] = "\nimpasto: stopping; what is painted is saved; once more ends at once\n";
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
  for (const Caught& caught : kSignals) {
    set_handler(caught.number, on_signal, SA_RESTART | (caught.once ? static_cast<int>(SA_RESETHAND) : 0));
  }
}

Interrupt::~Interrupt() {
  for (const Caught& caught : kSignals) set_handler(caught.number, SIG_DFL, 0);
}

bool Interrupt::requested() noexcept { return g_requested != 0; }

}  // namespace impasto::cli
