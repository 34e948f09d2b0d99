"""The tutorial's first steps with Keras' own VGG19, in TensorFlow and in Impasto, from the same file of weights.

    python bench/parity.py --program build/impasto [--width 96 --height 64 --steps 10 --format keras3|legacy]

keras.applications.VGG19(weights=None, include_top=False) gets random weights from a seed and saves them; `impasto weights
import` reads that file, and `impasto stylise --preset tutorial` starts from the same pixels. Prints the losses of both
before every step and the worst relative difference; fails when it is above 1e-4. Needs numpy, pillow, tensorflow with
Keras 3 and, for the older file format, tf_keras (pip install numpy pillow tensorflow-cpu tf_keras).
"""
import argparse, csv, os, pathlib, subprocess, sys, tempfile
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from PIL import Image

STYLE_LAYERS = [f"block{b}_conv1" for b in range(1, 6)]
CONTENT_LAYERS = ["block4_conv2", "block5_conv2"]
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])
TOLERANCE = 1e-4


def full_vgg19(keras, random):
    """Keras' VGG19 in full width. Its initialiser leaves biases 0; here they are not, so that a lost one shows."""
    keras.utils.set_random_seed(1)
    model = keras.applications.VGG19(weights=None, include_top=False)
    for layer in model.layers:
        if not layer.get_weights(): continue
        w, b = layer.get_weights()
        limit = (6 / (9 * w.shape[2])) ** 0.5
        layer.set_weights([random.uniform(-limit, limit, w.shape).astype(np.float32), random.uniform(-0.1, 0.1, b.shape).astype(np.float32)])
    return model


def picture(random, height, width):
    """Bytes, H x W x 3: waves with noise."""
    y, x = np.mgrid[0:height, 0:width]
    waves = [128 + 80 * np.sin(a * y + b * x + c) for a, b, c in random.uniform(-0.3, 0.3, (3, 3))]
    return np.clip(np.stack(waves, axis=-1) + random.uniform(-20, 20, (height, width, 3)), 0, 255).astype(np.uint8)


def tensorflow_losses(keras, model, content, style, start, steps):
    """[(total, content, style weighted)] before each step of Keras' Adam."""
    names = sorted(set(STYLE_LAYERS + CONTENT_LAYERS))
    taps = keras.Model(model.inputs, [model.get_layer(n).output for n in names])
    maps = lambda x: dict(zip(names, taps(x)))
    pixels, channels = content.shape[0] * content.shape[1], 3

    def gram(f):
        f = tf.reshape(f, (-1, f.shape[-1]))
        return tf.matmul(f, f, transpose_a=True)
    targets = maps(tf.constant(content[None]))
    grams = {k: gram(f) for k, f in maps(tf.constant(style[None])).items()}

    def losses(x):
        found = maps(x)
        of_content = 0.5 * sum(tf.reduce_sum((found[k] - targets[k]) ** 2) / (2 * pixels * channels) for k in CONTENT_LAYERS)
        of_style = 0.2 * sum(tf.reduce_sum((gram(found[k]) - grams[k]) ** 2) / (4 * pixels ** 2 * channels ** 2) for k in STYLE_LAYERS)
        return of_content + 100 * of_style, of_content, 100 * of_style
    x, adam, rows = tf.Variable(start[None]), keras.optimizers.Adam(0.03, epsilon=1e-7), []
    for _ in range(steps):
        with tf.GradientTape() as tape: found = losses(x)
        adam.apply_gradients([(tape.gradient(found[0], x), x)])
        rows.append([float(v) for v in found])
    return np.array(rows)


def impasto_losses(program, folder, weights, size, steps):
    """The same from the log of a run."""
    run = lambda *words: subprocess.run([program, *map(str, words)], cwd=folder, check=True, stdout=sys.stderr)
    run("weights", "import", weights, "-o", "imported.safetensors", "--source", "keras")
    run("stylise", "content.png", "style.png", "-o", "painting.npy", "--preset", "tutorial", "--weights", "imported.safetensors", "--init", "start.npy",
        "--init-noise", "0", "--epochs", "1", "--steps-per-epoch", steps, "--width", size[0], "--height", size[1], "--log", "log.csv", "--quiet")
    with open(folder / "log.csv") as log:
        return np.array([[float(row[k]) for k in ("loss", "content", "style")] for row in csv.DictReader(log)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, default="build/impasto")
    parser.add_argument("--width", type=int, default=96)
    parser.add_argument("--height", type=int, default=64)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--format", choices=("keras3", "legacy"), default="keras3", help=".weights.h5 of Keras 3, or .h5 of tf_keras")
    arguments = parser.parse_args()
    if arguments.format == "keras3":
        import keras
        file = "vgg19.weights.h5"
    else:
        import tf_keras as keras
        file = "vgg19.h5"
    random, shape = np.random.default_rng(7), (arguments.height, arguments.width)
    model = full_vgg19(keras, random)
    content, style = picture(random, *shape), picture(random, *shape)
    units = lambda p: (p.astype(np.float32) / 255 - MEAN) / DEVIATION
    start = ((units(content) + random.uniform(-0.2, 0.2, (*shape, 3))) / 2).astype(np.float32)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        Image.fromarray(content).save(folder / "content.png")
        Image.fromarray(style).save(folder / "style.png")
        np.save(folder / "start.npy", start)
        model.save_weights(folder / file)
        print(f"{file}: {(folder / file).stat().st_size} bytes, saved by {keras.__name__} {keras.__version__}, TensorFlow {tf.__version__}")
        ours = impasto_losses(arguments.program.resolve(), folder, file, (arguments.width, arguments.height), arguments.steps)
    theirs = tensorflow_losses(keras, model, units(content), units(style), start, arguments.steps)
    off = np.abs(ours / theirs - 1)
    print(f"step {'TensorFlow':>16} {'Impasto':>16}  relative difference of total, content, style")
    for step, (a, b, d) in enumerate(zip(theirs, ours, off), 1):
        print(f"{step:4} {a[0]:16.9g} {b[0]:16.9g}  " + "  ".join(f"{v:.1e}" for v in d))
    print(f"worst relative difference {off.max():.2e}, wanted below {TOLERANCE:g}")
    return 0 if off.max() < TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
