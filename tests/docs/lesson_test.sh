#!/bin/sh
# A lesson's page tells the truth: its ```output block is what the program prints, and every line of its ```cpp blocks stands
# in the program. Usage: lesson_test.sh PAGE SOURCE PROGRAM
set -eu
page=$1 source=$2 program=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk '/^```output$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page" >"$work/told"
[ -s "$work/told" ] || { echo "$page shows no output"; exit 1; }
"$program" >"$work/printed"
diff "$work/told" "$work/printed" || { echo "$page (<) shows other output than the program (>) prints"; exit 1; }

sed 's/^ *//' "$source" >"$work/source"
awk '/^```cpp$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$page" | sed 's/^ *//' | while read -r line; do
  [ -z "$line" ] || grep -qxF -- "$line" "$work/source" || { echo "$page quotes '$line', which is not in the program"; exit 1; }
done
for link in $(grep -o '](\([^)#:]*\))' "$page" | sed 's/](\(.*\))/\1/'); do
  [ -e "$(dirname "$page")/$link" ] || { echo "$page links to $link, which is not there"; exit 1; }
done
lines=$(wc -l <"$source")
[ "$lines" -le 150 ] || { echo "$source has $lines lines, wanted at most 150"; exit 1; }
echo "$page shows what the program prints."
