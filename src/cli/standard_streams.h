// The three streams every program is given, or not given.
#pragma once

namespace impasto::cli {

/// Opens /dev/null in the place of each of stdin, stdout and stderr that is closed: else the next file that is opened
/// would take the place, and with it what is printed.
void open_standard_streams();

/// Brings to stdout what was printed. Throws Error(io) when that failed at any time, but for a reader that went away.
void flush_stdout();

}  // namespace impasto::cli
