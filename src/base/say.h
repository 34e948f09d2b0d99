// What the library tells and asks its host beside results.
#pragma once

#include "base/check.h"
#include "impasto/context.h"

namespace impasto::IMPASTO_ABI {

/// The streamed message to the context's log, if it has one.
template <class... Parts>
void say(const Context& context, LogLevel level, const Parts&... parts) {
  if (context.log()) context.log()(level, text(parts...));
}

/// Throws Error(stopped) when the host wants no more.
inline void stop_if_asked(const Context& context) {
  require(!context.stop() || !context.stop()(), ErrorCode::stopped,
          "stopped before the first step; nothing is painted yet");
}

}  // namespace impasto::IMPASTO_ABI
