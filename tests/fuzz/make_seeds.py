#!/usr/bin/env python3
"""Writes tests/fuzz/corpus anew: small files of each format as the usual programs write them.

Needs numpy, h5py, safetensors, scipy, torch and onnx. Usage: make_seeds.py [FOLDER]
"""
import io
import json
import pathlib
import sys
import zipfile

import h5py
import numpy as np
import scipy.sparse
from safetensors.numpy import save, save_file
from scipy.io import savemat

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
    for name, arrays in (("tiny", {"eight": {"dtype": "F8_E4M3FNUZ", "shape": [4], "data_offsets": [0, 4]},
                                   "four": {"dtype": "F4", "shape": [4], "data_offsets": [4, 6]}}),
                         ("scaled", {"block1_conv1/scale": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
                                     "block1_conv1/kernel": {"dtype": "I8", "shape": [2, 1], "data_offsets": [4, 6]}})):
        header = json.dumps(arrays)
        (to / name).write_bytes(len(header).to_bytes(8, "little") + header.encode() + bytes(6))
    arrays = {"block1_conv1/scale": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
              "block1_conv1/bias": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]},
              "block1_conv1/kernel": {"dtype": "I8", "shape": [3, 3, 3, 2], "data_offsets": [16, 70]}}
    header = json.dumps(arrays)
    numbers = np.array([0.5, 0.25, -1, 1], "f4").tobytes() + bytes(range(101, 155))
    (to / "kernel").write_bytes(len(header).to_bytes(8, "little") + header.encode() + numbers)
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
    # HDF5 2.0's own form, and what it keeps beyond eight links or attributes: heap and tree, several blocks and nodes of
    # them, an object too large for a block.
    with h5py.File(to / "dense", "w", libver="latest", userblock_size=512) as file:
        group = file.create_group("g")
        for i in range(10):
            group[f"l{i}"] = np.float32(i)
            group.attrs[f"a{i}"] = f"text {i}"
    with h5py.File(to / "deep", "w", libver="latest") as file:
        for i in range(60):
            file[f"layer{i}"] = np.float32(i)
    with h5py.File(to / "huge", "w", libver="latest") as file:
        for i in range(9):
            file[f"l{i}"] = np.float32(i)
        file["x" * 5000] = np.float32(9)
    with h5py.File(h5py.h5f.create(bytes(to / "default"), h5py.h5f.ACC_TRUNC)) as file:
        for i in range(10):
            file[f"l{i}"] = np.float32(i)
    with h5py.File(to / "bfloat16", "w") as file:
        words = np.array([0, 0x3F80, 0x4000, 0x4040], "u2").view("V2")  # 0, 1, 2, 3
        file["told"], file["silent"], file["other"] = words, words, words
        file["told"].attrs["dtype"] = "bfloat16"
        file["other"].attrs["dtype"] = "float8"
    with h5py.File(to / "bfloat16_model", "w") as file:
        file.attrs["model_config"] = '{"dtype": "bfloat16"}'
        file["model_weights/w"] = words
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
    with zipfile.ZipFile(to / "zip64.npz", "w") as file:
        with file.open("a.npy", "w", force_zip64=True) as member:
            np.save(member, ARRAY)


def small_hdf5():
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        group = file.create_group("layers/conv2d/vars")
        group.attrs["name"] = "block1_conv1"
        group["0"] = ARRAY
    return memory.getvalue()


def keras(to):
    for method, name in ((zipfile.ZIP_STORED, "stored"), (zipfile.ZIP_DEFLATED, "deflated")):
        with zipfile.ZipFile(to / name, "w", method) as file:
            file.writestr("metadata.json", '{"keras_version": "3.15.1"}')
            file.writestr("config.json", "{}")
            file.writestr("model.weights.h5", small_hdf5())
    (to / "hdf5").write_bytes(small_hdf5())  # is packed by the target
    with zipfile.ZipFile(to / "npz", "w") as file:
        file.writestr("model.weights.npz", "")


