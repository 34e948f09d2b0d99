#!/bin/sh
# Runs every program of examples/ on small pictures. Usage: examples_test.sh SOURCE_DIR FOLDER_OF_PROGRAMS
set -eu
source=$1 programs=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

ran=0
run() {  # run NAME PICTURE ARGUMENTS...: the example must succeed, print something unless it is `minimal`, and paint
  name=$1 picture=$2
  shift 2
  "$programs/$name" "$@" $picture >"$name.txt" 2>&1 || { cat "$name.txt"; echo "the example $name failed"; exit 1; }
  [ $name = minimal ] || [ -s "$name.txt" ] || { echo "the example $name said nothing"; exit 1; }
  [ -z "$picture" ] || [ -s "$picture" ] || { echo "the example $name left no $picture"; exit 1; }
  ran=$((ran + 1))
  sed "s/^/$name: /" "$name.txt" | tail -2
}
run minimal minimal.jpg "$source/data/content.jpg" "$source/data/style.jpg"
run in_c in_c.png "$source/data/content.jpg" "$source/data/style.jpg"
run stepping stepping.png "$source/data/content.jpg" "$source/data/style.jpg"
run style_term texture.png "$source/data/style.jpg"
run own_network ''

# Bad arguments are told, not crashed on.
if "$programs/minimal" 2>message || ! grep -q usage message; then echo "minimal without pictures did not say how to use it"; exit 1; fi
there=$(find "$source/examples" -maxdepth 1 -name '*.c' -o -maxdepth 1 -name '*.cpp' | wc -l)
[ "$there" -eq $ran ] || { echo "examples/ has $there programs, and $ran of them were run"; exit 1; }
echo "$ran examples run."
