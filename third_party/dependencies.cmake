# Finds the libraries Impasto is built from. third_party/README.md says why each is here; third_party/install.sh
# installs them.

# impasto_find(<name> <Debian package> <target> <find_package arguments...>)
# A macro: what a package finds must be seen here, not in a function.
macro(impasto_find name debian target)
  find_package(${ARGN} QUIET)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "${name} was not found (Debian: ${debian}). 'make deps' installs it on Debian and Ubuntu; "
                        "'third_party/install.sh --list' names the packages of other systems.")
  endif()
endmacro()

impasto_find("Eigen 3.3 or newer" libeigen3-dev Eigen3::Eigen Eigen3 3.3 NO_MODULE)
impasto_find("libjpeg-turbo" libjpeg62-turbo-dev JPEG::JPEG JPEG)
impasto_find("libpng" libpng-dev PNG::PNG PNG)
impasto_find("xtensor" libxtensor-dev xtensor xtensor)
impasto_find("Highway" libhwy-dev hwy::hwy hwy CONFIG)
impasto_find("nlohmann-json 3.9 or newer" nlohmann-json3-dev nlohmann_json::nlohmann_json nlohmann_json 3.9)
impasto_find("CLI11" libcli11-dev CLI11::CLI11 CLI11)
if(IMPASTO_TESTS)
  impasto_find("doctest" doctest-dev doctest::doctest doctest)
endif()
if(IMPASTO_BENCH)
  impasto_find("Google Benchmark" libbenchmark-dev benchmark::benchmark benchmark)
endif()

find_package(OpenMP QUIET COMPONENTS CXX)  # optional: without it everything runs on one thread
