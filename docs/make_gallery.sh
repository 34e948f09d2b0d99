#!/bin/sh
# The pictures of docs/GALLERY.md, from the sample pictures or from your own.
# Usage: [WEIGHTS=FILE] make_gallery.sh PROGRAM FOLDER [CONTENT STYLE [options of stylise...]]
# WEIGHTS: of VGG19 or VGG16, for the one picture that is painted with a download.
set -eu
program=$1 folder=$2
shift 2
here=$(dirname "$0")
content=${1:-$here/../data/content.jpg} style=${2:-$here/../data/style.jpg}
if [ $# -ge 2 ]; then shift 2; else shift $#; fi
mkdir -p "$folder"
paint() {
  name=$1
  shift
  "$program" stylise "$content" "$style" --weights "$weights" -o "$folder/$name.jpg" --quality 85 --progress none "$@"
}
weights=builtin
paint default "$@"
paint bold --preset bold "$@"
paint fine --preset fine "$@"
paint draft --preset draft "$@"
paint own-colours --colour content-luminance "$@"
paint large-strokes --style-scale 2 "$@"
if [ -n "${WEIGHTS:-}" ]; then
  weights=$WEIGHTS
  paint real "$@"
fi
