# libwebp with its demuxer and muxer, for which some systems ship no package for CMake: LibWebP::LibWebP links all three.
find_path(LibWebP_INCLUDE_DIR webp/mux.h)
find_library(LibWebP_LIBRARY NAMES webp)
find_library(LibWebP_DEMUX_LIBRARY NAMES webpdemux)
find_library(LibWebP_MUX_LIBRARY NAMES webpmux libwebpmux)
find_library(LibWebP_SHARPYUV_LIBRARY NAMES sharpyuv)  # part of libwebp before 1.3
mark_as_advanced(LibWebP_INCLUDE_DIR LibWebP_LIBRARY LibWebP_DEMUX_LIBRARY LibWebP_MUX_LIBRARY LibWebP_SHARPYUV_LIBRARY)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibWebP REQUIRED_VARS LibWebP_LIBRARY LibWebP_DEMUX_LIBRARY LibWebP_MUX_LIBRARY
                                                        LibWebP_INCLUDE_DIR)
if(LibWebP_FOUND AND NOT TARGET LibWebP::LibWebP)
  set(libraries ${LibWebP_DEMUX_LIBRARY} ${LibWebP_LIBRARY})
  if(LibWebP_SHARPYUV_LIBRARY)
    list(APPEND libraries ${LibWebP_SHARPYUV_LIBRARY})
  endif()
  add_library(LibWebP::LibWebP UNKNOWN IMPORTED)
  set_target_properties(LibWebP::LibWebP PROPERTIES
    IMPORTED_LOCATION ${LibWebP_MUX_LIBRARY} INTERFACE_LINK_LIBRARIES "${libraries}"
    INTERFACE_INCLUDE_DIRECTORIES ${LibWebP_INCLUDE_DIR})
endif()
