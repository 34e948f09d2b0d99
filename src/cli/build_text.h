// What this program was built by and for.
#pragma once

#include <string>

namespace impasto::cli {

/// "GCC 12.2.0, release, x86-64".
std::string build_text();

}  // namespace impasto::cli
