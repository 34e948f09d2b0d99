#!/bin/sh
# The pictures of docs/GALLERY.md, from the sample pictures or from your own.
# Usage: make_gallery.sh PROGRAM FOLDER [CONTENT STYLE [options of stylise...]]
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
  "$program" stylise "$content" "$style" --weights builtin -o "$folder/$name.jpg" --quality 85 --progress none "$@"
}
paint default "$@"
paint bold --preset bold "$@"
paint fine --preset fine "$@"
paint draft --preset draft "$@"
paint own-colours --colour content-luminance "$@"
paint large-strokes --style-scale 2 "$@"
