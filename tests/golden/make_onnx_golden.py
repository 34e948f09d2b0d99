"""Remakes the golden files of ONNX: a narrow VGG19 as PyTorch's two exporters, Keras, tf2onnx and onnx itself write it, and
what it computes.

  python make_onnx_golden.py [--out FOLDER]
Needs torch, onnx, onnxscript, tensorflow (with Keras 3), tf2onnx, numpy, pillow; README.md describes every file. Weights are
rounded to bfloat16, so that every type holds them exactly and one set of maps stands for all files of a source.
"""
import argparse, os, pathlib, sys, warnings
sys.modules["triton"] = None  # its LLVM and TensorFlow's abort in one process
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
import numpy as np
import torch
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from golden_files import describe, to_json
from hash_network import uniform

WIDTHS = [(2, 4), (2, 3), (4, 5), (4, 2), (4, 6)]  # (convolutions, channels) of each block
NAMES = [f"block{b}_conv{c}" for b, (count, _) in enumerate(WIDTHS, 1) for c in range(1, count + 1)]
STREAM = 400  # of the hash: layer l draws its weights from STREAM + 2 l and its bias from STREAM + 2 l + 1
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def rounded(values):
    """To bfloat16, and to 0 where a half is no longer exact."""
    values = torch.from_numpy(values.astype(np.float32)).bfloat16().float()
    return torch.where(values.abs() < 2 ** -14, torch.zeros(()), values).numpy()


def narrow_weights():
    """[(K x C x 3 x 3, K)]"""
    network, inputs = [], 3
    for count, outputs in WIDTHS:
        for _ in range(count):
            stream = STREAM + 2 * len(network)
            limit = np.sqrt(6.0 / (9.0 * inputs))
            network.append((rounded(uniform(stream, (outputs, inputs, 3, 3)) * limit), rounded(uniform(stream + 1, (outputs,)) * 0.1)))
            inputs = outputs
    return network


# ---- PyTorch ----------------------------------------------------------------------------------------------------------
class Narrow(torch.nn.Module):
    """torchvision's VGG19 up to conv5_4, with batch normalisation where asked for."""
    def __init__(self, weights, normalised=False):
        super().__init__()
        layers, number = [], 0
        for count, outputs in WIDTHS:
            for _ in range(count):
                w, b = weights[number]
                conv = torch.nn.Conv2d(w.shape[1], outputs, 3, padding=1)
                conv.weight.data, conv.bias.data = torch.from_numpy(w.copy()), torch.from_numpy(b.copy())
                layers.append(conv)
                if normalised: layers.append(self.normalisation(outputs, STREAM + 100 + 4 * number))
                layers.append(torch.nn.ReLU())
                number += 1
            layers.append(torch.nn.MaxPool2d(2, 2))
        self.features = torch.nn.Sequential(*layers[:-1])

    @staticmethod
    def normalisation(channels, stream):
        norm = torch.nn.BatchNorm2d(channels)
        draw = lambda i: torch.from_numpy(uniform(stream + i, (channels,)).astype(np.float32))
        norm.weight.data, norm.bias.data = 1 + 0.5 * draw(0), 0.2 * draw(1)
        norm.running_mean, norm.running_var = 0.3 * draw(2), 1 + 0.5 * draw(3)
        return norm

    def forward(self, x): return self.features(x)


