#!/bin/sh
# safetensors writes the metadata of a file in another order each time: the same arrays and the same metadata, saved twice by one
# program on one machine, are two files with two checksums. Arrays do come in an order of their own (by type, then name), and
# Python's dictionaries keep theirs; a good guess was that the format made for weights on hubs, which are known by their SHA-256,
# gives the same bytes for the same content. With no metadata, or one entry, it does.
#
# Seen with safetensors 0.8.0 (Python 3.11, NumPy 2.4.6): 12 saves of one array with six entries of metadata gave 12 checksums;
# with one entry, 1; every file loads the same.
#
# Why it matters: a recipe cannot promise the same bytes of the same checkpoint, caches keyed by checksum miss, and a diff of
# weights in version control shows a change where there is none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet safetensors==0.8.0 numpy==2.4.6
cat >"$folder/save.py" <<'PYTHON'
import hashlib

import numpy as np
from safetensors.numpy import load, save

array = {"kernel": np.arange(6, dtype=np.float32)}


def checksums(entries):
    metadata = {name: "1" for name in ("layout", "network", "source", "mean", "std", "licence")[:entries]}
    saved = [save(array, metadata) for _ in range(12)]
    assert all((load(s)["kernel"] == array["kernel"]).all() for s in saved)
    return len({hashlib.sha256(s).hexdigest() for s in saved})


print("checksums of 12 saves: one entry", checksums(1), "six entries", checksums(6))
assert checksums(1) == 1 and checksums(6) > 1, "safetensors writes metadata in order now"
PYTHON
"$folder/venv/bin/python" "$folder/save.py"
