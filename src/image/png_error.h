// How libpng reports trouble here: it jumps into the nearest guard() and leaves a message. As with JPEG (jpeg_error.h),
// a jump must skip no destructor, so what runs inside guard() and inside libpng's callbacks holds trivial variables
// only.
#pragma once

#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <type_traits>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct PngTrouble {
  std::jmp_buf escape{};
  char message[200] = {};

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngTrouble*>(png_get_error_ptr(png));
    std::snprintf(self->message, sizeof self->message, "%s", message);
    std::longjmp(self->escape, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}

  // Runs calls into libpng; false when one of them failed.
  template <class Calls>
  bool guard(Calls calls) {
    static_assert(std::is_trivially_destructible_v<Calls>);
    if (setjmp(escape)) return false;
    calls();
    return true;
  }
};

}  // namespace impasto::IMPASTO_ABI
