// Which of Highway's targets are compiled; include before any header of Highway. SVE's vectors have no size at compile
// time and cannot stand in the arrays that kernels keep in registers; machines with SVE run NEON.
#pragma once

// IMPASTO_FEW_TARGETS leaves SSE4 and AVX2 of x86: SSSE3 differs from SSE4 in a few instructions only, AVX-512 from
// AVX2 in the number of lanes. The bits of what is better than AVX-512 are lower than its own.
#ifdef IMPASTO_FEW_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_SSSE3 | HWY_AVX3 | (HWY_AVX3 - 1))
#else
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#endif
