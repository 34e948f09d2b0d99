// Leaks of other libraries that the sanitizer would end the tests with. Included by one file of each program.
#pragma once

/// libheif 1.15.1 loses x265's parameters, a KiB, each time it encodes a HEIC.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265\n"; }
