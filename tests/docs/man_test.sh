#!/bin/sh
# The manual page and the program know the same commands and options, and docs/CLI.md the commands. Usage:
# man_test.sh SOURCE_DIR PROGRAM
set -eu
page=$1/docs/impasto.1 program=$2
# What a help lists between "Commands:" and the next heading.
commands_of() {
  "$program" "$@" --help | sed -n '/^Commands:/,/^[A-Z].*:$/s/^  \([a-z][a-z]*\) .*/\1/p'
}
commands=$(for command in $(commands_of); do
  actions=$(commands_of "$command")
  [ -z "$actions" ] || echo "$actions" | sed "s/^/$command:/"
  [ -n "$actions" ] || echo "$command"
done)
[ "$(echo "$commands" | wc -l)" -ge 10 ] || { echo "the program tells of few commands:" $commands; exit 1; }
for command in $commands; do
  words=$(echo "$command" | tr : ' ')
  grep -q "^\.B $words\$" "$page" || { echo "docs/impasto.1 lacks the command '$words'"; exit 1; }
  grep -qE "impasto $words|\`${words##* } [A-Z]" "$1/docs/CLI.md" || { echo "docs/CLI.md lacks the command '$words'"; exit 1; }
done
known=$(mktemp)
trap 'rm -f "$known"' EXIT
sed 's/\\-/-/g' "$page" | grep -oE -- '--[a-z0-9-]+' | sort -u >"$known"
for command in $commands; do
  "$program" $(echo "$command" | tr : ' ') --help | grep -oE -- '^  (-[a-z], )?--[a-z0-9-]+' | grep -oE -- '--[a-z0-9-]+'
done | sort -u >"$known.program"
trap 'rm -f "$known" "$known.program"' EXIT
count=$(wc -l <"$known.program")
[ "$count" -ge 40 ] || { echo "the program has $count options, wanted at least 40"; exit 1; }
missing=$(comm -13 "$known" "$known.program")
stale=$(comm -23 "$known" "$known.program" | grep -v -- '--version' || :)
[ -z "$missing" ] || { echo "docs/impasto.1 lacks:" $missing; exit 1; }
[ -z "$stale" ] || { echo "docs/impasto.1 tells of options that are not there:" $stale; exit 1; }
echo "docs/impasto.1 tells of all $count options."
