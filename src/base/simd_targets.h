// Which of Highway's targets are compiled; include before any header of Highway. SVE's vectors have no size at compile
// time and cannot stand in the arrays that kernels keep in registers; machines with SVE run NEON.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
