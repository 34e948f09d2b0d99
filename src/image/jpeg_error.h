// How libjpeg reports trouble here: it jumps out of the library into the nearest guard() and leaves a message.
//
// libjpeg must not return from a fatal error, and a C++ exception must not pass through its C frames, so longjmp it is.
// A jump that skipped a destructor would be undefined behaviour: the function given to guard() and everything libjpeg
// calls back hold trivially destructible variables only. Whoever owns the memory stands outside of guard().
#pragma once

#include <csetjmp>
#include <cstddef>
#include <cstdio>
// jpeglib.h uses size_t and FILE without including their headers.
#include <jpeglib.h>
// Needs jpeglib.h before it.
#include <jerror.h>

#include <type_traits>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct JpegTrouble {
  jpeg_error_mgr manager{};
  std::jmp_buf escape{};
  int code = 0;
  bool takes_end = false;  // from here on the end of the bytes may be the end of the picture, too
  bool at_end = false;     // and has been reached
  char message[JMSG_LENGTH_MAX] = {};
};

/// Leaves libjpeg for the nearest guard(); the message is the one libjpeg has prepared.
[[noreturn]] inline void jpeg_escape(j_common_ptr info) {
  auto* trouble = static_cast<JpegTrouble*>(info->client_data);
  trouble->code = info->err->msg_code;
  info->err->format_message(info, trouble->message);
  std::longjmp(trouble->escape, 1);
}

/// Nothing is printed. Of the warnings (level < 0), the end of the bytes before the end of the picture is fatal:
/// libjpeg would fill the rest with grey. An end without its mark is not, unless the decoder then wants more bits.
inline void jpeg_on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  auto* trouble = static_cast<JpegTrouble*>(info->client_data);
  if (info->err->msg_code == JWRN_JPEG_EOF) {
    if (!trouble->takes_end) jpeg_escape(info);
    trouble->at_end = true;
  }
  if (info->err->msg_code == JWRN_HIT_MARKER && trouble->at_end) {
    info->err->msg_code = JWRN_JPEG_EOF;
    jpeg_escape(info);
  }
}

/// Connects a compress or decompress struct with `trouble`, which must outlive it at the same address.
template <class Info>
void jpeg_connect(Info& info, JpegTrouble& trouble) {
  info.err = jpeg_std_error(&trouble.manager);
  info.client_data = &trouble;
  trouble.manager.error_exit = jpeg_escape;
  trouble.manager.emit_message = jpeg_on_message;
  trouble.manager.output_message = [](j_common_ptr) {};
}

/// Runs calls into libjpeg; false when one of them failed.
template <class Calls>
bool jpeg_guard(JpegTrouble& trouble, Calls calls) {
  static_assert(std::is_trivially_destructible_v<Calls>);
  if (setjmp(trouble.escape)) return false;
  calls();
  return true;
}

}  // namespace impasto::IMPASTO_ABI
