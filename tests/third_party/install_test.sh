#!/bin/sh
# third_party/install.sh on systems that are made up: what it installs, asks for and prints, and how it ends.
# Usage: install_test.sh <root of the repository>
set -eu
script=$1/third_party/install.sh

here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
log=$here/log
bin=$here/bin
failures=0

# Programs that are there: what the script itself needs, and what each test adds.
new_machine() {  # ID and ID_LIKE of /etc/os-release
  rm -rf "$bin" "$log"
  mkdir "$bin"
  touch "$log"
  for program in sh sed dirname cat env; do ln -s "$(command -v $program)" "$bin/$program"; done
  printf 'ID=%s\nID_LIKE="%s"\n' "$1" "${2:-}" >"$here/os-release"
  program id 'echo 1000'
  program uname 'echo Linux'
}

program() {  # name and what it does, in sh
  printf '#!/bin/sh\n%s\n' "$2" >"$bin/$1"
  chmod +x "$bin/$1"
}

tools() { for tool in c++ make cmake curl; do program $tool :; done; }

# A Debian with apt-get that notes what it is asked for, and dpkg-query that knows all packages but those given.
debian() {
  new_machine debian
  program apt-get "echo \"apt-get \$*\" >>'$log'"
  program dpkg-query "for word; do case ' $* ' in *\" \$word \"*) ;; *) printf 'installed:%s ' \$word ;; esac; done"
}

# sudo that notes each call; the rest is what it does.
sudo_that() { program sudo "echo \"sudo \$*\" >>'$log'; $1"; }
refuses='echo "sudo: a password is required" >&2; exit 1'
obeys='while [ "$1" = -n ]; do shift; done; exec "$@"'

run() {  # arguments of install.sh
  code=0
  PATH=$bin IMPASTO_OS_RELEASE=$here/os-release CXX= sh "$script" "$@" >"$here/said" 2>&1 </dev/null || code=$?
}

expect() {  # title, code, then words that must be said
  title=$1
  [ $code = "$2" ] || complain "ended with $code, wanted $2"
  shift 2
  for words; do grep -qF -- "$words" "$here/said" || complain "did not say: $words"; done
}

complain() {
  failures=$((failures + 1))
  echo "install_test.sh: $title: $1" >&2
  sed 's/^/  said: /' "$here/said" >&2
}

silent() { [ ! -s "$here/said" ] || complain "said something"; }
logged() { [ "$(grep -c "$1" "$log")" = "$2" ] || complain "$1: wanted $2 calls, and there were: $(cat "$log")"; }
untold() { if grep -qF -- "$1" "$here/said"; then complain "said: $1"; fi; }

debian; tools; run
expect "all is there" 0
silent

debian doctest-dev libhdf5-dev libbenchmark-dev; tools; run run
expect "the program needs nothing of tests and benchmarks" 0
silent
run test
expect "the tests want theirs" 0 "As root: apt-get install doctest-dev libhdf5-dev"
untold libbenchmark-dev
run bench
expect "the benchmarks want theirs" 0 "As root: apt-get install libbenchmark-dev"
run clang-format
expect "a tool alone asks for no library" 1 "As root: apt-get install clang-format"

debian g++ libpng-dev; run
expect "no sudo, and no compiler" 1 "there is no sudo" "As root: apt-get install g++ make cmake curl libpng-dev"
debian libpng-dev; tools; run
expect "no sudo, and a library that dpkg does not know" 0 "there is no sudo" "As root: apt-get install libpng-dev"

debian g++ libpng-dev; sudo_that "$refuses"; run
expect "a sudo that refuses is as none" 1 "sudo refused" "As root: apt-get install g++ make cmake curl libpng-dev"
logged '^sudo -n ' 1
logged '^apt-get' 0
debian libbenchmark-dev; tools; sudo_that "$refuses"; run
expect "a sudo that refuses, and all programs are there" 0 "sudo refused" "As root: apt-get install libbenchmark-dev"
logged '^sudo' 1

debian libpng-dev; tools; sudo_that "$obeys"; run run
expect "a sudo that obeys" 0 "which this system lacks: libpng-dev"
logged '^sudo' 1
logged '^apt-get.* update' 1
logged '^apt-get.* install --no-install-recommends libpng-dev$' 1

debian libpng-dev; tools; program id 'echo 0'; run run
expect "root" 0
logged '^apt-get.* install --no-install-recommends libpng-dev$' 1
program apt-get 'exit 100'; run run
expect "root, and apt-get fails" 0 "the package lists could not be refreshed" "apt-get could not install them"
rm "$bin/cmake"; run run
expect "root, apt-get fails, and there is no CMake" 1 "As root: apt-get install cmake libpng-dev"

new_machine fedora; tools; run
expect "another system with all programs" 0
silent
rm "$bin/cmake"; run
expect "another system without CMake" 1 "not found: cmake" "dnf install gcc-c++ make cmake"

# --list: the names of this system, told by os-release or uname.
listed() { expect "--list on $1" 0 "$2"; }
while read -r id like command; do
  new_machine "$id" "$(echo "$like" | tr , ' ')"
  run --list
  listed "$id" "$command"
done <<'SYSTEMS'
debian - apt-get install g++ make cmake curl libeigen3-dev libjpeg62-turbo-dev
ubuntu debian apt-get install g++ make cmake curl libeigen3-dev libjpeg-dev
linuxmint ubuntu,debian apt-get install g++ make cmake curl libeigen3-dev libjpeg-dev
fedora - dnf install gcc-c++
rocky rhel,centos,fedora dnf config-manager --set-enabled crb
rhel fedora needs CRB
manjaro arch pacman -S gcc make cmake curl eigen libjpeg-turbo
alpine - xtensor is in edge/testing only
opensuse-leap suse,opensuse zypper install gcc-c++
nixos - nix-shell -p gcc
freebsd - pkg install gmake
void - install by hand: a C++20 compiler
SYSTEMS
rm "$here/os-release"
for name in FreeBSD Darwin; do
  program uname "echo $name"
  run --list
  case $name in FreeBSD) listed $name "pkg install" ;; Darwin) listed $name "brew install" ;; esac
done
program port :
run --list
listed "Darwin with MacPorts" "port install"
program brew :
run --list
listed "Darwin with both" "brew install"

for system in debian ubuntu fedora rhel arch alpine opensuse homebrew macports freebsd vcpkg conda nix; do
  run --list $system run
  expect "--list $system" 0 xtensor
  untold doctest
  run --list $system
  expect "--list $system" 0 doctest
done
run --list debian test clang
expect "clang's OpenMP comes with it" 0 "doctest-dev libhdf5-dev clang libclang-rt-dev libomp-dev"
run --nonsense
expect "an unknown option" 2 "unknown option --nonsense"

[ $failures = 0 ] || exit 1
echo "third_party/install.sh: every case ended as it should."
