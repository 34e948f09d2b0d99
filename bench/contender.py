"""One framework, kept alive: the tutorial's step in PyTorch or TensorFlow for bench/compare.py.

    python contender.py NAME WEIGHTS.safetensors WIDTH HEIGHT THREADS

NAME: torch, torch-compile, torch-bf16, torch-bf16-compile or tensorflow. WEIGHTS: the 16 convolutions of VGG19 under
torchvision's names, F32. Answers with JSON, one line each: first the versions, then for every line "N" of the input
the milliseconds of N steps, the loss and the peak resident memory so far. Ends with its input.

A step: forward to block5_conv2, losses, gradient of the picture, Adam (docs/MATH.md has the formulas).
"""

import json
import os
import resource
import struct
import sys
import time

import numpy as np

# The convolutions up to block5_conv2: torchvision's index, and whether max pooling comes first.
LAYERS = [(0, 0), (2, 0), (5, 1), (7, 0), (10, 1), (12, 0), (14, 0), (16, 0), (19, 1), (21, 0), (23, 0), (25, 0),
          (28, 1), (30, 0)]
STYLE = {0: 0.2, 5: 0.2, 10: 0.2, 19: 0.2, 28: 0.2}
CONTENT = {21: 0.5, 30: 0.5}
STYLE_WEIGHT = 100.0
ADAM = {"rate": 0.03, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-7}


def read_weights(path):
    """{index: (K x C x 3 x 3, K)} of a safetensors file."""
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header, base = json.loads(file.read(size)), 8 + size
    data = np.memmap(path, np.uint8, "r", base)

    def tensor(name):
        first, last = header[name]["data_offsets"]
        return np.array(data[first:last]).view(np.float32).reshape(header[name]["shape"])

    return {i: (tensor(f"features.{i}.weight"), tensor(f"features.{i}.bias")) for i, _ in LAYERS}


def pictures(width, height):
    """Content and style: noise of the normalised units' size, H x W x 3."""
    random = np.random.default_rng(0)
    return [random.uniform(-2, 2, (height, width, 3)).astype(np.float32) for _ in range(2)]


def torch_step(name, weights, content, style, threads):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)
    bf16 = "bf16" in name
    last, pixels = torch.channels_last, content.shape[0] * content.shape[1]
    kind = torch.bfloat16 if bf16 else torch.float32  # kept as autocast would convert them in every step
    filters = {i: (torch.from_numpy(w).to(kind, memory_format=last), torch.from_numpy(b).to(kind))
               for i, (w, b) in weights.items()}

    def features(x):
        found = {}
        for index, pooled in LAYERS:
            x = F.relu(F.conv2d(F.max_pool2d(x, 2) if pooled else x, *filters[index], padding=1))
            found[index] = x
        return found

    def gram(x):
        rows = x[0].permute(1, 2, 0).reshape(-1, x.shape[1])
        return rows.T @ rows

    def picture(values):
        return torch.from_numpy(values).permute(2, 0, 1)[None].contiguous(memory_format=last)

    autocast = torch.autocast("cpu", torch.bfloat16, enabled=bf16)
    with torch.no_grad(), autocast:
        grams = {i: gram(x) for i, x in features(picture(style)).items() if i in STYLE}
        targets = {i: x for i, x in features(picture(content)).items() if i in CONTENT}

    def loss(x):
        found, total = features(x), 0.0
        for i, share in CONTENT.items():
            total = total + share * (found[i] - targets[i]).float().square().sum() / (2 * pixels * 3)
        for i, share in STYLE.items():
            error = (gram(found[i]) - grams[i]).float().square().sum()
            total = total + STYLE_WEIGHT * share * error / (4.0 * pixels**2 * 9)
        return total

    compiled = torch.compile(loss) if "compile" in name else loss
    x = picture(content * 0.5).requires_grad_()
    adam = torch.optim.Adam([x], ADAM["rate"], (ADAM["beta1"], ADAM["beta2"]), ADAM["epsilon"])

    def step():
        adam.zero_grad()
        with autocast:
            value = compiled(x)
        value.backward()
        adam.step()
        return value.item()

    return step, {"torch": torch.__version__, "torch's instructions": torch.backends.cpu.get_cpu_capability()}


def tensorflow_step(_, weights, content, style, threads):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    pixels = content.shape[0] * content.shape[1]
    filters = {i: (tf.constant(w.transpose(2, 3, 1, 0)), tf.constant(b)) for i, (w, b) in weights.items()}

    def features(x):
        found = {}
        for index, pooled in LAYERS:
            x = tf.nn.max_pool2d(x, 2, 2, "VALID") if pooled else x
            w, b = filters[index]
            x = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, w, 1, "SAME"), b))
            found[index] = x
        return found

    def gram(x):
        rows = tf.reshape(x, (-1, x.shape[-1]))
        return tf.matmul(rows, rows, transpose_a=True)

    @tf.function
    def targets_of(x, y):
        return ({i: f for i, f in features(x).items() if i in CONTENT},
                {i: gram(f) for i, f in features(y).items() if i in STYLE})

    targets, grams = targets_of(tf.constant(content[None]), tf.constant(style[None]))
    x = tf.Variable(content[None] * 0.5)
    m, v = tf.Variable(tf.zeros_like(x)), tf.Variable(tf.zeros_like(x))
    power1, power2 = tf.Variable(ADAM["beta1"]), tf.Variable(ADAM["beta2"])

    @tf.function
    def graph():
        with tf.GradientTape() as tape:
            found, total = features(x), 0.0
            for i, share in CONTENT.items():
                total += share * tf.reduce_sum(tf.square(found[i] - targets[i])) / (2 * pixels * 3)
            for i, share in STYLE.items():
                error = tf.reduce_sum(tf.square(gram(found[i]) - grams[i]))
                total += STYLE_WEIGHT * share * error / (4.0 * pixels**2 * 9)
        gradient = tape.gradient(total, x)
        tf.raw_ops.ResourceApplyAdam(
            var=x.handle, m=m.handle, v=v.handle, beta1_power=power1, beta2_power=power2, lr=ADAM["rate"],
            beta1=ADAM["beta1"], beta2=ADAM["beta2"], epsilon=ADAM["epsilon"], grad=gradient)
        power1.assign(power1 * ADAM["beta1"])
        power2.assign(power2 * ADAM["beta2"])
        return total

    return lambda: float(graph()), {"tensorflow": tf.__version__}


def main():
    name, file, width, height, threads = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
    answers = os.fdopen(os.dup(1), "w")  # what the frameworks print goes to stderr
    os.dup2(2, 1)
    make = tensorflow_step if name == "tensorflow" else torch_step
    step, versions = make(name, read_weights(file), *pictures(width, height), threads)
    print(json.dumps(versions), file=answers, flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            loss = step()
            times.append(round(1000 * (time.perf_counter() - start), 3))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 if sys.platform != "darwin" else 1024)
        print(json.dumps({"ms": times, "loss": loss, "peak_rss_mib": peak / 1024}), file=answers, flush=True)


if __name__ == "__main__":
    main()
