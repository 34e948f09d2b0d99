#!/bin/sh
# Keras 3 saves a model in bfloat16 as .h5 without saying that the numbers are bfloat16, and cannot load the file itself. HDF5
# had no such type before 2.0, so h5py writes NumPy's "V2": an opaque type of 2 bytes without a tag. Keras' own formats (.keras,
# .weights.h5) put an attribute dtype = "bfloat16" beside each such array; the older whole-model .h5, which Keras still writes
# (with a warning that it is "legacy"), does not. A good guess was that what model.save() writes without an error,
# load_model() of the same version reads.
#
# Seen with keras 3.15.1 (JAX 0.10.2), h5py 3.16.0:
#   type of the array: |V2 in both; attributes: .weights.h5 {'dtype': 'bfloat16'}, .h5 {}
#   load_model of the .h5: TypeError: Error interpreting argument to ... as a JAX value ...
#   the same model in float32 is loaded; the bytes in the .h5 are right, seen as bfloat16
#
# Why it matters: such files exist, their numbers are whole, and only the model's description in the attribute model_config
# (or knowing that NumPy has no other 2-byte type that h5py must call opaque) tells a reader what they are.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/save.py" <<'PYTHON'
import os, sys
os.environ["KERAS_BACKEND"] = "jax"
import h5py, keras, ml_dtypes
import numpy as np

os.chdir(sys.argv[1])


def arrays(file):
    """Arrays of rank 4 in a file, with their attributes."""
    found = []
    with h5py.File(file) as h5:
        h5.visititems(lambda _, o: found.append((o[()], dict(o.attrs))) if isinstance(o, h5py.Dataset) and o.ndim == 4 else None)
    return found


loaded = {}
for dtype in ("float32", "bfloat16"):
    model = keras.Sequential([keras.layers.Input((4, 4, 3)), keras.layers.Conv2D(2, 3, dtype=dtype)])
    model.save(dtype + ".h5")
    model.save_weights(dtype + ".weights.h5")
    try:
        keras.models.load_model(dtype + ".h5")
        loaded[dtype] = "loaded"
    except TypeError as error:
        loaded[dtype] = "TypeError"
        print(str(error).splitlines()[0])
(old, old_attributes), (new, new_attributes) = arrays("bfloat16.h5")[0], arrays("bfloat16.weights.h5")[0]
print(old.dtype, new.dtype, old_attributes, new_attributes, loaded)
assert old.dtype.str == new.dtype.str == "|V2" and old_attributes == {} and new_attributes == {"dtype": "bfloat16"}
assert loaded == {"float32": "loaded", "bfloat16": "TypeError"}
assert np.array_equal(old.view(ml_dtypes.bfloat16).astype("f4"), np.asarray(model.get_weights()[0]).astype("f4"))
PYTHON

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q keras==3.15.1 jax==0.10.2 h5py==3.16.0 numpy==2.4.6 ml_dtypes==0.6.0
"$folder/venv/bin/python" "$folder/save.py" "$folder" 2>/dev/null
