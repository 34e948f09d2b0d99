// The version of the library; CMake reads it from here.
#pragma once

#define IMPASTO_VERSION_MAJOR 0
#define IMPASTO_VERSION_MINOR 1
#define IMPASTO_VERSION_PATCH 0
#define IMPASTO_VERSION "0.1.0"
