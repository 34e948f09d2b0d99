#include "cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace impasto::cli {
namespace {

constexpr int kDefaultColumns = 80;

}  // namespace

bool is_terminal(std::FILE* out) {
  const char* term = std::getenv("TERM");
  return isatty(fileno(out)) != 0 && (term == nullptr || std::strcmp(term, "dumb") != 0);
}

std::size_t terminal_columns(std::FILE* out) {
  winsize size = {};
  const bool known = ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  // Terminals wrap when their last column is written.
  return static_cast<std::size_t>(known ? size.ws_col : kDefaultColumns) - 1;
}

bool locale_is_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    const std::string locale = value;
    for (const char* ending : {"UTF-8", "utf-8", "utf8", "UTF8"}) {
      if (locale.find(ending) != std::string::npos) return true;
    }
    return false;
  }
  return false;
}

std::string bar_text(double fraction, std::size_t width, bool utf8) {
  const double cells = fraction * static_cast<double>(width);
  const std::size_t full = std::min(width, static_cast<std::size_t>(cells));
  std::string bar;
  for (std::size_t i = 0; i < full; ++i) bar += utf8 ? "\u2588" : "#";
  for (std::size_t i = full; i < width; ++i) {
    static const char* const kEighths[] = {" ", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
    const bool edge = i == full;
    const auto eighths = edge ? static_cast<std::size_t>((cells - static_cast<double>(full)) * 8) : 0;
    bar += utf8 ? kEighths[std::min<std::size_t>(eighths, 7)] : "-";
  }
  return bar;
}

}  // namespace impasto::cli
