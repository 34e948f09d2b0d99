#!/usr/bin/env python3
"""VGG19 out of PyTorch or Keras into safetensors, as `impasto weights import` writes it (weights/FORMAT.md).

    python weights/export_vgg19.py vgg19-dcbb9e9d.pth -o vgg19.safetensors
    python weights/export_vgg19.py vgg_conv.pth -o gatys.safetensors --source caffe
    python weights/export_vgg19.py --keras-application -o vgg19.safetensors

Reads a .pth or .pt of any vintage (a state dict, plain or inside "state_dict" or "model", with any prefix) whose names are
torchvision's (features.0.weight) or Caffe's (conv1_1.weight), and Keras' .h5, .weights.h5 and .keras. Optional: what Impasto
reads by itself (HDF5, safetensors, .npz, .pth, .pt2) does not need it. Needs numpy, and torch for .pth, h5py for Keras' files,
tensorflow or another backend with keras for --keras-application.
"""
import argparse, hashlib, importlib, json, os, pathlib, re, struct, sys

# torchvision's index among `features` of each convolution, by Keras' names.
INDEX = dict(zip([f"block{b}_conv{c}" for b, n in enumerate((2, 2, 4, 4, 4), 1) for c in range(1, n + 1)],
                 (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34)))
LAYERS = list(INDEX)
CAFFE = {"channel_order": "BGR", "range": "255", "mean": "103.939,116.779,123.68", "std": "1,1,1"}
TORCHVISION = {"channel_order": "RGB", "range": "1", "mean": "0.485,0.456,0.406", "std": "0.229,0.224,0.225"}
# Files that PyTorch people share bear the first digits of their SHA-256: torchvision's own, jcjohnson's and pystiche's
# conversions of Caffe's weights.
KNOWN = {"dcbb9e9d": "torchvision", "d01eb7cb": "caffe", "74e45263": "caffe"}
VGG = "VGG19 by Karen Simonyan and Andrew Zisserman"
# Claimed where the numbers are known to be those.
RIGHTS = {"torchvision": {"licence": "BSD-3-Clause", "attribution": f"weights by torchvision; {VGG}"},
          "caffe": {"licence": "CC BY 4.0", "attribution": f"{VGG}, Visual Geometry Group, University of Oxford"},
          None: {"licence": "that of the file it was made from", "attribution": f"{VGG}; weights by who made that file"}}


class Failure(Exception):
    """One sentence for the reader."""


def needed(module, purpose):
    try: return importlib.import_module(module)
    except ImportError: raise Failure(f"{purpose} needs the Python package {module}: pip install {module}")


# ---- reading: {layer: (kernel 3 x 3 x C x K, bias K)} ----------------------------------------------------------------
def state_dict(file):
    torch = needed("torch", f"reading {file}")
    try: found = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle, zip and PyTorch each have their own
        raise Failure(f"{file} is damaged, or no state dict alone ({type(error).__name__}); get it again, or save it anew with torch.save(model.state_dict(), FILE)")
    for key in ("state_dict", "model"):
        if isinstance(found, dict) and isinstance(found.get(key), dict): found = found[key]
    if not isinstance(found, dict) or not all(hasattr(v, "numpy") for v in found.values()):
        raise Failure(f"{file} holds no state dict; save it anew with torch.save(model.state_dict(), FILE)")
    return {name: value.detach().float().numpy() for name, value in found.items()}


def by_torch_names(arrays, file):
    """Of names like [prefix.]features.N.weight or [prefix.]convB_C.weight; OIHW."""
    names = {}
    for name in arrays:
        if m := re.fullmatch(r"(?:.*\.)?features\.(\d+)\.(weight|bias)", name): names["features", int(m[1]), m[2]] = name
        elif m := re.fullmatch(r"(?:.*\.)?conv(\d)_(\d)\.(weight|bias)", name): names["conv", f"block{m[1]}_conv{m[2]}", m[3]] = name
    kind = "features" if ("features", 0, "weight") in names else "conv"
    if kind == "features" and any(key[:2] == ("features", 1) for key in names): raise Failure(f"{file} is VGG with batch normalisation, not VGG19")
    key = (lambda layer: INDEX[layer]) if kind == "features" else (lambda layer: layer)
    layers = {}
    for layer in LAYERS:
        w, b = (names.get((kind, key(layer), part)) for part in ("weight", "bias"))
        if w is None: continue
        if b is None: raise Failure(f"{file} lacks the bias that goes with '{w}'")
        layers[layer] = (arrays[w].transpose(2, 3, 1, 0), arrays[b])
    beyond = {k[1] for k in names if k[0] == "features" and k[2] == "weight"} - set(INDEX.values())
    if beyond: raise Failure(f"{file} has convolutions at features {sorted(beyond)}, where VGG19 has none: it is another network (VGG16 has one at 17)")
    return layers


def keras_layers(model): return {l.name: l.get_weights() for l in model.layers if l.name in INDEX}


