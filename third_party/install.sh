#!/bin/sh
# Makes sure that what Impasto is built from is installed. Says nothing when it is.
#
#   third_party/install.sh [--list] [tool...]
#
# On Debian and its kin it installs what is missing by apt-get (through sudo when you are not root). Elsewhere it
# changes nothing: it stops when there is no compiler or CMake, and names the packages to install; a library that is
# missing CMake finds out, and prints what --list does. --list only names the packages. `tool` is a further program,
# such as clang-format.
set -eu

list=no
tools=
for argument; do
  case $argument in
    --list) list=yes ;;
    -*) echo "install.sh: unknown option $argument; it takes --list and names of tools." >&2; exit 2 ;;
    *) tools="$tools $argument" ;;
  esac
done

system=unknown
like=
if [ -r /etc/os-release ]; then
  system=$(. /etc/os-release && echo "${ID:-unknown}")
  like=$(. /etc/os-release && echo "${ID_LIKE:-}")
elif [ "$(uname)" = Darwin ]; then
  system=macos
fi

# Only Debian's names are tried by the project's own builds; the others are a help, not a promise.
case " $system $like " in
  *" debian "*)
    jpeg=libjpeg-dev
    if [ "$system" = debian ]; then jpeg=libjpeg62-turbo-dev; fi
    runtime=  # what clang's sanitizers and fuzzer are linked with
    case " $tools " in *" clang "*) runtime=libclang-rt-dev ;; esac
    packages="g++ make cmake curl libeigen3-dev $jpeg libpng-dev zlib1g-dev libssl-dev libtiff-dev libwebp-dev liblcms2-dev libxtensor-dev
              libhwy-dev libcli11-dev
              nlohmann-json3-dev doctest-dev libhdf5-dev libbenchmark-dev $runtime"
    command="apt-get install" ;;
  *" fedora "*)
    packages="gcc-c++ make cmake curl eigen3-devel libjpeg-turbo-devel libpng-devel zlib-devel openssl-devel libtiff-devel libwebp-devel
              lcms2-devel xtensor-devel highway-devel cli11-devel
              json-devel doctest-devel hdf5-devel google-benchmark-devel"
    command="dnf install" ;;
  *" arch "*)
    packages="gcc make cmake curl eigen libjpeg-turbo libpng zlib openssl libtiff libwebp lcms2 xtensor highway cli11 nlohmann-json
              doctest hdf5 benchmark"
    command="pacman -S" ;;
  *" alpine "*)
    packages="g++ make cmake curl eigen-dev libjpeg-turbo-dev libpng-dev zlib-dev openssl-dev tiff-dev libwebp-dev lcms2-dev xtensor
              highway-dev cli11-dev nlohmann-json
              doctest-dev hdf5-dev benchmark-dev"
    command="apk add" ;;
  *suse*)
    packages="gcc-c++ make cmake curl eigen3-devel libjpeg8-devel libpng16-devel zlib-devel libopenssl-devel libtiff-devel libwebp-devel
              liblcms2-devel xtensor-devel highway-devel cli11-devel
              nlohmann_json-devel doctest-devel hdf5-devel benchmark-devel"
    command="zypper install" ;;
  *" macos "*)
    packages="cmake eigen jpeg-turbo libpng zlib openssl libtiff webp little-cms2 xtensor highway cli11 nlohmann-json doctest hdf5
              google-benchmark libomp"
    command="brew install" ;;
  *)
    packages="a C++20 compiler, make, CMake, curl, Eigen, libjpeg-turbo, libpng, zlib, OpenSSL, libtiff, libwebp, LittleCMS 2, xtensor,
              Highway, CLI11, nlohmann-json,
              doctest, HDF5, Google Benchmark"
    command="install by hand:" ;;
esac
packages=$(echo $packages)  # one line

if [ $list = yes ]; then
  echo "$command $packages$tools"
  exit 0
fi

# Programs are looked for by what they do, so that a compiler or a CMake of your own counts.
has() { command -v "$1" >/dev/null 2>&1; }
has_compiler() { has c++ || { [ -n "${CXX:-}" ] && has "${CXX%% *}"; }; }

absent=
has_compiler || absent=" C++ compiler"
for tool in make cmake $tools; do has "$tool" || absent="$absent $tool"; done

if ! has apt-get || ! has dpkg-query; then
  if [ -z "$absent" ]; then exit 0; fi
  echo "install.sh: not found:$absent. To install all that Impasto needs: $command $packages$tools" >&2
  exit 1
fi

installed=" $(dpkg-query --show --showformat '${db:Status-Status}:${Package} ' $packages $tools 2>/dev/null || :)"
missing=
for package in $packages $tools; do
  case $package in
    g++) has_compiler && continue ;;
    make | cmake | curl | clang | clang-* | doxygen) has "$package" && continue ;;
    *) case "$installed" in *" installed:$package "*) continue ;; esac ;;
  esac
  missing="$missing $package"
done
if [ -z "$missing" ]; then exit 0; fi

echo "Impasto is built from these packages, which this system lacks:$missing"
as_root=
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    # Libraries may lie where dpkg does not know them: only missing programs are the end.
    echo "install.sh: this needs root, and there is no sudo. As root: $command$missing" >&2
    [ -z "$absent" ]
    exit
  fi
  as_root=sudo
fi
apt="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0"
# A failed update (one dead mirror among several) need not make the installation fail.
$apt update || echo "install.sh: the package lists could not be refreshed; trying with those there are." >&2
if ! $apt install --no-install-recommends $missing >&2; then
  echo "install.sh: apt-get could not install:$missing (see above). Install them by hand, then start again." >&2
  exit 1
fi
