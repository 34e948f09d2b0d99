#include "base/check.h"

#include <stdexcept>

namespace impasto::IMPASTO_ABI {

void assertion_failed(const char* condition, const char* file, int line) {
  throw std::logic_error(
      text("impasto: internal check failed, please report it: ", condition, " (", file, ":", line, ")"));
}

}  // namespace impasto::IMPASTO_ABI
