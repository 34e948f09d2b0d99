# LittleCMS 2, which ships no package for CMake: LittleCMS::LittleCMS, LittleCMS_VERSION.
find_path(LittleCMS_INCLUDE_DIR lcms2.h)
find_library(LittleCMS_LIBRARY NAMES lcms2)
mark_as_advanced(LittleCMS_INCLUDE_DIR LittleCMS_LIBRARY)
if(LittleCMS_INCLUDE_DIR)
  file(STRINGS ${LittleCMS_INCLUDE_DIR}/lcms2.h version_line REGEX "define LCMS_VERSION +[0-9]+")
  string(REGEX REPLACE ".*LCMS_VERSION +([0-9])([0-9][0-9])[0-9].*" "\\1.\\2" LittleCMS_VERSION "${version_line}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LittleCMS REQUIRED_VARS LittleCMS_LIBRARY LittleCMS_INCLUDE_DIR
                                  VERSION_VAR LittleCMS_VERSION)
if(LittleCMS_FOUND AND NOT TARGET LittleCMS::LittleCMS)
  add_library(LittleCMS::LittleCMS UNKNOWN IMPORTED)
  set_target_properties(LittleCMS::LittleCMS PROPERTIES
    IMPORTED_LOCATION ${LittleCMS_LIBRARY} INTERFACE_INCLUDE_DIRECTORIES ${LittleCMS_INCLUDE_DIR})
endif()
