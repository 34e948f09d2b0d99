#include "cli/build_text.h"

#include <string>

namespace impasto::cli {
namespace {

std::string compiler() {
#if defined(__clang__)
  return "Clang " __clang_version__;
#elif defined(__GNUC__)
  return "GCC " __VERSION__;
#else
  return "unknown compiler";
#endif
}

}  // namespace

std::string build_text() {
  std::string text = compiler();
#if defined(NDEBUG)
  text += ", release";
#else
  text += ", with assertions";
#endif
#if defined(__SANITIZE_ADDRESS__)
  text += ", address sanitizer";
#endif
#if defined(__x86_64__)
  text += ", x86-64";
#elif defined(__aarch64__)
  text += ", arm64";
#endif
  return text;
}

}  // namespace impasto::cli
