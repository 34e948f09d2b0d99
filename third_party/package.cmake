# Installs the library so that find_package(impasto) gives impasto::impasto.
#
# The public headers need the standard library only. What a consumer needs besides is what the linker asks for: nothing
# for a shared library; for a static one the compiled libraries below. Header-only libraries and our compiler options
# are wrapped in BUILD_INTERFACE where the library links them, and so stay at home.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/impasto)
set(package_dependencies "")
if(NOT BUILD_SHARED_LIBS)
  set(package_dependencies "find_dependency(JPEG)\nfind_dependency(PNG)\nfind_dependency(ZLIB)\nfind_dependency(hwy CONFIG)\n")
  if(IMPASTO_ICC_FOUND)
    string(APPEND package_dependencies "find_dependency(LittleCMS)\n")
  endif()
  if(IMPASTO_TIFF_FOUND)
    string(APPEND package_dependencies "find_dependency(TIFF)\n")
  endif()
  if(IMPASTO_WEBP_FOUND)
    string(APPEND package_dependencies "find_dependency(LibWebP)\n")
  endif()
  if(IMPASTO_CHECKSUMS_FOUND)
    string(APPEND package_dependencies "find_dependency(OpenSSL COMPONENTS Crypto)\n")
  endif()
  if(OpenMP_CXX_FOUND)
    string(APPEND package_dependencies "find_dependency(OpenMP COMPONENTS CXX)\n")
  endif()
endif()

# Before 1.0 a minor version may break the ABI, so it is part of the shared library's name.
set_target_properties(impasto_library PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
if(BUILD_SHARED_LIBS)
  # The installed program finds the library beside it, wherever the prefix is.
  file(RELATIVE_PATH lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
  set_target_properties(impasto PROPERTIES INSTALL_RPATH $ORIGIN/${lib_from_bin})
endif()

install(TARGETS impasto_library EXPORT impasto_targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT impasto_targets FILE impasto-targets.cmake NAMESPACE impasto:: DESTINATION ${package_dir})

configure_package_config_file(third_party/impasto-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/impasto-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/impasto-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/impasto-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/impasto-config-version.cmake
              third_party/FindLittleCMS.cmake third_party/FindLibWebP.cmake
        DESTINATION ${package_dir})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