def shards(to):
    """The index, a zero, the bytes of part a (4, little-endian), part a, part b."""
    one = save({"x": ARRAY, "y": ARRAY[:1]}, {"format": "pt"})
    two = save({"z": ARRAY.astype("f2")}, {"format": "pt"})
    maps = {
        "safetensors": ({"x": "a", "y": "a", "z": "b"}, one, two),
        "named": ({"x": "w-00001-of-00002.safetensors", "z": ["b"]}, one, two),
        "twice": ({"x": ["a", "b"]}, one, one),
        "missing": ({"x": "c"}, one, two),
        "elsewhere": ({"x": "../a"}, one, two),
        "mixed": ({"x": "a", "/layers/conv2d/vars": "b"}, one, small_hdf5()),
    }
    memory = io.BytesIO()
    with h5py.File(memory, "w") as file:
        file["layers/conv2d/vars/1"] = ARRAY[0]
    maps["keras"] = ({"/layers/conv2d/vars": ["a", "b"]}, small_hdf5(), memory.getvalue())
    for name, (weight_map, a, b) in maps.items():
        index = json.dumps({"metadata": {"total_size": 72, "source": "keras"}, "weight_map": weight_map})
        (to / name).write_bytes(index.encode() + b"\0" + len(a).to_bytes(4, "little") + a + b)


def mat(to):
    """Two layers as MatConvNet keeps them, newer, older, and within `net`."""
    mean = np.array([123.68, 116.779, 103.939], "f4").reshape(1, 1, 3)

    def cells(*values):
        result = np.empty((1, len(values)), object)
        for i, value in enumerate(values):
            result[0, i] = value
        return result

    kernel = np.arange(3 * 3 * 3 * 2, dtype="f4").reshape(3, 3, 3, 2)
    bias = np.array([[1, 2]], "f4")
    common = {"type": "conv", "stride": np.array([1.0, 1.0])}
    newer = cells({"name": "conv1_1", **common, "weights": cells(kernel, bias)}, {"name": "relu1_1", "type": "relu"})
    older = cells({"name": "conv1_1", **common, "filters": kernel, "biases": bias.T.astype("f8")})
    normalization = {"averageImage": mean, "imageSize": np.array([224.0, 224, 3])}
    savemat(to / "newer", {"layers": newer, "meta": {"normalization": normalization}}, do_compression=True, appendmat=False)
    whole = {"averageImage": np.broadcast_to(mean, (2, 2, 3)).copy()}
    savemat(to / "older", {"layers": older, "normalization": whole}, appendmat=False)
    others = {"c": np.array([1 + 2j]), "s": scipy.sparse.csc_matrix(np.eye(2)), "i": np.arange(3), "e": np.zeros((0, 0))}
    savemat(to / "net", {"x": ARRAY, "net": {"layers": newer, "others": others}}, appendmat=False)


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


