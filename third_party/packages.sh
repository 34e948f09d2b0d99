# What the libraries are called on each system. Sourced by install.sh, which gives $system and $tools; sets
#   run, test, bench   packages of the program, further ones of the tests and of the benchmarks
#   command            what installs them
#   note               what else one has to know, or nothing
# Only Debian's names are tried by the project's own builds; README.md says which of the others were looked up.

systems="debian ubuntu fedora rhel arch alpine opensuse homebrew macports freebsd vcpkg conda nix"
note=

case $system in
  debian | ubuntu)
    jpeg=libjpeg-dev
    if [ "$system" = debian ]; then jpeg=libjpeg62-turbo-dev; fi
    run="g++ make cmake curl libeigen3-dev $jpeg libpng-dev zlib1g-dev libssl-dev libtiff-dev libwebp-dev
         libheif-dev libjxl-dev liblcms2-dev libxtensor-dev libhwy-dev libcli11-dev nlohmann-json3-dev"
    test="doctest-dev libhdf5-dev"
    bench=libbenchmark-dev
    # What clang's sanitizers and fuzzer are linked with, and its OpenMP, without which it builds on one thread.
    case " $tools " in *" clang "*) tools="$tools libclang-rt-dev libomp-dev" ;; esac
    command="apt-get install" ;;
  fedora | rhel)
    run="gcc-c++ make cmake curl eigen3-devel libjpeg-turbo-devel libpng-devel zlib-devel openssl-devel
         libtiff-devel libwebp-devel libheif-devel libjxl-devel lcms2-devel xtensor-devel highway-devel cli11-devel
         json-devel"
    test="doctest-devel hdf5-devel"
    bench=google-benchmark-devel
    if [ "$system" = rhel ]; then
      note="Most of them are in EPEL, which needs CRB: dnf install epel-release && dnf config-manager --set-enabled crb"
    fi
    command="dnf install" ;;
  arch)
    run="gcc make cmake curl eigen libjpeg-turbo libpng zlib openssl libtiff libwebp libheif libjxl lcms2 xtensor
         highway cli11 nlohmann-json"
    test="doctest hdf5"
    bench=benchmark
    command="pacman -S" ;;
  alpine)
    run="g++ make cmake curl eigen-dev libjpeg-turbo-dev libpng-dev zlib-dev openssl-dev tiff-dev libwebp-dev
         libheif-dev libjxl-dev lcms2-dev xtensor highway-dev cli11-dev nlohmann-json"
    test="doctest-dev hdf5-dev"
    bench=benchmark-dev
    note="xtensor is in edge/testing only, on no release: add that repository for it."
    command="apk add" ;;
  opensuse)
    run="gcc-c++ make cmake curl eigen3-devel libjpeg8-devel libpng16-devel zlib-devel libopenssl-devel
         libtiff-devel libwebp-devel libheif-devel libjxl-devel liblcms2-devel xtensor-devel highway-devel
         cli11-devel nlohmann_json-devel"
    test="doctest-devel hdf5-devel"
    bench=benchmark-devel
    command="zypper install" ;;
  homebrew)
    run="cmake eigen jpeg-turbo libpng zlib openssl libtiff webp libheif jpeg-xl little-cms2 xtensor highway cli11
         nlohmann-json libomp"
    test="doctest hdf5"
    bench=google-benchmark
    command="brew install" ;;
  macports)
    run="cmake eigen3 libjpeg-turbo libpng zlib openssl tiff webp libheif libjxl lcms2 xtensor highway CLI11
         nlohmann-json libomp"
    test="doctest hdf5"
    bench=google-benchmark
    command="port install" ;;
  freebsd)
    run="gmake cmake curl eigen jpeg-turbo png tiff webp libheif libjxl lcms2 xtensor highway cli11 nlohmann-json"
    test="doctest hdf5"
    bench=benchmark
    note="clang, zlib and OpenSSL are there already; make is called gmake."
    command="pkg install" ;;
  vcpkg)
    run="eigen3 libjpeg-turbo libpng zlib openssl tiff libwebp libheif libjxl lcms xtensor highway cli11
         nlohmann-json"
    test="doctest hdf5"
    bench=benchmark
    note="Configure with -DCMAKE_TOOLCHAIN_FILE=.../vcpkg/scripts/buildsystems/vcpkg.cmake."
    command="vcpkg install" ;;
  conda)
    run="cxx-compiler make cmake curl eigen libjpeg-turbo libpng zlib openssl libtiff libwebp libheif libjxl lcms2
         xtensor libhwy cli11 nlohmann_json"
    test="doctest hdf5"
    bench=benchmark
    command="conda install -c conda-forge" ;;
  nix)
    run="gcc gnumake cmake curl eigen libjpeg libpng zlib openssl libtiff libwebp libheif libjxl lcms2 xtensor
         libhwy cli11 nlohmann_json"
    test="doctest hdf5"
    bench=gbenchmark
    command="nix-shell -p" ;;
  *)
    run="a C++20 compiler, make, CMake, curl, Eigen, libjpeg-turbo, libpng, zlib, OpenSSL, libtiff, libwebp,
         LittleCMS 2, xtensor, Highway, CLI11, nlohmann-json, libheif, libjxl"
    test=", doctest, HDF5"
    bench=", Google Benchmark"
    command="install by hand:" ;;
esac
