// Which signals the threads take that are started here.
#pragma once

#if defined(__unix__) || defined(__APPLE__)
#include <csignal>
#endif

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// Keeps the host's signals on the host's threads: threads that start while it lives take none but those that a fault
/// of their own or a profiler sends.
class SignalsKeptAway {
#if defined(__unix__) || defined(__APPLE__)
 public:
  SignalsKeptAway() {
    sigset_t away;
    sigfillset(&away);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) sigdelset(&away, own);
    pthread_sigmask(SIG_SETMASK, &away, &before_);
  }
  ~SignalsKeptAway() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsKeptAway(const SignalsKeptAway&) = delete;
  SignalsKeptAway& operator=(const SignalsKeptAway&) = delete;

 private:
  sigset_t before_;
#endif
};

}  // namespace impasto::IMPASTO_ABI
