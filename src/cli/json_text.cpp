#include "cli/json_text.h"

#include <cmath>
#include <cstdio>
#include <string>

#include "cli/text.h"

namespace impasto::cli {

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : utf8_text(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) {
      quoted += c;
      continue;
    }
    char code[8];
    std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
    quoted += code;
  }
  return quoted + "\"";
}

std::string json_number(double value, int digits) { return std::isfinite(value) ? number_text(value, digits) : "null"; }

}  // namespace impasto::cli
