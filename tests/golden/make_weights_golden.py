"""Remakes the golden weights: a narrow VGG19 as Keras, tf_keras and torchvision save it, and what they compute with it.

  python make_weights_golden.py [--out FOLDER]
Needs torch, torchvision, safetensors, tensorflow (with Keras 3), tf_keras, h5py, numpy, pillow; README.md describes
every file. The same hash fills all networks, so one set of values stands in each spelling.
"""
import argparse, os, pathlib, sys
sys.modules["triton"] = None  # its LLVM and TensorFlow's abort in one process
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
import h5py
import numpy as np
import torch
import safetensors.torch
import torchvision.models.vgg
import tensorflow as tf
import keras
import tf_keras
from PIL import Image
from golden_files import describe, to_json
from hash_network import pictures, uniform
from optimisers import EPSILON, STEPS, keras_adam, tensorflow_total

WIDTHS = [(2, 4), (2, 5), (4, 4), (4, 5), (4, 4)]  # (convolutions, channels) of each block
NAMES = [f"block{b}_conv{c}" for b, (count, _) in enumerate(WIDTHS, 1) for c in range(1, count + 1)]
STREAM = 200  # of the hash: layer l draws its weights from STREAM + 2 l and its bias from STREAM + 2 l + 1
PICTURE_HEIGHT, PICTURE_WIDTH = 48, 64
TORCHVISION_INDEX = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def narrow_network():
    """[(name, weights 3 x 3 x C x K float32, bias K float32)] with He's uniform limit."""
    network, inputs, layer = [], 3, 0
    for block, (count, outputs) in enumerate(WIDTHS, 1):
        for index in range(1, count + 1):
            limit = np.sqrt(6.0 / (9.0 * inputs))
            weights = (uniform(STREAM + 2 * layer, (3, 3, inputs, outputs)) * limit).astype(np.float32)
            bias = (uniform(STREAM + 2 * layer + 1, (outputs,)) * 0.1).astype(np.float32)
            network.append((f"block{block}_conv{index}", weights, bias))
            inputs, layer = outputs, layer + 1
    return network


def rgb_picture():
    """H x W x 3 bytes: waves of each channel with a little noise, so that a swapped channel shows."""
    y, x = np.mgrid[0:PICTURE_HEIGHT, 0:PICTURE_WIDTH]
    waves = [(0.13, 0.05, 0.0, 150), (0.04, 0.17, 1.0, 110), (0.21, -0.09, 2.0, 70)]
    smooth = np.stack([middle + 60 * np.sin(ky * y + kx * x + phase) for ky, kx, phase, middle in waves], axis=-1)
    return np.clip(np.rint(smooth + 10 * uniform(STREAM + 90, smooth.shape)), 0, 255).astype(np.uint8)


# ---- the frameworks' own networks -----------------------------------------------------------------------------------
def keras_model(library, network):
    """VGG19 without top of Keras 3 or tf_keras, with the layers' names and order of keras.applications.VGG19."""
    x = inputs = library.layers.Input((None, None, 3))
    for block, (count, channels) in enumerate(WIDTHS, 1):
        for index in range(1, count + 1):
            x = library.layers.Conv2D(channels, 3, activation="relu", padding="same", name=f"block{block}_conv{index}")(x)
        x = library.layers.MaxPooling2D(2, strides=2, name=f"block{block}_pool")(x)
    model = library.Model(inputs, x, name="vgg19")
    for name, w, b in network: model.get_layer(name).set_weights([w, b])
    return model


def torchvision_model(network):
    """torchvision's VGG of configuration E at these widths, with a small classifier in place of the 494 MB one."""
    plan = [n for count, channels in WIDTHS for n in [channels] * count + ["M"]]
    widest = WIDTHS[-1][1]
    model = torchvision.models.vgg.VGG(torchvision.models.vgg.make_layers(plan), num_classes=2, init_weights=False)
    model.classifier = torch.nn.Sequential(torch.nn.Linear(widest, 4), torch.nn.ReLU(), torch.nn.Dropout(), torch.nn.Linear(4, 2))
    with torch.no_grad():
        for index, (_, w, b) in zip(TORCHVISION_INDEX, network):
            model.features[index].weight.copy_(torch.from_numpy(w).permute(3, 2, 0, 1))
            model.features[index].bias.copy_(torch.from_numpy(b))
        for number, p in enumerate(model.classifier.parameters()):
            p.copy_(torch.from_numpy(uniform(STREAM + 80 + number, tuple(p.shape)).astype(np.float32)))
    return model.eval()


