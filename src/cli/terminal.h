// What a terminal is, how wide, and a bar on it.
#pragma once

#include <cstdio>
#include <string>

namespace impasto::cli {

/// One that understands carriage returns.
bool is_terminal(std::FILE* out);

/// Columns that a line may have without wrapping.
std::size_t terminal_columns(std::FILE* out);

/// By the locale's own precedence: LC_ALL, LC_CTYPE, LANG; the first that is set decides.
bool locale_is_utf8();

/// `width` columns, the first `fraction` of them full.
std::string bar_text(double fraction, std::size_t width, bool utf8);

}  // namespace impasto::cli
