#!/bin/sh
# The manual page and the program know the same options. Usage: man_test.sh SOURCE_DIR PROGRAM
set -eu
page=$1/docs/impasto.1 program=$2
known=$(mktemp)
trap 'rm -f "$known"' EXIT
sed 's/\\-/-/g' "$page" | grep -oE -- '--[a-z0-9-]+' | sort -u >"$known"
for command in stylise bench gradcheck inspect presets info 'weights fetch' 'weights import' 'weights info' 'weights normalise'; do
  "$program" $command --help | grep -oE -- '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'
done | sort -u >"$known.program"
trap 'rm -f "$known" "$known.program"' EXIT
count=$(wc -l <"$known.program")
[ "$count" -ge 40 ] || { echo "the program has $count options, wanted at least 40"; exit 1; }
missing=$(comm -13 "$known" "$known.program")
stale=$(comm -23 "$known" "$known.program" | grep -v -- '--version' || :)
[ -z "$missing" ] || { echo "docs/impasto.1 lacks:" $missing; exit 1; }
[ -z "$stale" ] || { echo "docs/impasto.1 tells of options that are not there:" $stale; exit 1; }
echo "docs/impasto.1 tells of all $count options."
