#!/usr/bin/env python3
"""Writes tests/fuzz/corpus anew: small files of each format as the usual programs write them.

Needs numpy, h5py and safetensors. Usage: make_seeds.py [FOLDER]
"""
import json
import pathlib
import sys

import h5py
import numpy as np
from safetensors.numpy import save_file

ARRAY = np.arange(12, dtype="f4").reshape(3, 2, 2)


def folder(root, name):
    result = root / name
    result.mkdir(parents=True, exist_ok=True)
    return result


def safetensors(to):
    save_file({"features.0.weight": ARRAY, "b": ARRAY.astype("f2"), "i": np.arange(3)}, to / "mixed", {"source": "seed"})
    save_file({"empty": np.zeros((0, 3), "f4"), "scalar": np.array(2, "f4")}, to / "shapes")
    description = {"file": "other.bin", "arrays": []}
    (to / "json").write_text(json.dumps(description))
    (to / "page").write_text("<!DOCTYPE html><html>not found</html>")
    (to / "caffe").write_bytes(b"\x0a\x05VGG19\x12\x03abc")


def hdf5(to):
    for low, name in ((None, "keras"), ("v108", "new")):
        with h5py.File(to / name, "w", libver=low) as file:
            file.attrs["backend"] = "tensorflow"
            file.attrs["layer_names"] = [b"block1_conv1", b"x"]
            group = file.create_group("layers/conv2d/vars")
            group.attrs["name"] = "block1_conv1"
            group.attrs["number"] = 3
            group["0"] = ARRAY
            group["1"] = ARRAY.astype("f2")
            file["step"] = 3
    with h5py.File(to / "many", "w") as file:
        for i in range(24):
            file[f"l{i}"] = np.float32(i)
    with h5py.File(to / "many_new", "w", libver="v108") as file:
        for i in range(24):
            file[f"l{i}"] = np.float32(i)
    with h5py.File(to / "others", "w") as file:
        file["half"] = ARRAY.astype(">f4")
        file.create_dataset("zipped", data=ARRAY, compression="gzip")
        file.create_dataset("unwritten", (3, 3), "f4")
    with h5py.File(to / "links", "w") as file:
        file["a"] = ARRAY
        file["soft"] = h5py.SoftLink("/a")
        file["out"] = h5py.ExternalLink("other.h5", "/a")


def npz(to):
    np.savez(to / "stored.npz", a=ARRAY, b=np.asfortranarray(ARRAY).astype("f8"), i=np.arange(3))
    np.savez_compressed(to / "deflated.npz", a=ARRAY.astype("f2"), z=np.zeros((64, 64), "f4"))
    import zipfile

    with zipfile.ZipFile(to / "zip64.npz", "w") as file:
        with file.open("a.npy", "w", force_zip64=True) as member:
            np.save(member, ARRAY)


def blob(to):
    arrays = [
        {"name": "a", "shape": [2, 3], "offset": 0},
        {"name": "b", "shape": [3], "offset": 24, "dtype": "F64"},
        {"name": "c", "shape": [], "offset": 48, "dtype": "BF16"},
    ]
    text = json.dumps({"file": "w.bin", "arrays": arrays, "metadata": {"range": "255"}})
    (to / "arrays").write_bytes(text.encode() + b"\0" + ARRAY.tobytes() + bytes(4))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus")
    for writer in (safetensors, hdf5, npz, blob):
        writer(folder(root, writer.__name__))


main()
