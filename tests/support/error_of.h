// The message of the impasto::Error that a call must throw.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "impasto/error.h"

namespace impasto::testing {

/// Runs `call`; fails the test unless it throws Error with this code. Gives the message.
template <class Call>
std::string error_of(ErrorCode code, Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK_MESSAGE(error.code() == code, "code of: ", error.what());
    return error.what();
  }
  FAIL_CHECK("no Error was thrown");
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace impasto::testing
