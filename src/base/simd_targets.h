// Which of Highway's targets are compiled; include before any other header of Highway.
//
// SVE's vectors have no size at compile time and cannot stand in the arrays that kernels keep in registers; machines
// with SVE run NEON. Of NEON one kind is compiled, the one that every 64-bit Arm has: newer releases of Highway tell it
// from those with AES and with bfloat16, which no kernel of ours uses, and which some machines lack (Raspberry Pi 4).
#pragma once

// IMPASTO_FEW_TARGETS leaves SSE4 and AVX2 of x86: SSSE3 differs from SSE4 in a few instructions only, AVX-512 from
// AVX2 in the number of lanes. The bits of what is better than AVX-512 are lower than its own.
#ifdef IMPASTO_FEW_TARGETS
#define IMPASTO_OTHER_X86 (HWY_SSSE3 | HWY_AVX3 | (HWY_AVX3 - 1))
#else
#define IMPASTO_OTHER_X86 0
#endif
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | IMPASTO_OTHER_NEON | IMPASTO_OTHER_X86)
#include <hwy/detect_targets.h>

#ifdef HWY_NEON_WITHOUT_AES
#define IMPASTO_NEON HWY_NEON_WITHOUT_AES
#define IMPASTO_N_NEON N_NEON_WITHOUT_AES
#else
#define IMPASTO_NEON HWY_NEON
#define IMPASTO_N_NEON N_NEON
#endif
#ifdef HWY_NEON_BF16
#define IMPASTO_OTHER_NEON (HWY_NEON | HWY_NEON_BF16)
#elif defined(HWY_NEON_WITHOUT_AES)
#define IMPASTO_OTHER_NEON HWY_NEON
#else
#define IMPASTO_OTHER_NEON 0
#endif
