// What leaves the shared library: IMPASTO_API stands before every class and function of these headers that is compiled
// into it; everything else is hidden. IMPASTO_ABI is the version of the ABI, a namespace in every symbol's name.
#pragma once

#define IMPASTO_ABI inline v0_1

#if defined(__GNUC__)
#define IMPASTO_API __attribute__((visibility("default")))
#else
#define IMPASTO_API
#endif
