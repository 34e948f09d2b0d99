#include "archive/plain_name.h"

#include <string>
#include <string_view>

namespace impasto::IMPASTO_ABI {

bool is_plain_name(const std::string& name) {
  return !name.empty() && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\:\0", 4)) == std::string::npos;
}

}  // namespace impasto::IMPASTO_ABI
