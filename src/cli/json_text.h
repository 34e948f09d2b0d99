// JSON, written.
#pragma once

#include <string>

namespace impasto::cli {

/// Between quotation marks, with what JSON wants escaped; bytes that are no UTF-8 become U+FFFD.
std::string json_string(const std::string& text);
/// `digits` significant digits; null for what is no finite number.
std::string json_number(double value, int digits);

/// "[a, b]": `text_of` each item, with `before_each` in front.
std::string json_list(const auto& items, const char* before_each, const auto& text_of) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ",") + (before_each + text_of(item));
  return "[" + text + "]";
}

/// An object, a key a line.
class JsonObject {
 public:
  void add(const char* key, const std::string& value) {
    text_ += (text_.empty() ? "\n  \"" : ",\n  \"") + std::string(key) + "\": " + value;
  }
  std::string text() const { return "{" + text_ + "\n}\n"; }

 private:
  std::string text_;
};

}  // namespace impasto::cli