def onnx(to):
    """Two convolutions of 2 filters each, of 3 x 3, in the ways that exporters write them."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    kernels = [np.arange(1, 3 * 18 + 1, dtype="f4").reshape(2, 3, 3, 3), np.arange(1, 37, dtype="f4").reshape(2, 2, 3, 3)]
    pads, node, pair = dict(pads=[1, 1, 1, 1]), helper.make_node, np.array([1.5, -2], "f4")
    raw = numpy_helper.from_array
    relu, pool = node("Relu", ["c"], ["r"]), node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2])
    tail = [node("Conv", ["p", "v"], ["e"], **pads), node("Relu", ["e"], ["y"])]
    arrays = [raw(kernels[0], "w"), raw(pair, "b"), raw(kernels[1], "v")]

    def save(name, nodes, arrays, opset=13, beside=None):
        ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, None) for n in "xy"]
        model = helper.make_model(helper.make_graph(nodes, "g", ends[:1], ends[1:], arrays), opset_imports=[helper.make_opsetid("", opset)],
                                  ir_version=8, producer_name="seed")
        if name == "plain":
            helper.set_model_props(model, {"source": "seed"})
        (to / name).write_bytes(model.SerializeToString() + (b"beside:" + beside if beside else b""))

    first = node("Conv", ["x", "w", "b"], ["c"], **pads)
    save("plain", [first, relu, pool, *tail], arrays)
    fields = [helper.make_tensor("w", TensorProto.DOUBLE, (2, 3, 3, 3), kernels[0].flatten().tolist()),
              helper.make_tensor("b", TensorProto.FLOAT16, (2,), pair), helper.make_tensor("v", TensorProto.FLOAT, (2, 2, 3, 3), kernels[1].flatten())]
    save("fields", [first, relu, pool, *tail], [*fields, helper.make_tensor("u", TensorProto.BFLOAT16, (2,), pair)])
    turned = raw(kernels[1].transpose(2, 3, 1, 0).copy(), "h")
    save("turned", [first, relu, pool, node("Identity", ["h"], ["i"]), node("Transpose", ["i"], ["v"], perm=[3, 2, 0, 1]), *tail], [*arrays[:2], turned])
    norm = [raw(pair + 3, n) for n in "klmn"]
    save("normalised", [node("Conv", ["x", "w"], ["a"], **pads), node("Transpose", ["a"], ["t"], perm=[0, 2, 3, 1]), node("Add", ["t", "b"], ["f"]),
                        node("Transpose", ["f"], ["g"], perm=[0, 3, 1, 2]), node("BatchNormalization", ["g", "k", "l", "m", "n"], ["c"], epsilon=1e-3),
                        relu, node("Dropout", ["r"], ["p"]), *tail], [*arrays, *norm])
    constant = node("Constant", [], ["q"], value=raw(pair.reshape(2, 1), "q"))
    more = [node("Unsqueeze", ["q", "ax"], ["o"]), node("Mul", ["o", "a"], ["d"]), node("Sub", ["o", "d"], ["z"]), node("Div", ["z", "o"], ["c"])]
    save("scaled", [node("Conv", ["x", "w"], ["a"], **pads), constant, *more, relu, pool, *tail], [*arrays, raw(np.array([2]), "ax")])
    around = [0, 0, 1, 1, 0, 0, 1, 1]
    save("padded", [node("Pad", ["x"], ["s"], mode="reflect", pads=around), node("Conv", ["s", "w", "b"], ["c"]), relu,
                    node("AveragePool", ["r"], ["o"], kernel_shape=[2, 2], strides=[2, 2]), node("Pad", ["o", "q"], ["p"], mode="reflect"),
                    node("Conv", ["p", "v"], ["y"])], [*arrays, raw(np.array(around), "q")])
    mean = raw(np.array([-103.939, -116.779, -123.68], "f4"), "m")
    cuts = [node("Slice", ["x"], [f"s{i}"], axes=[3], starts=[i], ends=[i + 1]) for i in range(3)]
    save("keras", [*cuts, node("Concat", ["s2", "s1", "s0"], ["s"], axis=3), node("Add", ["s", "m"], ["a"]), node("Transpose", ["a"], ["n"], perm=[0, 3, 1, 2]),
                   node("Conv", ["n", "w", "b"], ["c"], **pads), relu, pool, *tail], [*arrays, mean], 9)
    scales = [raw(np.array(a, "f4").reshape(3, 1, 1), n) for n, a in (("m", [0.485, 0.456, 0.406]), ("d", [0.229, 0.224, 0.225]))]
    save("torchvision", [node("Gather", ["x", "o"], ["s"], axis=1), node("Slice", ["s", "i", "j", "k", "i"], ["t"]), node("Sub", ["t", "m"], ["u"]),
                         node("Div", ["u", "d"], ["n"]), node("Conv", ["n", "w", "b"], ["c"], **pads), relu, pool, *tail],
         [*arrays, *scales, *(raw(np.array(a), n) for n, a in (("o", [2, 1, 0]), ("i", [-1]), ("j", [-9]), ("k", [1])))])
    save("fused", [node("FusedConv", ["x", "w", "b"], ["p"], domain="com.microsoft", activation="Relu", auto_pad="SAME_UPPER"), *tail], arrays)
    both = helper.make_tensor("w", TensorProto.FLOAT, (2, 3, 3, 3), kernels[0].flatten())
    both.double_data.extend(both.float_data[2::2])  # as many bytes in the two fields together as one should have
    del both.float_data[2 : len(both.float_data)]
    save("mixed", [node("Conv", ["x", "w"], ["a"], **pads), node("Mul", ["a", "u"], ["c"]), relu, pool, *tail],
         [both, arrays[2], raw(pair.reshape(2, 1, 1), "u")])
    beside = []
    for tensor in (raw(kernels[0], "w"), raw(pair, "b")):
        place = {"location": "w.data", "offset": str(sum(map(len, beside))), "length": str(len(tensor.raw_data))}
        beside.append(tensor.raw_data)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=value)
        arrays[len(beside) - 1] = tensor
    save("external", [first, relu, pool, *tail], arrays, beside=b"".join(beside))
    save("quantised", [node("DequantizeLinear", ["w8", "b"], ["w"]), first, relu], [raw(kernels[0].astype("i1"), "w8")])


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus")
    for writer in (safetensors, hdf5, npz, keras, shards, mat, blob, torch, onnx):
        writer(folder(root, writer.__name__))


main()
