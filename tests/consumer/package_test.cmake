# Install, configure, build, run: each step must succeed. The folder starts empty, so nothing stale can help.
# WAY: static or shared (find_package, C++ and C), pkgconfig, or source (add_subdirectory and FetchContent).
file(REMOVE_RECURSE ${WORK_DIR})
function(step)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(prefix ${WORK_DIR}/prefix)
# The sanitizers' flags travel along: their runtime must be in the program that links an instrumented library.
set(compilers -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_CXX_FLAGS=${CXX_FLAGS}
    -D CMAKE_C_COMPILER=${CC} -D CMAKE_C_FLAGS=${CXX_FLAGS} -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF)
if(NOT WAY STREQUAL source)
  step(${CMAKE_COMMAND} --install ${BUILD_DIR} --config ${CONFIG} --prefix ${prefix})
endif()

if(WAY MATCHES "static|shared")
  step(${CMAKE_COMMAND} -S ${CONSUMER_DIR} -B ${WORK_DIR}/build ${compilers} -D CMAKE_PREFIX_PATH=${prefix}
       -D KIND=${WAY})
  step(${CMAKE_COMMAND} --build ${WORK_DIR}/build)
  step(${WORK_DIR}/build/consumer)
  step(${WORK_DIR}/build/c_consumer)
  step(${prefix}/bin/impasto --help)
  if(NOT EXISTS ${prefix}/share/man/man1/impasto.1)
    message(FATAL_ERROR "the manual was not installed")
  endif()
elseif(WAY STREQUAL pkgconfig)
  find_program(pkg_config pkg-config)
  if(NOT pkg_config)
    message("skipped: there is no pkg-config")
    return()
  endif()
  file(GLOB_RECURSE pc ${prefix}/*impasto.pc)
  get_filename_component(pc_dir ${pc} DIRECTORY)
  get_filename_component(lib_dir ${pc_dir} DIRECTORY)
  set(ENV{PKG_CONFIG_PATH} ${pc_dir})
  separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS}")
  foreach(kind shared static)
    set(options --cflags --libs)
    if(kind STREQUAL static)
      list(APPEND options --static)
      file(GLOB shared_libraries ${lib_dir}/libimpasto.so*)
      file(REMOVE ${shared_libraries})  # or the linker would take it
    endif()
    execute_process(COMMAND ${pkg_config} ${options} impasto OUTPUT_VARIABLE found COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(found UNIX_COMMAND "${found}")
    step(${CXX} -std=c++20 ${flags} ${CONSUMER_DIR}/main.cpp -o ${WORK_DIR}/${kind} ${found} -Wl,-rpath,${lib_dir})
    step(${WORK_DIR}/${kind})
  endforeach()
else()
  foreach(way subdirectory fetch)
    step(${CMAKE_COMMAND} -S ${CONSUMER_DIR}/from_source -B ${WORK_DIR}/${way} ${compilers} -D WAY=${way}
         -D IMPASTO_SOURCE=${SOURCE_DIR})
  endforeach()
  step(${CMAKE_COMMAND} --build ${WORK_DIR}/fetch --target headers)
  # The smallest build: the formats of pictures are what is compiled in another way, so those are compiled.
  step(${CMAKE_COMMAND} -S ${SOURCE_DIR} -B ${WORK_DIR}/smallest ${compilers} -D CMAKE_BUILD_TYPE=Debug -D IMPASTO_BATCHES=OFF
       -D IMPASTO_TESTS=OFF -D IMPASTO_PROGRAM=OFF -D IMPASTO_JPEG=OFF -D IMPASTO_PNG=OFF -D IMPASTO_TIFF=OFF
       -D IMPASTO_WEBP=OFF -D IMPASTO_HEIF=OFF -D IMPASTO_JXL=OFF -D IMPASTO_ICC=OFF -D IMPASTO_CHECKSUMS=OFF)
  if(GENERATOR STREQUAL "Unix Makefiles")
    foreach(source image/codec image/png_decode)
      step(${CMAKE_COMMAND} --build ${WORK_DIR}/smallest --target src/${source}.o)
    endforeach()
  endif()
endif()
