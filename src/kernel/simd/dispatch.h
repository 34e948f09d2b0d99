// From a run-time SimdTarget to what the same source compiled for it. Include after <hwy/highway.h>, use under
// HWY_ONCE.
#pragma once

#include "impasto/context.h"

#if HWY_TARGETS & HWY_AVX3
#define IMPASTO_IF_AVX3(statement) statement
#else
#define IMPASTO_IF_AVX3(statement)
#endif
#if HWY_TARGETS & HWY_AVX2
#define IMPASTO_IF_AVX2(statement) statement
#else
#define IMPASTO_IF_AVX2(statement)
#endif
#if HWY_TARGETS & HWY_SSE4
#define IMPASTO_IF_SSE4(statement) statement
#else
#define IMPASTO_IF_SSE4(statement)
#endif
#if HWY_TARGETS & HWY_SSSE3
#define IMPASTO_IF_SSSE3(statement) statement
#else
#define IMPASTO_IF_SSSE3(statement)
#endif
#if HWY_TARGETS & IMPASTO_NEON
#define IMPASTO_IF_NEON(statement) statement
#else
#define IMPASTO_IF_NEON(statement)
#endif

/// The body of a function of `target`: returns what `call` gives in the namespace of the target, or `otherwise` when
/// this build has no kernel for it (baseline).
#define IMPASTO_DISPATCH(target, call, otherwise)                         \
  switch (target) {                                                       \
    IMPASTO_IF_AVX3(case SimdTarget::avx3 : return N_AVX3::call;)         \
    IMPASTO_IF_AVX2(case SimdTarget::avx2 : return N_AVX2::call;)         \
    IMPASTO_IF_SSE4(case SimdTarget::sse4 : return N_SSE4::call;)         \
    IMPASTO_IF_SSSE3(case SimdTarget::ssse3 : return N_SSSE3::call;)      \
    IMPASTO_IF_NEON(case SimdTarget::neon : return IMPASTO_N_NEON::call;) \
    default:                                                              \
      return otherwise;                                                   \
  }
