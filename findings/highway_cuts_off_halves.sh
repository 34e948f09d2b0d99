#!/bin/sh
# Highway's DemoteTo from float to float16_t rounds to nearest where the processor has an instruction for it (F16C, AVX-512,
# Arm), and cuts off towards zero where it has none (SSSE3, SSE4): the same program gives other halves on each. Highway
# promises the same results on every target for most operations, and both the instruction and IEEE 754's default round to
# nearest; a good guess was that its substitute for the instruction does, too.
#
# Seen with Highway 1.0.3 (Debian 12's libhwy-dev), g++ 12, x86-64:
#   SSSE3    1.00024 -> 3c00   1.00073 -> 3c00   3.00342 -> 4201
#   SSE4     1.00024 -> 3c00   1.00073 -> 3c00   3.00342 -> 4201
#   AVX2     1.00024 -> 3c00   1.00073 -> 3c01   3.00342 -> 4202
# Halves of 1 to 2 are 2^-10 apart, of 2 to 4 2^-9: 1.00073 is 0.75 and 3.00342 1.75 of them above 1 and 3.
#
# Why it matters: numbers that are kept as halves to save memory are off by up to a whole unit in the last place instead of
# half of one, and all in the same direction. A mean over a map does not average that away: a squared error against maps kept
# so was wrong by 1e-3 on old processors, where rounding to nearest keeps it within 1e-4, and tests on a newer machine saw nothing.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q libhwy-dev=1.0.3-3+deb12u1 >/dev/null
dpkg-deb -x libhwy-dev_*.deb highway

cat >halves.cpp <<'CPP'
#include <cstdint>
#include <cstdio>

#include <hwy/highway.h>
namespace hn = hwy::HWY_NAMESPACE;

int main() {
  const hn::CappedTag<float, 4> floats;
  const hn::Rebind<hwy::float16_t, decltype(floats)> halves;
  const hn::Rebind<std::uint16_t, decltype(floats)> words;
  for (const float value : {1 + 0.25f / 1024, 1 + 0.75f / 1024, 3 + 1.75f / 512}) {
    std::uint16_t bits[8] = {};
    hn::StoreU(hn::BitCast(words, hn::DemoteTo(halves, hn::Set(floats, value))), words, bits);
    std::printf(" %04x", bits[0]);
  }
}
CPP

check() {
  name=$1 wanted=$2
  shift 2
  g++ -std=c++17 -O1 -isystem highway/usr/include "$@" halves.cpp -o halves
  found=$(./halves)
  echo "$name $found"
  [ "$found" = "$wanted" ]
}
check SSSE3 " 3c00 3c00 4201" -mssse3
check SSE4 " 3c00 3c00 4201" -msse4.2 -mpclmul -maes
check AVX2 " 3c00 3c01 4202" -mavx2 -mfma -mf16c -mbmi -mbmi2 -maes -mpclmul
