#include "capi/border.h"

#include <exception>
#include <new>
#include <string>

namespace impasto::IMPASTO_ABI::capi {
namespace {

thread_local std::string last_error;

// A message that does not fit memory is a shorter one.
void remember(const char* message) noexcept {
  try {
    last_error = message;
  } catch (...) {
    last_error = "no memory";  // 9 characters fit the string itself
  }
}

impasto_status status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return IMPASTO_ERROR_USAGE;
    case ErrorCode::input:
      return IMPASTO_ERROR_INPUT;
    case ErrorCode::io:
      return IMPASTO_ERROR_IO;
    case ErrorCode::diverged:
      return IMPASTO_ERROR_DIVERGED;
    case ErrorCode::stopped:
      return IMPASTO_ERROR_STOPPED;
  }
  return IMPASTO_ERROR_INTERNAL;
}

}  // namespace

impasto_status keep_error() noexcept {
  try {
    throw;
  } catch (const Error& error) {
    remember(error.what());
    return status_of(error.code());
  } catch (const std::bad_alloc&) {
    remember("out of memory; use a smaller picture, or close other programs");
    return IMPASTO_ERROR_IO;
  } catch (const std::exception& error) {
    remember(error.what());
  } catch (...) {
    remember("an exception of an unknown kind was thrown");
  }
  return IMPASTO_ERROR_INTERNAL;
}

}  // namespace impasto::IMPASTO_ABI::capi

const char* impasto_last_error() { return impasto::capi::last_error.c_str(); }
const char* impasto_version() { return IMPASTO_VERSION; }