def torch_features(network, pixels):
    found, number = {}, 0
    with torch.no_grad():
        x = (torch.from_numpy(pixels.astype(np.float32) / 255) - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
        found["input"] = describe(x.numpy(), 8)
        x = x.permute(2, 0, 1)[None]
        for module in network.features:
            x = module(x)
            if not isinstance(module, torch.nn.ReLU): continue
            found[NAMES[number]] = describe(x[0].permute(1, 2, 0).numpy(), 8)
            number += 1
    return found


def without_traces(file):
    """The new exporter notes where on its machine every node came from."""
    model = onnx.load(file, load_external_data=False)
    for holder in [*model.graph.node, *model.graph.input, *model.graph.output, *model.graph.value_info, *model.graph.initializer, model.graph, model]:
        del holder.metadata_props[:]
    del model.graph.value_info[:]
    onnx.save(model, file)


def export_torch(out, weights):
    x = torch.zeros(1, 3, 48, 64)
    save = lambda network, name, x=x, **how: torch.onnx.export(network.eval(), (x,), out / f"golden_onnx_{name}.onnx", verbose=False, **how)
    save(Narrow(weights), "torch_old", dynamo=False)
    save(Narrow(weights).half(), "torch_half", x.half(), dynamo=False, opset_version=11)
    save(Narrow(weights), "torch_new", dynamo=True)
    save(Narrow(weights).bfloat16(), "torch_bfloat16", x.bfloat16(), dynamo=True, external_data=False)
    normalised = Narrow(weights, True)
    save(normalised, "torch_folded", dynamo=False)
    save(normalised, "torch_normalised", dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    for name in ("torch_new", "torch_bfloat16"): without_traces(out / f"golden_onnx_{name}.onnx")


# ---- Keras ------------------------------------------------------------------------------------------------------------
def keras_model(weights, preprocessed):
    import keras
    x = inputs = keras.layers.Input((48, 64, 3))
    if preprocessed: x = keras.applications.vgg19.preprocess_input(x)
    for block, (count, channels) in enumerate(WIDTHS, 1):
        if block > 1: x = keras.layers.MaxPooling2D(2, strides=2)(x)
        for _ in range(count): x = keras.layers.Conv2D(channels, 3, activation="relu", padding="same")(x)
    model = keras.Model(inputs, x)
    convolutions = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    for layer, (w, b) in zip(convolutions, weights): layer.set_weights([w.transpose(2, 3, 1, 0), b])
    return model, convolutions


def export_keras(out, weights, pixels):
    import keras, tensorflow, tf2onnx
    plain, convolutions = keras_model(weights, False)
    prepared = keras.applications.vgg19.preprocess_input(pixels.astype(np.float32)[None])
    taps = keras.Model(plain.inputs, [layer.output for layer in convolutions])
    found = {"input": describe(prepared[0], 8)}
    for name, maps in zip(NAMES, taps.predict(prepared, verbose=0)): found[name] = describe(maps[0], 8)
    # As tf.function, whose sizes are open, in the oldest operators that tf2onnx writes a VGG in.
    call = tensorflow.function(lambda x: plain(x), input_signature=[tensorflow.TensorSpec((None, None, None, 3))])
    tf2onnx.convert.from_function(call, call.input_signature, opset=7, output_path=str(out / "golden_onnx_tf2onnx.onnx"))
    whole, _ = keras_model(weights, True)
    whole(np.zeros((1, 48, 64, 3), "f4"))
    whole.export(out / "golden_onnx_keras.onnx", format="onnx", verbose=False)
    return found


# ---- onnx.helper ------------------------------------------------------------------------------------------------------
def write_by_helper(out, weights):
    """Names that tell nothing, kernels as HWIO behind a Transpose, biases in Constant nodes, an Add, or Conv; four types."""
    types = [(TensorProto.FLOAT, np.float32), (TensorProto.DOUBLE, np.float64), (TensorProto.FLOAT16, np.float16), (TensorProto.BFLOAT16, np.float32)]
    nodes, arrays, x, number = [], [], "x", 0

    def array(values, kind, raw):
        name = f"a{len(arrays) + 7}"
        values = np.ascontiguousarray(values, types[kind][1])
        if raw and kind != 3: arrays.append(numpy_helper.from_array(values, name))
        else: arrays.append(helper.make_tensor(name, types[kind][0], values.shape, values.flatten().tolist()))
        return name

    for block, (count, _) in enumerate(WIDTHS):
        if block: nodes.append(helper.make_node("MaxPool", [x], [f"p{block}"], kernel_shape=[2, 2], strides=[2, 2])); x = f"p{block}"
        for _ in range(count):
            w, b = weights[number]
            kind, way, name = number % 4, number % 3, f"n{number}"
            kernel = array(w.transpose(2, 3, 1, 0), kind, number % 2)
            nodes += [helper.make_node("Transpose", [kernel], [name + "t"], perm=[3, 2, 0, 1]), helper.make_node("Cast", [name + "t"], [name + "f"], to=1)]
            how = dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1])
            if way == 0:
                nodes.append(helper.make_node("Constant", [], [name + "b"], value=numpy_helper.from_array(b)))
                nodes.append(helper.make_node("Conv", [x, name + "f", name + "b"], [name + "c"], **how))
            elif way == 1:
                nodes.append(helper.make_node("Conv", [x, name + "f", array(b, 0, True)], [name + "c"], **how))
            else:
                nodes.append(helper.make_node("Conv", [x, name + "f"], [name + "d"], **how))
                nodes.append(helper.make_node("Add", [name + "d", array(b.reshape(-1, 1, 1), 0, False)], [name + "c"]))
            nodes.append(helper.make_node("Relu", [name + "c"], [name]))
            x, number = name, number + 1
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, None, None, None]) for n in ("x", x)]
    model = helper.make_model(helper.make_graph(nodes, "g", ends[:1], ends[1:], arrays), opset_imports=[helper.make_opsetid("", 13)])
    onnx.checker.check_model(model)
    onnx.save(model, out / "golden_onnx_helper.onnx")


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=here)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    weights = narrow_weights()
    pixels = np.asarray(Image.open(here / "golden_weights_picture.png"))
    found = {"torchvision": torch_features(Narrow(weights).eval(), pixels), "normalised": torch_features(Narrow(weights, True).eval(), pixels)}
    export_torch(out, weights)
    found["keras"] = export_keras(out, weights, pixels)
    write_by_helper(out, weights)
    for source, layers in found.items():
        print(f"  {source}: root mean square of the maps " + ", ".join(f"{d['l2'] / np.prod(d['shape']) ** .5:.3g}" for d in layers.values()))
    (out / "golden_onnx.json").write_text(to_json(found) + "\n")
    for file in sorted(out.glob("golden_onnx*")): print(f"  {file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__": main()
