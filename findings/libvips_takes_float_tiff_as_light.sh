#!/bin/sh
# libvips reads an RGB TIFF of floats (half or single) as scRGB: linear light. The same picture in 8 or 16 bits it
# reads as sRGB-encoded values. So a middle grey of 0.5 comes back from floats as 188 of 255 and from integers as 128, though
# both files say the same (photometric RGB, no profile) and tifffile gives the same numbers, 0.5, for both. A good guess was
# that the sample's format changes its precision and not its meaning.
#
# Seen with pyvips 3.0.0, pyvips-binary 8.17.2, tifffile 2025.9.9 on x86-64 Linux:
#   uint8 srgb 128   uint16 rgb16 128   float16 scrgb 188   float32 scrgb 188   (the last column after colourspace("srgb"))
#
# Why it matters: who judges a reader of float TIFFs by libvips finds every colour too dark; who stores intermediate pictures as
# floats and resizes them by libvips gets other brightnesses than from 16 bits.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pyvips==3.0.0 pyvips-binary==8.17.2 tifffile==2025.9.9 numpy==2.2.6

cat >"$folder/grey.py" <<'PYTHON'
import sys
import numpy as np
import pyvips
import tifffile

seen = {}
for name, value in (("uint8", 128), ("uint16", 32896), ("float16", 128 / 255), ("float32", 128 / 255)):
    file = f"{sys.argv[1]}/{name}.tif"
    tifffile.imwrite(file, np.full((4, 4, 3), value, name), photometric="rgb", metadata=None)
    picture = pyvips.Image.new_from_file(file)
    seen[name] = (picture.interpretation, picture.colourspace("srgb").avg())
print(seen)
assert seen == {"uint8": ("srgb", 128), "uint16": ("rgb16", 128), "float16": ("scrgb", 188), "float32": ("scrgb", 188)}
PYTHON
"$folder/venv/bin/python" "$folder/grey.py" "$folder"
