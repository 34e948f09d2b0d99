#!/bin/sh
# Fills a folder with the libraries Impasto is built from, for another architecture of the same Debian.
#
#   third_party/sysroot.sh ARCHITECTURE FOLDER     e.g. arm64 build-aarch64/sysroot
#
# The packages are fetched from the system's own sources and unpacked, not installed: this needs no root, and nothing
# outside FOLDER changes. Says nothing when FOLDER is there already.
set -eu

architecture=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)
if [ -e "$folder/complete" ]; then exit 0; fi

for tool in apt-get dpkg-deb; do
  if ! command -v $tool >/dev/null 2>&1; then
    echo "sysroot.sh: there is no $tool: the libraries for $architecture are taken from Debian's packages." >&2
    exit 1
  fi
done

# An apt of its own, which believes that nothing is installed.
apt_folder=$folder/apt
mkdir -p "$apt_folder/lists/partial" "$apt_folder/archives/partial"
: >"$apt_folder/status"
own_apt() {
  apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" -o APT::Sandbox::User= \
    -o Dir::State::Lists="$apt_folder/lists" -o Dir::State::Status="$apt_folder/status" -o Dir::Cache="$apt_folder" \
    -o Debug::NoLocking=true "$@"
}

echo "Fetching the libraries for $architecture into $2 (about 100 MB)"
own_apt update || echo "sysroot.sh: some of the package lists could not be refreshed; trying with the others." >&2
# Without HEIC, AVIF and JPEG XL, whose codecs double the download and take minutes under an emulator.
libraries=$("$(dirname "$0")/install.sh" --list | tr ' ' '\n' | grep -e '-dev$' | grep -v -e heif -e jxl)
own_apt install --download-only --no-install-recommends libc6-dev libstdc++6 libgomp1 $libraries >/dev/null
for package in "$apt_folder"/archives/*.deb; do dpkg-deb --extract "$package" "$folder"; done

# What is not a library or a header, an emulator would take for the system's own.
rm -rf "$apt_folder" "$folder/etc" "$folder/var" "$folder/bin" "$folder/sbin" "$folder/usr/bin" "$folder/usr/sbin" \
  "$folder/usr/share/doc" "$folder/usr/share/man" "$folder/usr/share/locale"
# Links that began at the root begin here, and a system whose /lib is /usr/lib has it so here.
find "$folder" -type l -lname '/*' | while read -r link; do ln -sfn "$folder$(readlink "$link")" "$link"; done
if [ ! -e "$folder/lib" ]; then ln -s usr/lib "$folder/lib"; fi
touch "$folder/complete"
