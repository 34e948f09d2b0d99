// Uses the installed library: a value of its own type, and an exception that crosses its border.
#include <cstdio>

#include "impasto/impasto.h"

int main() {
  const impasto::Context context(1);
  std::printf("impasto %s, target %s\n", IMPASTO_VERSION, to_string(context.target()).c_str());
  try {
    impasto::load_image("no such file.jpg");
  } catch (const impasto::Error& error) {
    return error.code() == impasto::ErrorCode::input ? 0 : 1;
  }
  return 1;
}
