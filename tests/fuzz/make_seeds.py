#!/usr/bin/env python3
"""Writes tests/fuzz/corpus anew: small files of each format as the usual programs write them.

Needs numpy, h5py, safetensors and torch. Usage: make_seeds.py [FOLDER]
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


def torch(to):
    import collections
    import pickle
    import zipfile

    import torch

    a = torch.from_numpy(ARRAY)
    flat = torch.arange(8.0)
    ordered = collections.OrderedDict(a=a, b=flat[1::2], half=a.half().permute(2, 1, 0), i=torch.arange(2))
    mixed = {"epoch": 3, "state_dict": ordered, "notes": [None, True, 0.5, (1, 2**40), b"x"], 7: torch.nn.Parameter(flat)}
    torch.save(ordered, to / "zip")
    torch.save(mixed, to / "protocol4", pickle_protocol=4)
    del mixed["notes"][-1]  # bytes are a function's result in protocol 2
    torch.save(mixed, to / "legacy", _use_new_zipfile_serialization=False)
    torch.save(torch.nn.ReLU(), to / "model_legacy", _use_new_zipfile_serialization=False)
    torch.save({"u": torch.zeros(3, dtype=torch.uint16), "f": torch.zeros(2).to(torch.float8_e4m3fn)}, to / "typed")
    with zipfile.ZipFile(to / "zip") as file:
        (to / "pickle").write_bytes(file.read("zip/data.pkl"))
    with zipfile.ZipFile(to / "typed") as file:
        (to / "pickle_typed").write_bytes(file.read("typed/data.pkl"))
    with zipfile.ZipFile(to / "protocol4") as file:
        (to / "pickle4").write_bytes(file.read("protocol4/data.pkl"))
    (to / "pickle_foreign").write_bytes(pickle.dumps(ARRAY))

    class Scale(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.w = torch.nn.Parameter(flat[:6].view(2, 3).t())

        def forward(self, x):
            return x * self.w

    whole = to / "whole.pt2"
    torch.export.save(torch.export.export(Scale(), (torch.zeros(3, 2),)), whole)
    kept = ("weight_0", "model_weights_config.json", "archive_format", "byteorder")
    with zipfile.ZipFile(whole) as file, zipfile.ZipFile(to / "export", "w") as out:
        for name in file.namelist():
            if name.endswith(kept):
                out.writestr(name, file.read(name))
    whole.unlink()
    with zipfile.ZipFile(to / "export_before_2.8", "w") as out:
        out.writestr("serialized_exported_program.json", "{}")
        out.write(to / "zip", "serialized_state_dict.pt")


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus")
    for writer in (safetensors, hdf5, npz, blob, torch):
        writer(folder(root, writer.__name__))


main()
