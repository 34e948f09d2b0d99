// Messages and checks. `fail` is for what a caller can cause; IMPASTO_ASSERT for what only a bug of ours can.
#pragma once

#include <locale>
#include <new>
#include <sstream>
#include <stdexcept>
#include <string>

#include "impasto/error.h"

namespace impasto::IMPASTO_ABI {

/// The arguments streamed one after the other.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.imbue(std::locale::classic());  // the host's may write 0,5
  (out << ... << parts);
  return out.str();
}

/// Throws Error with the streamed message.
template <class... Parts>
[[noreturn]] void fail(ErrorCode code, const Parts&... parts) {
  throw Error(code, text(parts...));
}

/// fail() unless `condition`.
template <class... Parts>
void require(bool condition, ErrorCode code, const Parts&... parts) {
  if (!condition) fail(code, parts...);
}

[[noreturn]] inline void out_of_memory_while(const char* what) {
  fail(ErrorCode::io, "out of memory while ", what, "; use a smaller picture or fewer layers, or close other programs");
}

/// What `body` returns; memory that runs out anywhere in it, or a container of more than a program can address (which
/// is std::length_error), becomes Error(io).
template <class Body>
auto with_memory_error(const char* what, Body&& body) {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    out_of_memory_while(what);
  } catch (const std::length_error&) {
    out_of_memory_while(what);
  }
}

/// Throws std::logic_error: a defect of this library, never of its input.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace impasto::IMPASTO_ABI

#define IMPASTO_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::impasto::assertion_failed(#condition, __FILE__, __LINE__))
