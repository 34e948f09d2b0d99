#!/bin/sh
# The reference is made from the headers without a warning. Usage: reference_test.sh SOURCE_DIR
set -eu
command -v doxygen >/dev/null || { echo "skipped: there is no doxygen"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! "$1/docs/make_reference.sh" "$work" >"$work/log" 2>&1; then
  cat "$work/log"
  exit 1
fi
if grep -iE 'warning|error:' "$work/log"; then exit 1; fi
pages=$(find "$work/html" -name 'classimpasto*.html' | wc -l)
[ "$pages" -ge 5 ] || { echo "the reference has only $pages pages of classes"; exit 1; }
echo "the reference has $pages pages of classes and no warning."