def keras_file(file):
    """Of a file by h5py alone: legacy .h5, .weights.h5 of Keras 3, or the latter inside .keras, a zip."""
    h5py = needed("h5py", f"reading {file}")
    import io, zipfile
    source = file
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive: source = io.BytesIO(archive.read("model.weights.h5"))
    layers, counted = {}, {}

    def visit(path, item):
        if not isinstance(item, h5py.Dataset) or item.ndim not in (1, 4): return
        place = 0 if item.ndim == 4 else 1
        if m := re.search(r"(block\d_conv\d)", path): layers.setdefault(m[1], [None, None])[place] = item[()]
        elif m := re.fullmatch(r"(.*conv2d(?:_(\d+))?)/vars/[01]", path):
            name = h5[path.rsplit("/", 1)[0]].attrs.get("name")
            if name in INDEX: layers.setdefault(name, [None, None])[place] = item[()]
            elif name is None: counted.setdefault(int(m[2] or 0), [None, None])[place] = item[()]
    with h5py.File(source, "r") as h5: h5.visititems(visit)
    if not layers: layers = {LAYERS[i]: v for i, v in counted.items() if i < len(LAYERS)}
    return layers


def check(layers, where):
    """VGG19's convolutions from the first on, without gaps, each fed by the one before."""
    if "block1_conv1" not in layers: raise Failure(f"{where} holds no first convolution of VGG19 (features.0.weight, conv1_1.weight or block1_conv1)")
    channels, missing = 3, None
    for layer in LAYERS:
        if layer not in layers: missing = missing or layer; continue
        if missing: raise Failure(f"{where} lacks {missing} but holds {layer}, which comes after it")
        w, b = layers[layer]
        if w is None or b is None: raise Failure(f"{where} lacks the {'weights' if w is None else 'bias'} of {layer}")
        if w.shape[:3] != (3, 3, channels) or b.shape != w.shape[3:]:
            raise Failure(f"{where}: {layer} has weights of {' x '.join(map(str, w.shape))} (height, width, inputs, outputs); wanted 3 x 3 x {channels} x K")
        channels = w.shape[3]
    return {layer: layers[layer] for layer in LAYERS if layer in layers}


# ---- writing ----------------------------------------------------------------------------------------------------------
def as_type(values, dtype):
    import numpy as np
    values = np.ascontiguousarray(values, dtype="<f4")
    if not np.isfinite(values).all(): raise Failure("the weights hold values that are not finite numbers")
    if dtype == "f32": return values.tobytes()
    if dtype == "f16":
        half = values.astype("<f2")
        if not np.isfinite(half).all(): raise Failure("a weight is too large for f16; take bf16 or f32")
        return half.tobytes()
    bits = values.view("<u4")
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2").tobytes()  # to the nearest, ties to even


def write(file, layers, metadata, dtype):
    header, parts, end = {"__metadata__": metadata}, [], 0
    for layer, pair in layers.items():
        for kind, values in zip(("kernel", "bias"), pair):
            kept = dtype if kind == "kernel" else "f32"
            parts.append(as_type(values, kept))
            header[f"{layer}/{kind}"] = {"dtype": kept.upper(), "shape": list(values.shape), "data_offsets": [end, end + len(parts[-1])]}
            end += len(parts[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    part = file.with_name(file.name + ".part")
    with open(part, "wb") as out: out.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    os.replace(part, file)


def export(arguments):
    metadata = {"network": "VGG19", "layout": "HWIO", "preprocessing": "carried", "pooling": "max", "padding": "zero", "created_by": "export_vgg19.py"}
    if arguments.keras_application:
        keras = needed("keras", "--keras-application")
        where, known, metadata["made_from"] = "Keras' VGG19", "keras", "keras.applications.VGG19"
        layers = keras_layers(keras.applications.VGG19(weights="imagenet", include_top=False))
    else:
        where = arguments.file
        if not where.is_file(): raise Failure(f"{where} is no file")
        metadata |= {"made_from": where.name, "sha256": hashlib.sha256(where.read_bytes()).hexdigest()}
        known = KNOWN.get(metadata["sha256"][:8])
        with open(where, "rb") as file: start = file.read(8)
        if start == b"\x89HDF\r\n\x1a\n" or where.suffix == ".keras": layers = keras_file(where)
        else: layers = by_torch_names(state_dict(where), where)
    layers, source = check(layers, where), arguments.source or known
    metadata |= RIGHTS["caffe" if known == "keras" else known]
    if source: metadata |= {"source": source, **(TORCHVISION if source == "torchvision" else CAFFE)}
    write(arguments.output, layers, metadata, arguments.dtype)
    print(f"{arguments.output}: {len(layers)} convolutions, {source or 'of unknown source: impasto weights import finds it out by the numbers, or asks for --source'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=pathlib.Path)
    parser.add_argument("--keras-application", action="store_true", help="keras.applications.VGG19 with ImageNet's weights, which Keras downloads")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--dtype", choices=("f32", "f16", "bf16"), default="f32")
    parser.add_argument("--source", choices=("keras", "torchvision", "caffe"), help="what the network was trained on: keras and caffe BGR 0..255, torchvision RGB 0..1")
    arguments = parser.parse_args()
    if (arguments.file is None) != arguments.keras_application: parser.error("give either a file or --keras-application")
    try: needed("numpy", "this script"); export(arguments)
    except Failure as failure: sys.exit(f"export_vgg19.py: {failure}")


if __name__ == "__main__":
    main()
