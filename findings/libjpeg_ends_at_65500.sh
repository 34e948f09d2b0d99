#!/bin/sh
# JPEG's frame header has 16 bits for each side, so that a picture may be 65,535 pixels wide; libjpeg and libjpeg-turbo, which nearly
# everybody writes and reads JPEG with, end at 65,500 (JPEG_MAX_DIMENSION). Pillow passes the size on: saving 65,501 pixels fails with
# "broken data stream when writing image file", which says nothing of a size, and libjpeg prints the reason on stderr itself. A good
# guess was that what the format holds can be written, or that the limit is checked before the work.
#
# Seen with Pillow 13.0.0 (libjpeg-turbo 3.2.0) on x86-64 Linux:
#   65500 written   65501 OSError   65535 OSError
#
# Why it matters: who offers sizes up to what JPEG holds loses an hour's panorama at the very end; a program has to ask for the size
# itself before the work.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0

cat >"$folder/widths.py" <<'PYTHON'
import io
from PIL import Image

seen = {}
for width in (65500, 65501, 65535):
    try:
        Image.new("L", (width, 1)).save(io.BytesIO(), "JPEG")
        seen[width] = "written"
    except OSError as error:
        seen[width] = str(error)
print(seen)
assert seen[65500] == "written", seen
for width in (65501, 65535):
    assert "broken data stream" in seen[width], seen
PYTHON

"$folder/venv/bin/python" "$folder/widths.py" 2>"$folder/stderr"
grep -q "65500" "$folder/stderr" || { echo "libjpeg no longer names its limit" >&2; exit 1; }
echo "as described"
