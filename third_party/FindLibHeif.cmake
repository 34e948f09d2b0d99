# libheif, whose own package for CMake some systems leave out: LibHeif::LibHeif.
find_path(LibHeif_INCLUDE_DIR libheif/heif.h)
find_library(LibHeif_LIBRARY NAMES heif)
mark_as_advanced(LibHeif_INCLUDE_DIR LibHeif_LIBRARY)
if(LibHeif_INCLUDE_DIR AND EXISTS ${LibHeif_INCLUDE_DIR}/libheif/heif_version.h)
  file(STRINGS ${LibHeif_INCLUDE_DIR}/libheif/heif_version.h line REGEX "define LIBHEIF_VERSION ")
  string(REGEX MATCH "[0-9.]+" LibHeif_VERSION "${line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibHeif REQUIRED_VARS LibHeif_LIBRARY LibHeif_INCLUDE_DIR VERSION_VAR LibHeif_VERSION)
if(LibHeif_FOUND AND NOT TARGET LibHeif::LibHeif)
  add_library(LibHeif::LibHeif UNKNOWN IMPORTED)
  set_target_properties(LibHeif::LibHeif PROPERTIES
    IMPORTED_LOCATION ${LibHeif_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${LibHeif_INCLUDE_DIR})
endif()