def save_official_layout(file, model):
    """As Keras 1 wrote vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5: a group for each layer, poolings too, names in
    attributes, datasets block1_conv1/block1_conv1_W_1:0 (HWIO) and block1_conv1/block1_conv1_b_1:0."""
    with h5py.File(file, "w") as h5:
        h5.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        for layer in model.layers:
            group = h5.create_group(layer.name)
            names = [f"{layer.name}_{letter}_1:0" for letter in "Wb"] if layer.get_weights() else []
            group.attrs["weight_names"] = np.array([n.encode() for n in names])
            for name, values in zip(names, layer.get_weights()): group.create_dataset(name, data=values)


# ---- what they compute ----------------------------------------------------------------------------------------------
def features(out, network, models, pixels):
    """golden_weights.json: the network's input and every convolution's map, as Keras and as PyTorch compute them."""
    prepared = tf_keras.applications.vgg19.preprocess_input(pixels.astype(np.float32)[None])
    found = {"keras": {"input": describe(prepared[0], 16)}, "torchvision": {}}
    taps = keras.Model(models["keras"].inputs, [models["keras"].get_layer(n).output for n in NAMES])
    for name, maps in zip(NAMES, taps.predict(prepared, verbose=0)): found["keras"][name] = describe(maps[0], 16)
    again = models["tf_keras"].predict(prepared, verbose=0)
    assert np.array_equal(again, models["keras"].predict(prepared, verbose=0)), "Keras 3 and tf_keras differ"
    to_input = torchvision.transforms.Compose([torchvision.transforms.ToTensor(), torchvision.transforms.Normalize(MEAN, DEVIATION)])
    with torch.no_grad():
        x = to_input(Image.fromarray(pixels))[None]
        found["torchvision"]["input"] = describe(x[0].permute(1, 2, 0).numpy(), 16)
        for position, module in enumerate(models["torchvision"].features):
            x = module(x)
            if position - 1 in TORCHVISION_INDEX:
                found["torchvision"][NAMES[TORCHVISION_INDEX.index(position - 1)]] = describe(x[0].permute(1, 2, 0).numpy(), 16)
    for source, layers in found.items():
        print(f"  {source}: root mean square of the maps " + ", ".join(f"{d['l2'] / np.prod(d['shape']) ** .5:.3g}" for d in layers.values()))
    (out / "golden_weights.json").write_text(to_json(found) + "\n")


def ten_steps(out, network):
    """golden_weights_steps.json: the tutorial's first steps with the narrow network, literally, in float32."""
    content, style, start = pictures()
    total = tensorflow_total(network, "float32", content, style)

    def gradient(step, x):
        with tf.GradientTape() as tape: totals = total(x)
        return [float(t) for t in totals], tape.gradient(totals[0], x)
    records, _ = keras_adam("float32", start[None], gradient, STEPS, EPSILON)
    table = np.array(records)
    (out / "golden_weights_steps.json").write_text(to_json({"total": table[:, 0], "content": table[:, 1], "style": table[:, 2]}) + "\n")
    print(f"  total {table[0, 0]:.9g} .. {table[-1, 0]:.9g}")


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=here)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    net, picture = narrow_network(), rgb_picture()
    made = {"keras": keras_model(keras, net), "tf_keras": keras_model(tf_keras, net), "torchvision": torchvision_model(net)}
    Image.fromarray(picture).save(out / "golden_weights_picture.png", optimize=True)
    save_official_layout(out / "golden_vgg19_official.h5", made["tf_keras"])
    made["tf_keras"].save_weights(out / "golden_vgg19_tf_keras.h5")
    made["keras"].save_weights(out / "golden_vgg19_keras3.weights.h5")
    safetensors.torch.save_file(made["torchvision"].state_dict(), out / "golden_vgg19_torchvision.safetensors")
    print("features"); features(out, net, made, picture)
    print("steps"); ten_steps(out, net)
    for file in sorted(out.glob("golden_vgg19_*.*5")) + sorted(out.glob("golden_vgg19_*.safetensors")): print(f"  {file.name}: {file.stat().st_size} bytes")
