#include "image/xmp.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace impasto::IMPASTO_ABI {
namespace {

// Beginnings of names.
constexpr std::string_view kUntrue[] = {"hdrgm:",
                                        "HDRGainMap:",
                                        "GPano:",
                                        "Container:",
                                        "GContainer:",
                                        "GCamera:MotionPhoto",
                                        "GCamera:MicroVideo",
                                        "GImage:",
                                        "GDepth:",
                                        "GAudio:",
                                        "apdi:",
                                        "Device:",
                                        "xmpNote:",
                                        "xmp:Thumbnails",
                                        "xap:Thumbnails"};

constexpr std::string_view kSpace = " \t\r\n";

bool begins_with(std::string_view text, std::string_view begin) { return text.substr(0, begin.size()) == begin; }

// One pass over the markup of a packet, which grows or shrinks under it.
class XmpEditor {
 public:
  XmpEditor(std::string& text, int width, int height, bool srgb)
      : text_(text), width_(std::to_string(width)), height_(std::to_string(height)), srgb_(srgb) {}

  void run() {
    std::size_t at = 0;
    while ((at = text_.find('<', at)) != std::string::npos) {
      if (begins_with(rest(at), "<!--")) {
        at = std::min(text_.find("-->", at), text_.size());
      } else if (at + 1 < text_.size() && std::strchr("?!/", text_[at + 1]) != nullptr) {
        at = std::min(text_.find('>', at), text_.size());
      } else {
        at = start_tag(at);
      }
    }
  }

 private:
  std::string_view rest(std::size_t at) const { return std::string_view(text_).substr(at); }
  std::string_view name_at(std::size_t at) const {
    const std::size_t end = text_.find_first_of(" \t\r\n=/>", at);
    return std::string_view(text_).substr(at, end == std::string::npos ? end : end - at);
  }

  bool is_untrue(std::string_view name) const {
    if (srgb_ && name == "photoshop:ICCProfile") return true;
    return std::any_of(std::begin(kUntrue), std::end(kUntrue),
                       [name](std::string_view begin) { return begins_with(name, begin); });
  }

  // The value that a property must have now; empty for any other.
  std::string_view value_of(std::string_view name) const {
    if (name == "exif:PixelXDimension" || name == "tiff:ImageWidth") return width_;
    if (name == "exif:PixelYDimension" || name == "tiff:ImageLength") return height_;
    if (name == "exif:ColorSpace") return srgb_ ? "1" : "65535";
    return {};
  }

  // From '<' to where the search goes on: behind the tag, or where an element was that went.
  std::size_t start_tag(std::size_t at) {
    const std::string name(name_at(at + 1));
    const bool goes = is_untrue(name);
    std::size_t end = at + 1 + name.size();
    while (end < text_.size() && text_[end] != '>') end = goes ? past_attribute(end) : attribute(end);
    if (end >= text_.size()) return text_.size();
    const bool empty = text_[end - 1] == '/';
    if (goes) {
      const std::size_t after = empty ? end + 1 : end_of_element(end + 1, name);
      text_.erase(at, after - at);
      return at;
    }
    const std::string_view value = value_of(name);
    const std::size_t close = text_.find('<', end);
    if (!empty && !value.empty() && close != std::string::npos) text_.replace(end + 1, close - end - 1, value);
    return end + 1;
  }

  // Behind the attribute, the space or the slash at `at`.
  std::size_t past_attribute(std::size_t at) const {
    const char c = text_[at];
    if (c == '"' || c == '\'') return std::min(text_.find(c, at + 1), text_.size() - 1) + 1;
    return at + 1;
  }

  // The same, with the attribute made true.
  std::size_t attribute(std::size_t at) {
    if (kSpace.find(text_[at]) == std::string_view::npos) return past_attribute(at);
    const std::size_t begin = text_.find_first_not_of(kSpace, at);
    if (begin == std::string::npos) return text_.size();
    const std::string name(name_at(begin));
    const std::size_t quote = text_.find_first_not_of(" \t\r\n=", begin + name.size());
    if (name.empty() || quote == std::string::npos || (text_[quote] != '"' && text_[quote] != '\'')) return begin;
    const std::size_t close = text_.find(text_[quote], quote + 1);
    if (close == std::string::npos) return text_.size();
    if (is_untrue(name)) {
      text_.erase(at, close + 1 - at);
      return at;
    }
    const std::string_view value = value_of(name);
    if (value.empty()) return close + 1;
    text_.replace(quote + 1, close - quote - 1, value);
    return quote + value.size() + 2;
  }

  // Behind the end tag of an element whose start tag ends before `at`.
  std::size_t end_of_element(std::size_t at, const std::string& name) const {
    int depth = 1;
    while (depth > 0 && (at = text_.find('<', at)) != std::string::npos) {
      const bool closes = begins_with(rest(at), "</");
      const bool same = name_at(at + (closes ? 2 : 1)) == name;
      const std::size_t end = text_.find('>', at);
      if (end == std::string::npos) return text_.size();
      if (same && closes) --depth;
      if (same && !closes && text_[end - 1] != '/') ++depth;
      at = end + 1;
    }
    return std::min(at, text_.size());
  }

  std::string& text_;
  std::string width_, height_;
  bool srgb_;
};

}  // namespace

std::span<const std::uint8_t> xmp_of_app1(std::span<const std::uint8_t> app1) {
  const bool is_xmp = app1.size() > kXmpName.size() && std::equal(kXmpName.begin(), kXmpName.end(), app1.begin());
  return is_xmp ? app1.subspan(kXmpName.size()) : std::span<const std::uint8_t>();
}

void reset_xmp_orientation(std::vector<std::uint8_t>& packet) {
  // As an attribute, tiff:Orientation="6", or as an element, <tiff:Orientation>6</tiff:Orientation>.
  constexpr std::string_view name = "tiff:Orientation";
  auto at = packet.begin();
  while ((at = std::search(at, packet.end(), name.begin(), name.end())) != packet.end()) {
    at += static_cast<std::ptrdiff_t>(name.size());
    auto digit = at;
    while (digit != packet.end() && std::strchr(" =\"'>\t\r\n", *digit) && *digit != '\0') ++digit;
    if (digit != at && digit != packet.end() && *digit >= '2' && *digit <= '8') *digit = '1';
  }
}

void update_xmp(std::vector<std::uint8_t>& packet, int width, int height, bool srgb) {
  while (!packet.empty() && packet.back() == 0) packet.pop_back();  // some writers count a zero behind it
  if (std::find(packet.begin(), packet.end(), std::uint8_t{0}) != packet.end()) packet.clear();
  std::string text(packet.begin(), packet.end());
  XmpEditor(text, width, height, srgb).run();
  packet.assign(text.begin(), text.end());
  reset_xmp_orientation(packet);
}

bool xmp_names(const std::vector<std::uint8_t>& packet, std::string_view name) {
  return std::search(packet.begin(), packet.end(), name.begin(), name.end()) != packet.end();
}

}  // namespace impasto::IMPASTO_ABI
