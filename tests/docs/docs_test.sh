#!/bin/sh
# Runs every command of README.md that calls the program, on small pictures, and the README's C++ example, which CMake has
# compiled. Usage: docs_test.sh SOURCE_DIR PROGRAM EXAMPLE
set -eu
source=$1 program=$2 example=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir build
ln -s "$program" build/impasto
ln -s "$source/data" data

if grep -n '@[A-Z]*@' "$source/README.md"; then
  echo "README.md has a place that was never filled in"
  exit 1
fi

# The lines between ```sh and ``` that call the program; small and short, so that the test is over in seconds.
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside && /^build\/impasto/' "$source/README.md" >commands
count=$(wc -l <commands)
[ "$count" -ge 3 ] || { echo "README.md has $count commands of the program, wanted at least 3"; exit 1; }
while read -r command; do
  case $command in
    *stylise*--size*) short="$(echo "$command" | sed 's/--size [0-9]*/--size 48/') --iterations 1" ;;
    *stylise*) short="$command --size 48 --iterations 1" ;;
    *) short=$command ;;
  esac
  echo "$short"
  IMPASTO_WEIGHTS=builtin sh -c "$short" </dev/null 2>&1
done <commands
for file in painting.jpg bold.png start.npy losses.csv; do
  [ -s "$file" ] || { echo "the README's commands left no $file"; exit 1; }
done

"$source/docs/make_gallery.sh" "$program" gallery "$source/data/content.jpg" "$source/data/style.jpg" --size 48 --iterations 1 >/dev/null 2>&1
[ "$(ls gallery | wc -l)" -eq 6 ] || { echo "docs/make_gallery.sh left no 6 pictures"; exit 1; }

rm -f painting.png
"$example"
[ -s painting.png ] || { echo "the README's C++ example left no painting.png"; exit 1; }

# Every file that a page links to is there.
for page in README.md docs/GALLERY.md docs/ARCHITECTURE.md docs/CLI.md docs/MATH.md docs/PERFORMANCE.md docs/EMBEDDING.md docs/LESSONS/README.md weights/FORMAT.md weights/train/README.md data/README.md \
  third_party/README.md tests/golden/README.md; do
  folder=$(dirname "$source/$page")
  grep -o '](\([^)#:]*\))' "$source/$page" | sed 's/](\(.*\))/\1/' | while read -r link; do
    [ -e "$folder/$link" ] || { echo "$page links to $link, which is not there"; exit 1; }
  done
done
echo "README.md holds what it promises: $count commands, one program, all links."
