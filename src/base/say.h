// What the library tells its host beside results.
#pragma once

#include "base/check.h"
#include "impasto/context.h"

namespace impasto::inline v0_1 {

/// The streamed message to the context's log, if it has one.
template <class... Parts>
void say(const Context& context, LogLevel level, const Parts&... parts) {
  if (context.log()) context.log()(level, text(parts...));
}

}  // namespace impasto::inline v0_1
