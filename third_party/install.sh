#!/bin/sh
# Makes sure that what Impasto is built from is installed. Says nothing when it is.
#
#   third_party/install.sh [run | test | bench] [tool...]
#   third_party/install.sh --list [SYSTEM] [run | test | bench] [tool...]
#
# `run`: what the program needs; `test`: what the tests need besides, too; `bench`: the same of the benchmarks; `tool`: a
# further program, such as clang-format. Without any of them: run, test and bench.
#
# On Debian and its kin it installs what is missing by apt-get, through sudo when you are not root; sudo may ask for your
# password, once, where there is a terminal. Elsewhere it changes nothing: it stops when there is no compiler or CMake,
# and names the packages to install; a library that is missing CMake finds out, and prints what --list does. --list only
# names the packages, of this system or of SYSTEM (packages.sh).
set -eu

# The name that packages.sh knows this system by. IMPASTO_OS_RELEASE is a file to read in place of /etc/os-release.
this_system() {
  file=${IMPASTO_OS_RELEASE:-/etc/os-release}
  if [ -r "$file" ]; then
    kin=$(. "$file" && echo "${ID:-} ${ID_LIKE:-}")
  else
    kin=$(uname)
  fi
  case " $kin " in
    " debian "*) echo debian ;;
    *" debian "* | *" ubuntu "*) echo ubuntu ;;
    *" rhel "* | *" centos "*) echo rhel ;;
    *" fedora "*) echo fedora ;;
    *" arch "*) echo arch ;;
    *" alpine "*) echo alpine ;;
    *suse*) echo opensuse ;;
    *" nixos "*) echo nix ;;
    *" freebsd "* | *" FreeBSD "*) echo freebsd ;;
    *" Darwin "*) if has port && ! has brew; then echo macports; else echo homebrew; fi ;;
    *) echo unknown ;;
  esac
}

# Programs are looked for by what they do, so that a compiler or a CMake of your own counts.
has() { command -v "$1" >/dev/null 2>&1; }
has_compiler() { has c++ || { [ -n "${CXX:-}" ] && has "${CXX%% *}"; }; }

here=$(dirname "$0")
list=no
groups=
tools=
system=$(this_system)
systems=$(sed -n 's/^systems="\(.*\)"$/\1/p' "$here/packages.sh")
for argument; do
  case $argument in
    --list) list=yes ;;
    run | test | bench) groups="$groups $argument" ;;
    -*)
      echo "install.sh: unknown option $argument; it takes --list, run, test, bench and names of tools." >&2
      exit 2 ;;
    *)
      case "$list $systems " in
        yes*" $argument "*) system=$argument ;;
        *) tools="$tools $argument" ;;
      esac ;;
  esac
done
. "$here/packages.sh"

if [ -z "$groups$tools" ]; then groups=" run test bench"; fi
packages=
case $groups in ?*) packages=$run ;; esac
case $groups in *test*) packages="$packages $test" ;; esac
case $groups in *bench*) packages="$packages $bench" ;; esac
packages=$(echo $packages $tools | sed 's/ ,/,/g')  # one line

if [ $list = yes ]; then
  echo "$command $packages"
  if [ -n "$note" ]; then echo "$note"; fi
  exit 0
fi

absent=
if [ -n "$groups" ]; then
  has_compiler || absent=" C++ compiler"
  for tool in make cmake; do has "$tool" || absent="$absent $tool"; done
fi
for tool in $tools; do
  case $tool in
    lib* | doxygen-awesome-css) ;;  # no programs
    *) has "$tool" || absent="$absent $tool" ;;
  esac
done

if ! has apt-get || ! has dpkg-query; then
  if [ -z "$absent" ]; then exit 0; fi
  echo "install.sh: not found:$absent. To install all that Impasto needs: $command $packages" >&2
  if [ -n "$note" ]; then echo "$note" >&2; fi
  exit 1
fi

installed=" $(dpkg-query --show --showformat '${db:Status-Status}:${Package} ' $packages 2>/dev/null || :)"
missing=
for package in $packages; do
  case $package in
    g++) has_compiler && continue ;;
    make | cmake | curl | clang | clang-* | doxygen) has "$package" && continue ;;
    *) case "$installed" in *" installed:$package "*) continue ;; esac ;;
  esac
  missing="$missing $package"
done
if [ -z "$missing" ]; then exit 0; fi
echo "Impasto is built from these packages, which this system lacks:$missing"

# Libraries may lie where dpkg does not know them, and CMake says so if not: only missing programs are the end.
give_up() {
  echo "install.sh: $1 As root: $command$missing" >&2
  [ -z "$absent" ]
  exit
}

# A failed update (one dead mirror among several) need not make the installation fail.
apt_failed=9
apt='
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o Dpkg::Use-Pty=0 update ||
    echo "install.sh: the package lists could not be refreshed; trying with those there are." >&2
  apt-get -qq -o Dpkg::Use-Pty=0 install --no-install-recommends "$@" >&2 || exit '$apt_failed
# All of it in one call, so that sudo asks once at most: it may remember nothing.
as_root=
if [ "$(id -u)" -ne 0 ]; then
  has sudo || give_up "this needs root, and there is no sudo."
  as_root="sudo -n"
  if [ -t 0 ]; then as_root=sudo; fi
fi
status=0
$as_root sh -c "$apt" install.sh $missing || status=$?
case $status in
  0) ;;
  $apt_failed) give_up "apt-get could not install them (see above)." ;;
  *) give_up "this needs root, and sudo refused." ;;
esac
