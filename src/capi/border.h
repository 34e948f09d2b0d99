// The border between C++ and C: exceptions become a status and a sentence, null pointers an error.
#pragma once

#include <memory>
#include <utility>

#include "base/check.h"
#include "impasto/impasto_c.h"

namespace impasto::IMPASTO_ABI::capi {

/// The status for the exception being handled, its message kept for this thread.
impasto_status keep_error() noexcept;

/// Throws Error(usage) for a null pointer; `name` is the parameter's.
template <class T>
T& given(T* pointer, const char* name) {
  require(pointer != nullptr, ErrorCode::usage, "the argument '", name, "' is a null pointer; give an object");
  return *pointer;
}

/// Runs `body`; whatever it throws stays inside.
template <class Body>
impasto_status guarded(Body&& body) noexcept {
  try {
    body();
    return IMPASTO_OK;
  } catch (...) {
    return keep_error();
  }
}

/// Puts a new Handle made of what `make` returns into `*out`, or null when that fails.
template <class Handle, class Make>
impasto_status make_handle(Handle** out, Make&& make) noexcept {
  if (out != nullptr) *out = nullptr;
  return guarded([&] {
    given(out, "out");
    *out = new Handle{std::forward<Make>(make)()};  // NOLINT(bugprone-unhandled-exception-at-new): guarded() does
  });
}

}  // namespace impasto::IMPASTO_ABI::capi
