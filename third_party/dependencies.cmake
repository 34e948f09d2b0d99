# Finds the libraries Impasto is built from. third_party/README.md says why each is here; third_party/install.sh
# installs them.

# Puts the command that installs everything, or the names of what to install by hand, into <variable>.
function(impasto_packages variable)
  set(groups run)
  if(IMPASTO_TESTS)
    list(APPEND groups test)
  endif()
  if(IMPASTO_BENCH)
    list(APPEND groups bench)
  endif()
  execute_process(COMMAND sh ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/install.sh --list ${groups}
                  OUTPUT_VARIABLE packages OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failure ERROR_QUIET)
  if(failure)
    set(packages "see third_party/README.md")
  endif()
  set(${variable} "${packages}" PARENT_SCOPE)
endfunction()

# impasto_find(<name> <Debian package> <target> <find_package arguments...>)
# A macro: what a package finds must be seen here, not in a function.
macro(impasto_find name debian target)
  find_package(${ARGN} QUIET)
  if(NOT TARGET ${target})
    impasto_packages(packages)
    message(FATAL_ERROR "${name} was not found (Debian: ${debian}). 'make deps' installs it on Debian and Ubuntu; "
                        "all that this build needs on this system:\n  ${packages}")
  endif()
endmacro()

# Asked for by version, Eigen answers for one major version only: 5 says that it is not 3.3.
impasto_find("Eigen 3.3 or newer" libeigen3-dev Eigen3::Eigen Eigen3 NO_MODULE)
if(Eigen3_VERSION AND Eigen3_VERSION VERSION_LESS 3.3)
  message(FATAL_ERROR "Eigen 3.3 or newer is needed, and ${Eigen3_DIR} is of Eigen ${Eigen3_VERSION}. Install a newer one, "
                      "or name the folder of its Eigen3Config.cmake: -DEigen3_DIR=...")
endif()
impasto_find("zlib" zlib1g-dev ZLIB::ZLIB ZLIB)
impasto_find("xtensor 0.24 or newer" libxtensor-dev xtensor xtensor 0.24)
impasto_find("Highway" libhwy-dev hwy::hwy hwy CONFIG)
impasto_find("nlohmann-json 3.9 or newer" nlohmann-json3-dev nlohmann_json::nlohmann_json nlohmann_json 3.9)
if(IMPASTO_PROGRAM)
  impasto_find("CLI11" libcli11-dev CLI11::CLI11 CLI11)
endif()
if(IMPASTO_TESTS)
  impasto_find("doctest" doctest-dev doctest::doctest doctest)
  # The tests write HDF5 with libhdf5; without it those cases are left out. CMake's own FindHDF5 wants C.
  find_path(IMPASTO_HDF5_INCLUDE hdf5.h PATH_SUFFIXES hdf5/serial)
  find_library(IMPASTO_HDF5_LIBRARY NAMES hdf5_serial hdf5)
  mark_as_advanced(IMPASTO_HDF5_INCLUDE IMPASTO_HDF5_LIBRARY)
endif()
if(IMPASTO_BENCH)
  impasto_find("Google Benchmark" libbenchmark-dev benchmark::benchmark benchmark)
endif()

# Optional libraries. Each is AUTO (used when it is there), ON (its absence is an error) or OFF.
#
# impasto_find_optional(<option> <default> <what it is for> <name> <Debian package> <target> <find_package arguments...>)
# Sets <option>_FOUND and adds to picture_libraries and to picture_definitions (IMPASTO_HAS_...).
set(picture_libraries "")
set(picture_definitions "")
macro(impasto_find_optional option default purpose name debian target)
  set(${option} ${default} CACHE STRING "${purpose} through ${name}: AUTO, ON or OFF")
  set_property(CACHE ${option} PROPERTY STRINGS AUTO ON OFF)
  set(${option}_FOUND OFF)
  if(${option} STREQUAL "AUTO")
    find_package(${ARGN} QUIET)
    if(NOT TARGET ${target})
      message(STATUS "${name} was not found (Debian: ${debian}): built without ${purpose}")
    endif()
  elseif(${option})
    impasto_find("${name}" ${debian} ${target} ${ARGN})
  endif()
  if(${option} AND TARGET ${target})
    set(${option}_FOUND ON)
    string(REPLACE IMPASTO_ IMPASTO_HAS_ definition ${option})
    list(APPEND picture_definitions ${definition})
    list(APPEND picture_libraries ${target})
  endif()
endmacro()

list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})  # FindLittleCMS, FindLibWebP, FindLibHeif, FindLibJxl
impasto_find_optional(IMPASTO_JPEG ON "JPEG" "libjpeg-turbo" libjpeg62-turbo-dev JPEG::JPEG JPEG)
impasto_find_optional(IMPASTO_PNG ON "PNG" "libpng" libpng-dev PNG::PNG PNG)
impasto_find_optional(IMPASTO_ICC AUTO "colour profiles" "LittleCMS" liblcms2-dev LittleCMS::LittleCMS LittleCMS)
# From 4.5 on a file can have error handlers of its own; those of the process are not ours.
impasto_find_optional(IMPASTO_TIFF AUTO "TIFF" "libtiff 4.5 or newer" libtiff-dev TIFF::TIFF TIFF 4.5)
impasto_find_optional(IMPASTO_WEBP AUTO "WebP" "libwebp" libwebp-dev LibWebP::LibWebP LibWebP)
# Off unless asked for: in work (third_party/README.md says what is wrong).
impasto_find_optional(IMPASTO_HEIF OFF "HEIC and AVIF" "libheif 1.15 or newer" libheif-dev LibHeif::LibHeif LibHeif 1.15)
impasto_find_optional(IMPASTO_JXL OFF "JPEG XL" "libjxl 0.7 or newer" libjxl-dev LibJxl::LibJxl LibJxl 0.7)
impasto_find_optional(IMPASTO_CHECKSUMS AUTO "checksums" "OpenSSL" libssl-dev OpenSSL::Crypto OpenSSL COMPONENTS Crypto)

# Where threads come from: src/base/thread_backend.h. The tests run with both where OpenMP is there.
set(IMPASTO_THREADS pool CACHE STRING "Threads of the library: pool (its own) or openmp")
set_property(CACHE IMPASTO_THREADS PROPERTY STRINGS pool openmp)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
set(openmp_package "GCC brings it along")
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  set(openmp_package "for clang, Debian: libomp-dev")
endif()
if(IMPASTO_THREADS STREQUAL "openmp")
  impasto_find("OpenMP" "${openmp_package}" OpenMP::OpenMP_CXX OpenMP COMPONENTS CXX)
elseif(NOT IMPASTO_THREADS STREQUAL "pool")
  message(FATAL_ERROR "IMPASTO_THREADS is '${IMPASTO_THREADS}', wanted pool or openmp")
else()
  find_package(OpenMP QUIET COMPONENTS CXX)
endif()
if(OpenMP_CXX_FOUND)
  message(STATUS "Threads: ${IMPASTO_THREADS}")
else()
  message(STATUS "Threads: ${IMPASTO_THREADS}. OpenMP was not found (${openmp_package}), which costs nothing but its tests")
endif()
