# libjxl, which ships no package for CMake: LibJxl::LibJxl.
find_path(LibJxl_INCLUDE_DIR jxl/decode.h)
find_library(LibJxl_LIBRARY NAMES jxl)
mark_as_advanced(LibJxl_INCLUDE_DIR LibJxl_LIBRARY)
if(LibJxl_INCLUDE_DIR AND EXISTS ${LibJxl_INCLUDE_DIR}/jxl/version.h)
  file(STRINGS ${LibJxl_INCLUDE_DIR}/jxl/version.h lines REGEX "define JPEGXL_(MAJOR|MINOR|PATCH)_VERSION")
  string(REGEX REPLACE "[^;]*_VERSION ([0-9]+)[^;]*" "\\1" LibJxl_VERSION "${lines}")
  string(REPLACE ";" "." LibJxl_VERSION "${LibJxl_VERSION}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibJxl REQUIRED_VARS LibJxl_LIBRARY LibJxl_INCLUDE_DIR VERSION_VAR LibJxl_VERSION)
if(LibJxl_FOUND AND NOT TARGET LibJxl::LibJxl)
  add_library(LibJxl::LibJxl UNKNOWN IMPORTED)
  set_target_properties(LibJxl::LibJxl PROPERTIES
    IMPORTED_LOCATION ${LibJxl_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${LibJxl_INCLUDE_DIR})
endif()
