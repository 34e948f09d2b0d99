// All settings of a painting as one text, whatever preset it came from.
#pragma once

#include <string>

#include "impasto/option_fields.h"

namespace impasto::IMPASTO_ABI {

/// The inverse of preset_text(), which mentions every setting: no preset and no weights are needed. `label` ends
/// messages: "size in checkpoint 'a'". Throws Error(input) for what is no such text, Error(usage) for a bad setting.
Options options_from_text(const std::string& text, const std::string& label);

}  // namespace impasto::IMPASTO_ABI
