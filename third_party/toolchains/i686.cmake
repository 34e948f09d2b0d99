# 32-bit x86: Debian's g++-i686-linux-gnu. What it makes runs on a 64-bit kernel as it is, with the sysroot's loader.
set(triple i686-linux-gnu)
set(build build-32)
set(CMAKE_SYSTEM_PROCESSOR i686)
include(${CMAKE_CURRENT_LIST_DIR}/sysroot.cmake)
set(libraries ${CMAKE_SYSROOT}/lib/i386-linux-gnu:${CMAKE_SYSROOT}/usr/lib/i386-linux-gnu)
# The older tag also holds for the libraries that libraries need.
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-Wl,--dynamic-linker=${CMAKE_SYSROOT}/lib/ld-linux.so.2 -Wl,--disable-new-dtags -Wl,-rpath,${libraries}")
