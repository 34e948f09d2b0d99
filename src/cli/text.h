// Words for numbers and numbers from words, the same in every locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace impasto::cli {

/// Whole number in lowest..highest. Throws Error(usage) naming `option`, what it got and what is wanted.
std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t lowest,
                           std::int64_t highest);
/// Finite number above 0. Throws Error(usage) as above.
double parse_share(const std::string& option, const std::string& text);

/// "500K", "800M", "2G", "1.5GiB": of 1,024 each, at least a mebibyte. Throws Error(usage) as above.
std::uint64_t parse_bytes(const std::string& option, const std::string& text);

/// What printf writes, up to 199 characters.
std::string format(const char* pattern, auto... values) {
  char buffer[200];
  std::snprintf(buffer, sizeof buffer, pattern, values...);
  return buffer;
}

/// printf's %.<digits>g.
std::string number_text(double value, int digits = 6);
/// "4.2 s", "1 min 33 s", "2 h 05 min".
std::string duration_text(double seconds);
/// "0:07", "12:40", "1:02:03".
std::string clock_text(double seconds);
/// "12 MB", "1.3 GB".
std::string memory_text(std::uint64_t bytes);
/// "640 x 480".
std::string size_text(int width, int height);
/// "35 x 45 x 64".
std::string shape_text(const std::vector<std::size_t>& shape);
/// The text with \x1b and the like in place of control characters but ends of lines: file names may hold any, and a
/// terminal would obey them.
std::string printable(const std::string& text);
/// The path between single quotes, printable.
std::string quoted(const std::filesystem::path& path);
/// The word as a POSIX shell would have to be told it.
std::string shell_word(const std::string& word);
/// The text with U+FFFD for every byte that belongs to no character of UTF-8 (RFC 3629): file names may hold any.
std::string utf8_text(const std::string& text);
/// `ending` in lower case, such as ".npy"; the file's may be in any.
bool has_ending(const std::filesystem::path& file, std::string_view ending);

/// "a, b or c" with `between` ", " and `last` " or ".
std::string joined(const std::vector<std::string>& words, const char* between, const char* last);

/// The candidate that `word` is a likely slip of, or nothing.
std::string nearest_word(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace impasto::cli
