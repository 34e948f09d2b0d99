#include "base/numbers.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {
namespace {

[[noreturn]] void refuse(const std::string& called, const std::string& text, const std::string& wanted) {
  fail(ErrorCode::usage, called, " is '", text, "', wanted ", wanted);
}

template <class Number>
bool parse(const std::string& text, Number& value) {
  const char* first = text.data();
  const char* last = first + text.size();
  if (first != last && *first == '+') ++first;
  const auto [end, error] = std::from_chars(first, last, value);
  return error == std::errc() && end == last && first != last;
}

}  // namespace

std::int64_t parse_integer(const std::string& called, const std::string& text, std::int64_t lowest,
                           std::int64_t highest) {
  std::int64_t value = 0;
  if (parse(text, value) && value >= lowest && value <= highest) return value;
  const bool open = highest == std::numeric_limits<int>::max();
  refuse(called, text,
         open ? "a whole number of at least " + std::to_string(lowest)
              : "a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
}

std::uint64_t parse_seed(const std::string& called, const std::string& text) {
  std::uint64_t value = 0;
  if (!parse(text, value)) refuse(called, text, "a whole number from 0 to 18446744073709551615");
  return value;
}

double parse_real(const std::string& called, const std::string& text) {
  double value = 0;
  if (!parse(text, value) || !std::isfinite(value)) refuse(called, text, "a number such as 0.5 or 1e-7");
  return value;
}

std::string shortest(double value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

}  // namespace impasto::IMPASTO_ABI
