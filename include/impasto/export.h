// What leaves the shared library: IMPASTO_API stands before every class and function of these headers that is compiled
// into it; everything else is hidden. The inline namespace v0_1 is the version of the ABI, in every symbol's name.
#pragma once

#if defined(__GNUC__)
#define IMPASTO_API __attribute__((visibility("default")))
#else
#define IMPASTO_API
#endif
