# Installs program, libraries, headers, manual, and what finds them: find_package(impasto) and pkg-config.
#
# The public headers need the standard library only. What a consumer needs besides is what the linker asks for: nothing
# for the shared library; for the static one the compiled libraries below.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/impasto)

# static_needs(<condition> <pkg-config module or -lflag> <arguments of find_dependency>)
set(static_dependencies "")
set(static_modules "")
set(static_flags "-lstdc++ -lm")
macro(static_needs condition module)
  if(${condition})
    string(APPEND static_dependencies "  find_dependency(${ARGN})\n")
    if("${module}" MATCHES "^-")
      string(PREPEND static_flags "${module} ")
    else()
      string(APPEND static_modules " ${module}")
    endif()
  endif()
endmacro()
static_needs(IMPASTO_JPEG_FOUND libjpeg JPEG)
static_needs(IMPASTO_PNG_FOUND libpng PNG)
static_needs(ZLIB_FOUND zlib ZLIB)
static_needs(hwy_FOUND libhwy hwy CONFIG)
static_needs(IMPASTO_ICC_FOUND lcms2 LittleCMS)
static_needs(IMPASTO_TIFF_FOUND libtiff-4 TIFF)
static_needs(IMPASTO_WEBP_FOUND "libwebp libwebpdemux libwebpmux" LibWebP)
# Not as a module: Debian 12's asks for libnuma through x265's, which no package of theirs brings along.
static_needs(IMPASTO_HEIF_FOUND -lheif LibHeif)
static_needs(IMPASTO_JXL_FOUND libjxl LibJxl)
static_needs(IMPASTO_CHECKSUMS_FOUND libcrypto "OpenSSL COMPONENTS Crypto")
static_needs(Threads_FOUND "-pthread" Threads)
if(IMPASTO_THREADS STREQUAL "openmp")
  static_needs(OpenMP_CXX_FOUND "${OpenMP_CXX_FLAGS}" "OpenMP COMPONENTS CXX")
endif()

foreach(kind static shared)
  set(target impasto_library)
  if(kind STREQUAL shared)
    set(target impasto_shared)
  endif()
  install(TARGETS ${target} EXPORT impasto_${kind}
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(EXPORT impasto_${kind} FILE impasto-${kind}.cmake NAMESPACE impasto:: DESTINATION ${package_dir})
endforeach()

configure_package_config_file(third_party/impasto-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/impasto-config.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/impasto-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/impasto-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/impasto-config-version.cmake
              third_party/FindLittleCMS.cmake third_party/FindLibWebP.cmake
              third_party/FindLibHeif.cmake third_party/FindLibJxl.cmake
        DESTINATION ${package_dir})

# The prefix is counted from the file's own place, so that an installed tree may be moved (and --prefix changed).
file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(third_party/impasto.pc.in ${CMAKE_CURRENT_BINARY_DIR}/impasto.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/impasto.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

if(IMPASTO_PROGRAM)
  install(TARGETS impasto RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(FILES docs/impasto.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
install(DIRECTORY include/impasto DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
