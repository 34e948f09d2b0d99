"""Writes a checkpoint as the file that is compiled into the library: int8 kernels with one scale a channel.

    python3 export.py RUN/roundNNN.pt OUT.safetensors [--float]

Elementwise float32 arithmetic and a header in one order only: the same bytes of the same checkpoint everywhere. `--float` keeps
kernels as F32, to see what rounding costs.
"""
import argparse
import json
import struct

import numpy as np
import torch

from vgg import LAYERS

METADATA = {
    "layout": "HWIO",
    "network": "VGG16",
    "channel_order": "BGR",
    "range": "255",
    "mean": "103.939,116.779,123.68",
    "std": "1,1,1",
    "preprocessing": "carried",
    "pooling": "max",
    "padding": "zero",
    "description": "a student of VGG16 by Karen Simonyan and Andrew Zisserman",
    "source": "Impasto, weights/train",
    "licence": "Apache-2.0",
    "attribution": "trained to imitate VGG16 by Karen Simonyan and Andrew Zisserman (CC BY 4.0)",
}


def scaled(checkpoint):
    """layer to (kernel 3 x 3 x C x K, bias K): every layer's maps made as large as the teacher's."""
    before, out = np.float32(1), {}
    for n in LAYERS:
        size = np.float32(checkpoint["sizes"][n])
        kernel, bias = (t.detach().cpu().contiguous().numpy() for t in checkpoint["student"][n])
        out[n] = (np.ascontiguousarray((kernel * (size / before)).transpose(2, 3, 1, 0)), bias * size)
        before = size
    return out


def rounded(kernel):
    """kernel = int8 x scale, scale one a channel: the largest number becomes 127."""
    scale = np.maximum(np.abs(kernel).max((0, 1, 2)), np.float32(1e-30)) / np.float32(127)
    return np.rint(kernel / scale).astype(np.int8), scale


def safetensors(arrays, metadata):
    """The bytes of a safetensors file: wide types first, names in order, the header padded to 8 bytes."""
    header, at = {"__metadata__": metadata}, 0
    names = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))
    for name in names:
        array = arrays[name]
        kind = {"int8": "I8", "float32": "F32"}[array.dtype.name]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, sort_keys=True).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(np.ascontiguousarray(arrays[name]).tobytes() for name in names)


def export(checkpoint, path, as_float=False):
    arrays = {}
    for n, (kernel, bias) in scaled(checkpoint).items():
        arrays[n + "/bias"] = bias
        if as_float:
            arrays[n + "/kernel"] = kernel
        else:
            arrays[n + "/kernel"], arrays[n + "/scale"] = rounded(kernel)
    with open(path, "wb") as file:
        file.write(safetensors(arrays, {**METADATA, "steps": str(checkpoint["step"])}))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--float", action="store_true")
    a = parser.parse_args()
    export(torch.load(a.checkpoint, map_location="cpu"), a.out, a.float)
