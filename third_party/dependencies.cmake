# Finds the libraries Impasto is built from. third_party/README.md says why each is here; third_party/install.sh
# installs them.

function(impasto_missing what package)
  message(FATAL_ERROR "${what} was not found (Debian: ${package}). Run third_party/install.sh, or 'make deps', "
                      "which installs it or prints the names of the packages for your system.")
endfunction()

find_package(Eigen3 3.3 QUIET NO_MODULE)
if(NOT TARGET Eigen3::Eigen)
  impasto_missing("Eigen" libeigen3-dev)
endif()

find_package(OpenMP QUIET COMPONENTS CXX)  # optional: without it everything runs on one thread

find_package(JPEG QUIET)
if(NOT TARGET JPEG::JPEG)
  impasto_missing("libjpeg-turbo" libjpeg62-turbo-dev)
endif()

find_package(PNG QUIET)
if(NOT TARGET PNG::PNG)
  impasto_missing("libpng" libpng-dev)
endif()

find_package(xtensor QUIET)
if(NOT TARGET xtensor)
  impasto_missing("xtensor" libxtensor-dev)
endif()

find_path(IMPASTO_HIGHWAY_INCLUDE hwy/highway.h)
find_library(IMPASTO_HIGHWAY_LIBRARY hwy)
mark_as_advanced(IMPASTO_HIGHWAY_INCLUDE IMPASTO_HIGHWAY_LIBRARY)
if(NOT IMPASTO_HIGHWAY_INCLUDE OR NOT IMPASTO_HIGHWAY_LIBRARY)
  impasto_missing("Highway" libhwy-dev)
endif()
add_library(impasto_highway INTERFACE)
target_include_directories(impasto_highway SYSTEM INTERFACE ${IMPASTO_HIGHWAY_INCLUDE})
target_link_libraries(impasto_highway INTERFACE ${IMPASTO_HIGHWAY_LIBRARY})

find_package(nlohmann_json 3.9 QUIET)
if(NOT TARGET nlohmann_json::nlohmann_json)
  impasto_missing("nlohmann-json" nlohmann-json3-dev)
endif()

find_package(CLI11 QUIET)
if(NOT TARGET CLI11::CLI11)
  impasto_missing("CLI11" libcli11-dev)
endif()

if(IMPASTO_TESTS)
  find_package(doctest QUIET)
  if(NOT TARGET doctest::doctest)
    impasto_missing("doctest" doctest-dev)
  endif()
endif()

if(IMPASTO_BENCH)
  find_package(benchmark QUIET)
  if(NOT TARGET benchmark::benchmark)
    impasto_missing("Google Benchmark" libbenchmark-dev)
  endif()
endif()
