#!/bin/sh
# libheif makes RGB of 4:2:0 by repeating each chroma sample over its 2 x 2 pixels. libavif and libjpeg-turbo interpolate, with
# the same weights, so that the same picture as AVIF and as JPEG has the same reds and as HEIC others. The guess was that
# readers of photographs interpolate chroma, as "fancy upsampling" has been libjpeg's default for decades; libheif
# has had a bilinear filter since 1.16, but takes it only where a program insists, which pillow-heif does not.
#
# Seen with pillow-heif 1.8.1 (libheif 1.23.6) and Pillow 13.0.0 (libavif 1.4.2, libjpeg-turbo) on x86-64 Linux, red and blue stripes
# four pixels wide that begin at odd columns, quality 95: Cr of twelve pixels of a row
#   HEIF [145 145 197 197 145 145  92  92 145 145 197 197]
#   AVIF [144 157 184 184 157 131 105 105 131 157 184 184]
#   JPEG [144 157 184 184 157 131 105 105 131 157 184 184]
#
# Why it matters: who compares readers of HEIC and AVIF by pixels finds up to 87 of 255 at edges of colour, though ranges,
# matrices and planes are the same; who scales photographs of phones up sees steps of two pixels in saturated edges.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 pillow-heif==1.8.1 numpy==2.2.6

cat >"$folder/stripes.py" <<'PYTHON'
import io
import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
red = (np.arange(31, 63) // 4) % 2 == 0
row = np.stack([np.where(red, 220, 40), np.full(32, 90), np.where(red, 40, 220)], 1)
picture = Image.fromarray(np.tile(row.astype("u1"), (32, 1, 1)))
seen = {}
for name, options in (("HEIF", {"chroma": 420}), ("AVIF", {"subsampling": "4:2:0"}), ("JPEG", {"subsampling": 2})):
    file = io.BytesIO()
    picture.save(file, name, quality=95, **options)
    r, g, b = np.moveaxis(np.asarray(Image.open(file).convert("RGB")).astype(float)[12], 1, 0)
    seen[name] = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b
    print(name, seen[name][:12].round().astype(int))
within = {name: np.abs(cr[0::2] - cr[1::2]).max() for name, cr in seen.items()}
assert within["HEIF"] < 1 and within["AVIF"] > 20 and within["JPEG"] > 20, within
assert np.abs(seen["AVIF"] - seen["JPEG"]).max() < 3
PYTHON
"$folder/venv/bin/python" "$folder/stripes.py"
