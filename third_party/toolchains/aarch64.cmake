# 64-bit Arm: Debian's g++-aarch64-linux-gnu, and qemu-user-static to run what it makes.
set(triple aarch64-linux-gnu)
set(build build-aarch64)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
include(${CMAKE_CURRENT_LIST_DIR}/sysroot.cmake)
find_program(IMPASTO_QEMU NAMES qemu-aarch64-static qemu-aarch64)
if(IMPASTO_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${IMPASTO_QEMU} -L ${CMAKE_SYSROOT})
endif()
