#!/bin/sh
# In PyTorch `antialias=True` changes bicubic enlarging too, where there is nothing to alias: the kernel is Keys' with a = -0.5, as
# Pillow's, and without the word it is the one with a = -0.75. The documentation says that the flag matters for shrinking; a good
# guess was that enlarging by two gives the same numbers with it and without.
#
# Seen with torch 2.15.0, Pillow 12.0.0 (Python 3.11): a line of ones, enlarged by two: the lobe beside it is -0.1055 without and
# -0.0703 with `antialias`, and in Pillow; edges overshoot half as much again without it.
#
# Why it matters: peers and goldens that go from a coarse painting to a finer one by F.interpolate start the finer scale from
# another picture than torchvision's `resize` of a tensor, whose `antialias` is True; and the same call with the flag "to be safe"
# is a softer picture.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 numpy==2.4.6 pillow==12.0.0
cat >"$folder/enlarge.py" <<'PYTHON'
import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

one = np.zeros((16, 16), np.float32)
one[8, :] = 1  # a line, so that the other axis changes nothing


def by_torch(antialias):
    return F.interpolate(torch.from_numpy(one)[None, None], scale_factor=2, mode="bicubic", antialias=antialias)[0, 0, :, 16].numpy()


by_pillow = np.asarray(Image.fromarray(one).resize((32, 32), Image.BICUBIC))[:, 16]
lobes = {"torch": by_torch(False)[14], "torch, antialias": by_torch(True)[14], "Pillow": by_pillow[14]}
print(", ".join(f"{name} {value:.4f}" for name, value in lobes.items()))
# Keys' kernel at 1.25 pixels: a (1.25^3 - 5 1.25^2 + 8 1.25 - 4) = 0.140625 a
print("a:", ", ".join(f"{name} {value / 0.140625:.3f}" for name, value in lobes.items()))
assert np.allclose(list(lobes.values()), [-0.10546875, -0.0703125, -0.0703125], atol=1e-6), "antialias leaves enlarging alone now"
PYTHON
"$folder/venv/bin/python" "$folder/enlarge.py"
