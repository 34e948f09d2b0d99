#include "cli/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "impasto/error.h"

namespace impasto::cli {
namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& text, const std::string& wanted) {
  throw Error(ErrorCode::usage, option + " is '" + text + "', wanted " + wanted);
}

template <class Number>
bool parse_whole(const std::string& text, Number& value) {
  const char* first = text.data();
  const char* last = first + text.size();
  if (first != last && *first == '+') ++first;
  const auto [end, error] = std::from_chars(first, last, value);
  return error == std::errc() && end == last && first != last;
}

}  // namespace

std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t lowest,
                           std::int64_t highest) {
  const std::string wanted = highest == std::numeric_limits<int>::max()
                                 ? "a whole number of at least " + std::to_string(lowest)
                                 : "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  std::int64_t value = 0;
  if (!parse_whole(text, value) || value < lowest || value > highest) refuse(option, text, wanted);
  return value;
}

double parse_share(const std::string& option, const std::string& text) {
  double value = 0;
  if (!parse_whole(text, value) || !std::isfinite(value) || value <= 0) refuse(option, text, "a number above 0");
  return value;
}

std::uint64_t parse_bytes(const std::string& option, const std::string& text) {
  constexpr double kLeast = 1 << 20, kMost = 1e15;
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  std::string unit = text.substr(digits);
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? char(c - 32) : c; });
  if (unit.ends_with("IB")) unit.resize(unit.size() - 2);
  if (unit.size() == 2 && unit[1] == 'B') unit.resize(1);
  const std::size_t power = std::string(" KMGT").find(unit.size() == 1 ? unit[0] : '?');
  double bytes = 0;
  if (digits > 0 && power != std::string::npos && power > 0) {
    bytes = parse_share(option, text.substr(0, digits)) * std::pow(1024.0, static_cast<double>(power));
  }
  if (!(bytes >= kLeast && bytes <= kMost))
    throw Error(ErrorCode::usage, option + " is '" + text + "', wanted a size of 1M or more, such as 800M or 2G");
  return static_cast<std::uint64_t>(bytes);
}

std::string number_text(double value, int digits) {
  char buffer[64];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits);
  return std::string(buffer, result.ptr);
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return format("%.1f s", seconds);
  const long whole = std::lround(seconds);
  if (whole < 60) return format("%ld s", whole);
  if (whole < 3600) return format("%ld min %02ld s", whole / 60, whole % 60);
  return format("%ld h %02ld min", whole / 3600, whole / 60 % 60);
}

std::string clock_text(double seconds) {
  const long whole = std::lround(seconds);
  if (whole < 3600) return format("%ld:%02ld", whole / 60, whole % 60);
  return format("%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string memory_text(std::uint64_t bytes) {
  const double megabytes = static_cast<double>(bytes) / 1e6;
  if (megabytes < 9.95) return format("%.1f MB", megabytes);
  if (megabytes < 999.5) return format("%.0f MB", megabytes);
  return format("%.1f GB", megabytes / 1000);
}

std::string size_text(int width, int height) { return std::to_string(width) + " x " + std::to_string(height); }

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text;
  for (const std::size_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

std::string printable(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    // U+0080 to U+009F in UTF-8: control characters too.
    const bool is_c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (is_c1) {
      shown += format("\\x%02x", static_cast<unsigned char>(text[++i]));
    } else if ((byte < 0x20 && byte != '\n') || byte == 0x7f) {
      shown += format("\\x%02x", byte);
    } else {
      shown += text[i];
    }
  }
  return shown;
}

std::string quoted(const std::filesystem::path& path) { return "'" + printable(path.string()) + "'"; }

std::string shell_word(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./:=,+@%").find(c) != std::string_view::npos;
  });
  if (plain && !word.empty()) return word;
  std::string safe = "'";
  for (const char c : word) safe += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return safe + "'";
}

std::string utf8_text(const std::string& text) {
  std::string valid;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) {
      return i + k < text.size() ? static_cast<unsigned>(static_cast<unsigned char>(text[i + k])) : 0U;
    };
    const unsigned lead = byte(0), next = byte(1);
    std::size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : 4;
    // Overlong forms, surrogates, and what lies beyond U+10FFFF.
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || (lead == 0xe0 && next < 0xa0) ||
        (lead == 0xed && next > 0x9f) || (lead == 0xf0 && next < 0x90) || (lead == 0xf4 && next > 0x8f)) {
      length = 0;
    }
    for (std::size_t k = 1; k < length; ++k) {
      if (byte(k) < 0x80 || byte(k) > 0xbf) length = 0;
    }
    valid += length == 0 ? "\xef\xbf\xbd" : text.substr(i, length);
    i += std::max<std::size_t>(length, 1);
  }
  return valid;
}

bool has_ending(const std::filesystem::path& file, std::string_view ending) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  const std::string own = file.extension().string();
  return std::equal(own.begin(), own.end(), ending.begin(), ending.end(),
                    [&](char a, char b) { return lower(a) == b; });
}

std::string joined(const std::vector<std::string>& words, const char* between, const char* last) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i)
    list += (i == 0 ? "" : i + 1 == words.size() ? last : between) + words[i];
  return list;
}

std::string nearest_word(const std::string& word, const std::vector<std::string>& candidates) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string& candidate : candidates) {
    // Levenshtein distance, one row of its table at a time.
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const std::size_t replaced = diagonal + (word[i] == candidate[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace impasto::cli
