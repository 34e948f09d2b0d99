#!/bin/sh
# What is in the binaries: the shared library shows Impasto's own names only, and no instruction beyond the baseline
# stands outside the kernels that are chosen at run time. Usage: symbols_test.sh SHARED STATIC PROGRAM SOURCE_DIR FLAGS
set -eu
shared=$1 static=$2 program=$3 source=$4 flags=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for tool in nm objdump; do
  command -v $tool >/dev/null || { echo "skipped: there is no $tool"; exit 77; }
done

# The version of the symbols is a name of ours too.
nm -D --defined-only "$shared" | awk '{ print $3 }' | sed 's/@.*//' >"$work/names"
grep -vE '^(impasto_[a-z0-9_]+|IMPASTO_[0-9.]+|_Z(N|NK|TIN|TSN|TVN)7impasto.*)$' "$work/names" >"$work/foreign" || :
if [ -s "$work/foreign" ]; then
  echo "the shared library shows names that are not Impasto's:"
  c++filt <"$work/foreign" | head -20
  exit 1
fi
for name in impasto_stylizer_new _ZN7impasto4v0_17stylise; do
  grep -q "^$name" "$work/names" || { echo "the shared library does not show $name"; exit 1; }
done
count=$(wc -l <"$work/names")

case $flags in *-march* | *-fsanitize*) echo "$count names; instructions skipped: built with $flags"; exit 0 ;; esac
case $(uname -m) in
  x86_64) ;;
  *) echo "$count names; instructions skipped: not x86-64"; exit 0 ;;
esac
# VEX and EVEX instructions begin with v; Highway puts what it compiles for a target into a namespace N_<target>.
objdump -d --no-show-raw-insn "$static" | awk '
  /^[0-9a-f]+ </ { name = $2; total++ }
  $2 ~ /^v[a-z0-9]+$/ && $2 !~ /^ver/ {
    if (name ~ /N_AVX/) { inside++ } else { outside[name]++ }
  }
  END {
    for (name in outside) { printf "%d AVX instructions in %s\n", outside[name], name; bad = 1 }
    printf "%d functions, %d AVX instructions, all in kernels chosen at run time\n", total, inside >"/dev/stderr"
    exit bad || total < 500 || inside < 1000
  }' | c++filt >"$work/outside" || :
if [ -s "$work/outside" ]; then
  cat "$work/outside"
  exit 1
fi

if command -v qemu-x86_64 >/dev/null; then
  # qemu64 knows SSE3 and nothing newer.
  qemu-x86_64 -cpu qemu64 "$program" stylise "$source/data/content.jpg" "$source/data/style.jpg" -o "$work/painting.png" \
    --weights builtin --size 32 --style-size 32 --iterations 1 --threads 1 >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  [ -s "$work/painting.png" ] || { echo "nothing was painted on an emulated baseline machine"; exit 1; }
  echo "$count names; painted on an emulated baseline machine"
else
  echo "$count names; emulated machine skipped: there is no qemu-x86_64"
fi
