#include "cli/failures.h"

#include <exception>
#include <functional>
#include <new>
#include <string>

namespace impasto::cli {

void Failures::add(const std::string& sentence) {
  sentences_.push_back(sentence);
  tell_(sentence);
}

bool Failures::attempt(const std::string& option, const std::function<void()>& work) {
  std::string reason;
  try {
    work();
    return true;
  } catch (const std::bad_alloc&) {
    reason = "memory does not suffice";
  } catch (const std::exception& error) {
    reason = error.what();
  }
  add(reason + "; the run goes on without " + option);
  return false;
}

}  // namespace impasto::cli
