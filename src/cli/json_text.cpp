#include "cli/json_text.h"

#include <cstdio>
#include <string_view>

namespace impasto::cli {

namespace {

constexpr const char* kUnknown = "\ufffd";

// Bytes of the UTF-8 character at the front: 1 to 4, or 0 for what is none (RFC 3629, section 4).
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned first = byte(0), second = byte(1);
  if (first < 0x80) return 1;
  const std::size_t bytes = first < 0xc2 || first > 0xf4 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  const bool too_long = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f, beyond = first == 0xf4 && second > 0x8f;
  return too_long || surrogate || beyond ? 0 : bytes;
}

}  // namespace

std::string json_string(const std::string& text) {
  std::string quoted = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t bytes = character_bytes(std::string_view(text).substr(at));
    if (bytes == 1 && static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      quoted += code;
    } else {
      if (c == '"' || c == '\\') quoted += '\\';
      quoted += bytes == 0 ? kUnknown : text.substr(at, bytes);
    }
    at += bytes == 0 ? 1 : bytes;
  }
  return quoted + "\"";
}

}  // namespace impasto::cli
