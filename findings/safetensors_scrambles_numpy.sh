#!/bin/sh
# safetensors 0.8.0's writer for NumPy takes the bytes of an array as they lie in memory and writes its shape beside them: an
# array that is not in C order (a transposed kernel, numpy.asfortranarray, a .npy in Fortran order) comes back with the right
# shape and its numbers in other places, without a warning. Versions before it brought the array into C order. A good guess was
# that it still does, or refuses, as its writer for PyTorch does ("You are trying to save a non contiguous tensor").
#
# Seen with NumPy 2.3.5, [[0 1 2] [3 4 5]] in Fortran order and [[0 2 4] [1 3 5]] as the view arange(6).reshape(3, 2).T:
#   0.5.3, 0.7.0   kept                          kept
#   0.8.0          [[0. 3. 1.] [4. 2. 5.]]       [[0. 1. 2.] [3. 4. 5.]]
#
# Why it matters: kernels of networks go between frameworks by transpose, which gives such views. Weights so saved load
# everywhere, with the right names and shapes, and paint noise. numpy.ascontiguousarray before it helps; numpy.savez needs none.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/write.py" <<'PYTHON'
import sys
from importlib.metadata import version
import numpy as np
from safetensors.numpy import load_file, save_file

plain = np.arange(6, dtype=np.float32).reshape(2, 3)
view = np.arange(6, dtype=np.float32).reshape(3, 2).T  # [[0 2 4] [1 3 5]]
arrays = {"c": plain, "fortran": np.asfortranarray(plain), "view": view}
save_file(arrays, sys.argv[1] + "/a.safetensors")
np.savez(sys.argv[1] + "/a.npz", **arrays)
read, npz = load_file(sys.argv[1] + "/a.safetensors"), np.load(sys.argv[1] + "/a.npz")
print("safetensors", version("safetensors"), {name: read[name].tolist() for name in arrays})
assert all(np.array_equal(npz[name], arrays[name]) for name in arrays)
assert np.array_equal(read["c"], plain)
if version("safetensors") == "0.8.0":
    assert read["fortran"].tolist() == [[0, 3, 1], [4, 2, 5]] and read["view"].tolist() == [[0, 1, 2], [3, 4, 5]]
else:
    assert all(np.array_equal(read[name], arrays[name]) for name in arrays)
PYTHON

python3 -m venv "$folder/venv"
for version in 0.5.3 0.7.0 0.8.0; do
  "$folder/venv/bin/pip" install -q "safetensors==$version" numpy==2.3.5
  "$folder/venv/bin/python" "$folder/write.py" "$folder"
done
