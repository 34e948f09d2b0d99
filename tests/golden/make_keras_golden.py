"""Remakes the golden files of Keras 3, of HDF5 2.0 and in parts: a narrow VGG19 as they are written, and what it computes.

  python make_keras_golden.py [--out FOLDER]
Needs keras 3, jax, h5py 3.16 or newer (HDF5 2.0), torch, safetensors, huggingface_hub, scipy, numpy, pillow; README.md describes every
file.
"""
import argparse, json, os, pathlib, zipfile
os.environ["KERAS_BACKEND"] = "jax"
import h5py
import huggingface_hub
import keras
import numpy as np
import scipy.io
import torch
from PIL import Image
from golden_files import describe, to_json
from hash_network import uniform

WIDTHS = [(2, 4), (2, 5), (4, 6), (4, 7), (4, 8)]  # (convolutions, channels) of each block
NAMES = [f"block{b}_conv{c}" for b, (count, _) in enumerate(WIDTHS, 1) for c in range(1, count + 1)]
TORCHVISION_INDEX = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
STREAM = 500  # of the hash: layer l draws its weights from STREAM + 2 l and its bias from STREAM + 2 l + 1
KERAS_MEAN = (103.939, 116.779, 123.68)  # BGR 0..255
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
GIB = 1024 ** 3
PART_BYTES = 9276  # ends the first part between the kernel and the bias of block4_conv1


def narrow_network():
    """[(weights 3 x 3 x C x K float32, bias K float32)] with He's uniform limit."""
    network, inputs = [], 3
    for layer, outputs in enumerate(k for count, k in WIDTHS for _ in range(count)):
        limit = np.sqrt(6.0 / (9.0 * inputs))
        network.append(((uniform(STREAM + 2 * layer, (3, 3, inputs, outputs)) * limit).astype(np.float32),
                        (uniform(STREAM + 2 * layer + 1, (outputs,)) * 0.1).astype(np.float32)))
        inputs = outputs
    return network


def keras_model(network, dtype):
    """VGG19 without top, with the layers' names and order of keras.applications.VGG19."""
    keras.backend.clear_session()  # layers are counted from 0
    x = inputs = keras.layers.Input((None, None, 3))
    for block, (count, channels) in enumerate(WIDTHS, 1):
        for index in range(1, count + 1):
            name = f"block{block}_conv{index}"
            x = keras.layers.Conv2D(channels, 3, activation="relu", padding="same", name=name, dtype=dtype)(x)
        x = keras.layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool", dtype=dtype)(x)
    model = keras.Model(inputs, x, name="vgg19")
    for name, values in zip(NAMES, network): model.get_layer(name).set_weights(list(values))
    return model


def deflated(file, out):
    """The same members, deflated, as people pack folders."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist(): new.writestr(member.filename, old.read(member), zipfile.ZIP_DEFLATED, 9)


def save_newer_hdf5(file, network):
    """HDF5 2.0's own default form (h5py.File asks for the earliest one) behind a user block, with more than eight groups."""
    properties = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    properties.set_userblock(512)
    with h5py.File(h5py.h5f.create(os.fsencode(file), h5py.h5f.ACC_TRUNC, properties)) as h5:
        for name, (w, b) in zip(NAMES, network):
            h5.create_dataset(f"{name}/{name}/kernel:0", data=w)
            h5.create_dataset(f"{name}/{name}/bias:0", data=b)
    data = file.read_bytes()
    assert data[512:520] == b"\x89HDF\r\n\x1a\n" and data[520] == 2 and b"FRHP" in data and b"BTLF" in data, "not HDF5 2.0's form"


def save_matconvnet(file, network):
    """As imagenet-vgg-verydeep-19.mat: a cell of a struct a layer, kernels HWCK of RGB 0..255, the mean beside them."""
    layers = []
    for name, (w, b) in zip(NAMES, network):
        weights = np.empty((1, 2), object)
        weights[0, 0], weights[0, 1] = w, b[None]
        layers.append({"name": name.replace("block", "conv").replace("_conv", "_"), "type": "conv", "weights": weights, "stride": np.ones(2), "pad": np.ones(4)})
    cell = np.empty((1, len(layers)), object)
    cell[0, :] = layers
    mean = np.float32(KERAS_MEAN[::-1]).reshape(1, 1, 3)
    scipy.io.savemat(file, {"layers": cell, "meta": {"normalization": {"averageImage": mean}}}, do_compression=True)


def state_dict(network):
    """torchvision's names, OIHW."""
    state = {}
    for index, (w, b) in zip(TORCHVISION_INDEX, network):
        state[f"features.{index}.weight"] = torch.from_numpy(w).permute(3, 2, 0, 1).contiguous()
        state[f"features.{index}.bias"] = torch.from_numpy(b)
    return state


def maps(model, prepared):
    """{"input", layer: description} as Keras computes them in float32."""
    taps = keras.Model(model.inputs, [model.get_layer(n).output for n in NAMES])
    found = {"input": describe(prepared[0], 16)}
    for name, values in zip(NAMES, taps.predict(prepared, verbose=0)): found[name] = describe(values[0], 16)
    return found


def main(out):
    network = narrow_network()
    single, half = keras_model(network, "float32"), keras_model(network, "bfloat16")
    single.save(out / "golden_five.keras")
    single.save_weights(out / "golden_five.weights.json", max_shard_size=PART_BYTES / GIB)
    single.load_weights(out / "golden_five.weights.json")
    half.save(out / "stored.keras")
    deflated(out / "stored.keras", out / "golden_five_bfloat16.keras")
    (out / "stored.keras").unlink()
    save_newer_hdf5(out / "golden_five_newer.h5", network)
    save_matconvnet(out / "golden_five.mat", network)
    huggingface_hub.save_torch_state_dict(state_dict(network), out, filename_pattern="golden_five{suffix}.safetensors", max_shard_size=PART_BYTES)

    pixels = np.asarray(Image.open(pathlib.Path(__file__).resolve().parent / "golden_weights_picture.png"))
    as_keras = pixels[None, :, :, ::-1].astype(np.float32) - np.float32(KERAS_MEAN)
    as_torchvision = ((pixels[None].astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(DEVIATION)).astype(np.float32)
    as_matconvnet = pixels[None].astype(np.float32) - np.float32(KERAS_MEAN[::-1])
    rounded = keras_model([tuple(np.asarray(v, np.float32) for v in half.get_layer(n).get_weights()) for n in NAMES], "float32")
    found = {"keras": maps(single, as_keras), "torchvision": maps(single, as_torchvision), "keras_bfloat16": maps(rounded, as_keras),
             "matconvnet": maps(single, as_matconvnet)}
    for source, layers in found.items():
        print(f"{source}: root mean square of the maps " + ", ".join(f"{d['l2'] / np.prod(d['shape']) ** .5:.3g}" for d in layers.values()))
    (out / "golden_five.json").write_text(to_json(found) + "\n")
    lists = json.loads((out / "golden_five.weights.json").read_text())["weight_map"].values()
    assert max(len(parts) for parts in lists) == 2, "no layer lies in two parts"
    for file in sorted(out.glob("golden_five*")): print(f"  {file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent)
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    main(folder)
