// What a weights file holds, in words: a table for people, JSON for programs.
#pragma once

#include <string>

#include "impasto/weights_tools.h"

namespace impasto::cli {

/// "BGR 0..255 minus 103.939,116.779,123.68, over 1,1,1".
std::string input_text(const WeightsSummary& summary);
std::string weights_table(const WeightsSummary& summary);
/// One object; keys as in docs/CLI.md.
std::string weights_json(const WeightsSummary& summary);

}  // namespace impasto::cli
