// Which of the optional libraries this build has (third_party/dependencies.cmake decides).
#pragma once

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

#ifdef IMPASTO_HAS_JPEG
inline constexpr bool kHasJpeg = true;
#else
inline constexpr bool kHasJpeg = false;
#endif

#ifdef IMPASTO_HAS_PNG
inline constexpr bool kHasPng = true;
#else
inline constexpr bool kHasPng = false;
#endif

#ifdef IMPASTO_HAS_ICC
inline constexpr bool kHasIcc = true;
#else
inline constexpr bool kHasIcc = false;
#endif

#ifdef IMPASTO_HAS_TIFF
inline constexpr bool kHasTiff = true;
#else
inline constexpr bool kHasTiff = false;
#endif

#ifdef IMPASTO_HAS_WEBP
inline constexpr bool kHasWebp = true;
#else
inline constexpr bool kHasWebp = false;
#endif

#ifdef IMPASTO_HAS_HEIF
inline constexpr bool kHasHeif = true;
#else
inline constexpr bool kHasHeif = false;
#endif

#ifdef IMPASTO_HAS_JXL
inline constexpr bool kHasJxl = true;
#else
inline constexpr bool kHasJxl = false;
#endif

}  // namespace impasto::IMPASTO_ABI
