"""Remakes the golden files next to it: what PyTorch, TensorFlow and Keras answer where the engine must answer the same.

  python make_golden.py [--table builtin_table.txt] [--out FOLDER]
Needs torch, tensorflow, numpy, pillow (versions: README.md, which also describes every file). The tests read the files
only. Vgg networks here are [(name, weights, bias)] of float32; all arithmetic is float64 unless a name says otherwise.
"""
import argparse, io, json, os, pathlib, sys
sys.modules["triton"] = None  # torch.optim would load it, and its LLVM and TensorFlow's abort in one process
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # plain Eigen kernels: oneDNN's blocking would make float32 depend on the CPU more
import numpy as np
import torch
import torch.nn.functional as F
import builtin_network
import painting
from hash_network import ADAM, HEIGHT, LAYERS, OPS, WIDTH, fmix32, hash_network, pictures, uniform

STYLE_LAYERS = [f"block{b}_conv1" for b in range(1, 6)]
CONTENT_LAYERS = ["block4_conv2", "block5_conv2"]
M, N = WIDTH * HEIGHT, 3  # the tutorial's constants, the same for every layer
STEPS, LEARNING_RATE, BETA_1, BETA_2, EPSILON = 10, 0.03, 0.9, 0.999, 1e-7
VARIANTS = [("zero", "max"), ("zero", "average"), ("replicate", "max"), ("reflect", "max"), ("replicate", "average")]


# ---- writing --------------------------------------------------------------------------------------------------------
def to_json(value, indent=0):
    """Numbers with 17 significant digits (a double comes back exactly), lists of numbers on one line."""
    if isinstance(value, dict):
        pad = " " * (indent + 1)
        return "{\n" + ",\n".join(f"{pad}{json.dumps(k)}: {to_json(v, indent + 1)}" for k, v in value.items()) + "\n" + " " * indent + "}"
    if isinstance(value, (list, tuple, np.ndarray)): return "[" + ", ".join(to_json(v, indent) for v in value) + "]"
    if isinstance(value, (bool, str)): return json.dumps(value)
    if isinstance(value, (int, np.integer)): return str(value)
    assert np.isfinite(value), value
    return format(float(value), ".17g")


def write_json(name, value): (OUT / name).write_text(to_json(value) + "\n")
def write_npy(name, array): np.save(OUT / name, np.ascontiguousarray(array))


def sample(array, count=32):
    """Count positions of a C-order array, spread by the hash; small arrays may repeat one."""
    flat = np.asarray(array).ravel()
    at = fmix32(np.arange(1, count + 1, dtype=np.uint32)) % np.uint32(flat.size)
    return {"indices": at, "values": flat[at].astype(np.float64)}


def describe(array, count=32):
    """Shape, sum, L2 norm (both accumulated in double) and samples; maps are H x W x C here."""
    array = np.asarray(array)
    wide = array.astype(np.float64)
    return {"shape": array.shape, "sum": wide.sum(), "l2": np.sqrt((wide ** 2).sum()), **sample(array, count)}


# ---- PyTorch --------------------------------------------------------------------------------------------------------
def to_torch(hwc, dtype=torch.float64): return torch.from_numpy(np.array(hwc)).to(dtype).permute(2, 0, 1)[None]
def to_hwc(nchw): return nchw.detach()[0].permute(1, 2, 0).numpy()
def oihw(network): return [(name, torch.from_numpy(w).permute(3, 2, 0, 1), torch.from_numpy(b)) for name, w, b in network]


def pad(x, mode, top_bottom=1, left_right=1):
    return F.pad(x, (left_right, left_right, top_bottom, top_bottom), mode="constant" if mode == "zero" else mode)


def forward(network, x, padding="zero", pooling="max"):
    """Every map of a network of O x I x H x W weights: post-ReLU under the layer's name, pools, and one pre-ReLU."""
    maps, pool = {}, F.max_pool2d if pooling == "max" else F.avg_pool2d
    for name, w, b in network:
        if name.endswith("_conv1") and name != "block1_conv1":
            x = maps[f"block{int(name[5]) - 1}_pool"] = pool(x, 2)
        x = F.conv2d(pad(x, padding), w.to(x.dtype), b.to(x.dtype))
        if name == "block1_conv1": maps["block1_conv1_before_relu"] = x
        x = maps[name] = F.relu(x)
    return maps


def gram(x):
    f = x[0].flatten(1)
    return f @ f.T


def total_variation(x):
    """Squared differences to the right and the lower neighbour, summed: the engine's definition."""
    return ((x[..., :, 1:] - x[..., :, :-1]) ** 2).sum() + ((x[..., 1:, :] - x[..., :-1, :]) ** 2).sum()


class Tutorial:
    """The tutorial's loss in PyTorch, of a 1 x 3 x H x W picture."""

    def __init__(self, network, content, style, padding="zero", pooling="max"):
        self.maps = lambda x: forward(network, x, padding, pooling)
        with torch.no_grad():
            self.targets, self.grams = self.maps(content), {k: gram(f) for k, f in self.maps(style).items() if k in STYLE_LAYERS}

    def losses(self, x):
        maps = self.maps(x)
        content = {k: ((maps[k] - self.targets[k]) ** 2).sum() / (2 * M * N) for k in CONTENT_LAYERS}
        style = {k: ((gram(maps[k]) - self.grams[k]) ** 2).sum() / (4 * M ** 2 * N ** 2) for k in STYLE_LAYERS}
        return content, style

    def total(self, x):
        content, style = self.losses(x)
        content, style = 0.5 * sum(content.values()), 0.2 * sum(style.values())
        return content + 100 * style, content, style

    def gradient(self, x):
        x = x.clone().requires_grad_(True)
        totals = self.total(x)
        totals[0].backward()
        return [float(t.detach()) for t in totals], x.grad


# ---- the parts ------------------------------------------------------------------------------------------------------
def hash_values(network):
    """golden_hash.json: what a C++ remake of the hash must give."""
    layers = {name: {"weights": describe(w), "bias": describe(b)} for name, w, b in network}
    write_json("golden_hash.json", {
        "fmix32": {"input": [0, 1, 2, 0xDEADBEEF], "output": fmix32(np.array([0, 1, 2, 0xDEADBEEF], np.uint32))},
        "uniform": {str(s): uniform(s, (8,)) for s in (0, 1, 31, 100, 102)}, "layers": layers})


def vgg19(network, content):
    """golden_vgg19.json: maps of the content picture under every padding and pooling."""
    found = {}
    for padding, pooling in VARIANTS[:4]:
        maps = forward(network, to_torch(content), padding, pooling)
        wanted = ["block1_conv2", "block3_conv1", "block5_conv1"] if padding != "zero" else maps
        found[f"{padding}_{pooling}"] = {k: describe(to_hwc(maps[k])) for k in wanted}
    write_json("golden_vgg19.json", found)
    for k, d in found["zero_max"].items():
        print(f"  {k:26} {d['shape']!s:14} mean {d['sum'] / np.prod(d['shape']):8.4f}  rms {d['l2'] / np.prod(d['shape']) ** .5:.4f}")


def losses(network, content, style, start):
    """golden_losses.json, golden_gradient.npy: Gram matrices, losses and gradients at the start picture."""
    c, s, x = map(to_torch, (content, style, start))
    tutorial, found = Tutorial(network, c, s), {"M": M, "N": N, "gram": {}}
    for role, p in (("style", s), ("start", x)):
        maps = tutorial.maps(p)
        found["gram"][role] = {k: {"trace": float(g.trace()), "frobenius": float(g.norm()), "channels": len(g), **sample(g.numpy(), 64)}
                               for k in STYLE_LAYERS for g in [gram(maps[k])]}
    for kind, weight, parts in zip(("content", "style"), (0.5, 0.2), tutorial.losses(x)):
        found[kind] = {k: {"loss": float(v), "weighted": weight * float(v)} for k, v in parts.items()}
    for padding, pooling in VARIANTS:
        totals, g = Tutorial(network, c, s, padding, pooling).gradient(x)
        found[f"{padding}_{pooling}"] = {**dict(zip(("total", "content", "style"), totals)), "gradient": describe(to_hwc(g))}
        print(f"  {padding}_{pooling}: total {totals[0]:.6g} content {totals[1]:.6g} style {totals[2]:.6g}, gradient l2 {float(g.norm()):.4g}")
        if (padding, pooling) == ("zero", "max"): base, gradient = totals, g
    write_npy("golden_gradient.npy", to_hwc(gradient))
    y = x.clone().requires_grad_(True)
    tv = total_variation(y)
    tv.backward()
    # The tutorial's content loss is a small part of this total, so its gradient is recorded on its own too.
    for key, which in (("content", 1), ("style", 2)):
        z = x.clone().requires_grad_(True)
        tutorial.total(z)[which].backward()
        found[f"{key}_gradient"] = describe(to_hwc(z.grad))
    found["total_variation"] = {"value": float(tv.detach()), "gradient": describe(to_hwc(y.grad))}
    write_json("golden_losses.json", found)
    # The gradient against central differences along its own direction: a check of this script, not a golden value.
    d = gradient / gradient.norm()
    for h in (1e-4, 1e-5, 1e-6):
        slope = (tutorial.total(x + h * d)[0] - tutorial.total(x - h * d)[0]) / (2 * h)
        print(f"  central difference, h {h}: relative difference {float(slope / gradient.norm() - 1):.1e}")
    return base, to_hwc(gradient)


def built_in(table, content):
    """golden_builtin.json: weights and maps (replicate padding, average pooling) of the built-in network."""
    exact, single = builtin_network.network(table, torch.float64), builtin_network.network(table, torch.float32)
    found = {"weights": {}, "float64": {}, "float32": {}}
    for (name, w, b), (_, v, c) in zip(exact, single):
        hwio = w.permute(2, 3, 1, 0).numpy()
        found["weights"][name] = {**describe(hwio), "sum_abs": np.abs(hwio.astype(np.float64)).sum(), "bias_sum": float(b.double().sum()),
                                  "bias_l2": float(b.double().norm()), "max_difference_to_float32_arithmetic": float((w - v).abs().max())}
        assert torch.equal(b, c)
    for dtype in (torch.float64, torch.float32):
        maps = forward(exact, to_torch(content, dtype), "replicate", "average")
        found[str(dtype)[6:]] = {name: describe(to_hwc(maps[name])) for name, _ in LAYERS}
    write_json("golden_builtin.json", found)
    worst = max(found["weights"].values(), key=lambda w: w["max_difference_to_float32_arithmetic"])
    print(f"  weights: double against float32 arithmetic, largest difference {worst['max_difference_to_float32_arithmetic']:.2e}")
    for name, _ in LAYERS:
        a, b = (np.array(found[t][name]["values"]) for t in ("float64", "float32"))
        size, l2 = np.prod(found["float64"][name]["shape"]), found["float64"][name]["l2"]
        print(f"  {name}: rms {l2 / size ** .5:.3f}, float32 samples off by at most {np.abs(a - b).max():.1e}")


def operations():
    """golden_ops.json: convolutions of odd shapes, input and kernel given, with gradients; pools of an odd map."""
    x0 = uniform(OPS, (5, 7, 2))
    found = {"input": x0.ravel(), "input_shape": x0.shape}
    for kh, kw in ((3, 5), (3, 3)):
        w0, b0 = uniform(OPS + kh * kw, (kh, kw, 2, 3)), uniform(OPS + 20, (3,))
        cases = {}
        for stride in (1, 2):
            for mode in ("valid", "zero", "replicate", "reflect"):
                x = to_torch(x0).requires_grad_(True)
                w = torch.from_numpy(w0).permute(3, 2, 0, 1).requires_grad_(True)
                b = torch.from_numpy(b0).requires_grad_(True)
                y = F.conv2d(x if mode == "valid" else pad(x, mode, kh // 2, kw // 2), w, b, stride=stride)
                cotangent = uniform(OPS + 21, to_hwc(y).shape)
                gx, gw, gb = torch.autograd.grad(y, (x, w, b), to_torch(cotangent))
                cases[f"{mode}_stride{stride}"] = {
                    "shape": to_hwc(y).shape, "output": to_hwc(y).ravel(), "cotangent": cotangent.ravel(), "input_gradient": to_hwc(gx).ravel(),
                    "weight_gradient": gw.permute(2, 3, 1, 0).numpy().ravel(), "bias_gradient": gb.numpy()}
        found[f"conv{kh}x{kw}"] = {"weights": w0.ravel(), "bias": b0, **cases}
    for name, pool in (("max", F.max_pool2d), ("average", F.avg_pool2d)):
        x = to_torch(x0).requires_grad_(True)
        y = pool(x, 2)
        cotangent = uniform(OPS + 21, to_hwc(y).shape)
        gx, = torch.autograd.grad(y, x, to_torch(cotangent))
        found[f"{name}_pool"] = {"shape": to_hwc(y).shape, "output": to_hwc(y).ravel(), "cotangent": cotangent.ravel(), "input_gradient": to_hwc(gx).ravel()}
    write_json("golden_ops.json", found)


def paintings(table, pictures):
    """golden_recipe.json, golden_colour.json, golden_bicubic.json (painting.py)."""
    network = builtin_network.network(table, torch.float64)
    write_json("golden_recipe.json", painting.recipe(network, to_torch, to_hwc, describe, pictures))
    write_json("golden_colour.json", painting.colours(describe, pictures))
    write_json("golden_bicubic.json", painting.bicubic(to_torch, to_hwc, describe, pictures[0]))


# ---- TensorFlow, Keras and the two Adams ----------------------------------------------------------------------------
def tensorflow_total(network, dtype, content, style):
    """The tutorial's loss by TensorFlow: N x H x W x C, conv2d 'SAME', 2x2 max pool 'VALID'; a function of a 1 x H x W x 3 variable."""
    weights = [(name, tf.constant(w, dtype), tf.constant(b, dtype)) for name, w, b in network]

    def maps(x):
        found = {}
        for name, w, b in weights:
            if name.endswith("_conv1") and name != "block1_conv1": x = tf.nn.max_pool2d(x, 2, 2, "VALID")
            x = found[name] = tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, w, 1, "SAME"), b))
        return found

    def gram_matrix(x):
        f = tf.reshape(x, (-1, x.shape[-1]))
        return tf.matmul(f, f, transpose_a=True)

    as_batch = lambda p: tf.constant(p[None].astype(dtype))
    targets, style_maps = maps(as_batch(content)), maps(as_batch(style))
    grams = {k: gram_matrix(style_maps[k]) for k in STYLE_LAYERS}

    def total(x):
        found = maps(x)
        content_loss = 0.5 * sum(tf.reduce_sum((found[k] - targets[k]) ** 2) / (2 * M * N) for k in CONTENT_LAYERS)
        style_loss = 0.2 * sum(tf.reduce_sum((gram_matrix(found[k]) - grams[k]) ** 2) / (4 * M ** 2 * N ** 2) for k in STYLE_LAYERS)
        return content_loss + 100 * style_loss, content_loss, style_loss
    return total


def keras_adam(dtype, start, gradient, steps, epsilon):
    """Steps of Keras' Adam; gradient(step, x) gives (losses, gradient). Returns every step's losses and the x after it."""
    # Keras holds the learning rate in floatx, and takes a Python float's beta through float32 in the bias correction
    # (1 - 0.999f is off by 1.3e-5 of itself). Float64 runs hand it doubles, so that they are float64 throughout.
    tf.keras.backend.set_floatx(dtype)
    betas = (np.float64(BETA_1), np.float64(BETA_2)) if dtype == "float64" else (BETA_1, BETA_2)
    x = tf.Variable(start.astype(dtype))
    adam, records, after = tf.keras.optimizers.Adam(LEARNING_RATE, *betas, epsilon=epsilon), [], []
    for step in range(steps):
        record, g = gradient(step, x)
        adam.apply_gradients([(g, x)])
        records.append(record)
        after.append(x.numpy())
    return records, after


def torch_adam(start, gradient, steps, epsilon):
    """The same of PyTorch's Adam, in float64."""
    x = torch.tensor(start.astype(np.float64), requires_grad=True)
    adam, records, after = torch.optim.Adam([x], lr=LEARNING_RATE, betas=(BETA_1, BETA_2), eps=epsilon), [], []
    for step in range(steps):
        record, x.grad = gradient(step, x.detach())
        adam.step()
        records.append(record)
        after.append(x.detach().clone().numpy())
    return records, after


def ten_steps(network, hash_weights, content, style, start, base, gradient):
    """golden_steps.json and three pictures: the tutorial's first steps."""
    found, pictures_after = {"steps": STEPS, "learning_rate": LEARNING_RATE, "beta_1": BETA_1, "beta_2": BETA_2, "epsilon": EPSILON}, {}
    for key, dtype in (("tf32", "float32"), ("tf64", "float64")):
        total = tensorflow_total(hash_weights, dtype, content, style)

        def tf_gradient(step, x):
            with tf.GradientTape() as tape: totals = total(x)
            g = tape.gradient(totals[0], x)
            if step == 0:
                off = [abs(float(t) / b - 1) for t, b in zip(totals, base)]
                print(f"  {key} against PyTorch float64: losses {max(off):.1e} relative, gradient {np.abs(g[0].numpy() - gradient).max() / np.abs(gradient).max():.1e} of its largest entry")
            return [float(t) for t in totals], g
        found[key], after = keras_adam(dtype, start[None], tf_gradient, STEPS, EPSILON)
        pictures_after[key] = after[-1][0]
    tutorial = Tutorial(network, to_torch(content), to_torch(style))

    def torch_gradient(step, x):
        totals, g = tutorial.gradient(x.permute(2, 0, 1)[None])
        return totals, g[0].permute(1, 2, 0).contiguous()
    found["torch64"], after = torch_adam(start, torch_gradient, STEPS, EPSILON)
    pictures_after["torch64"] = after[-1]
    reference = np.array(found["tf64"])
    for key in ("tf32", "tf64", "torch64"):
        table = np.array(found[key])
        found[key] = {"total": table[:, 0], "content": table[:, 1], "style": table[:, 2]}
        write_npy(f"golden_steps_{key}.npy", pictures_after[key])
        off = np.abs(table / reference - 1).max(axis=1)
        print(f"  {key}: total {table[0, 0]:.9g} .. {table[-1, 0]:.9g}; losses off tf64, relative: " + ", ".join(f"{o:.1e}" for o in off))
    for key in ("tf32", "torch64"):
        off = np.abs(pictures_after[key] - pictures_after["tf64"])
        print(f"  picture after: {key} off tf64 by {off.max():.1e} at most, {off.mean():.1e} on average")
    write_json("golden_steps.json", found)


def adam_alone():
    """golden_adam.json: 5 given gradients on 6 parameters, with an epsilon that tells the two conventions apart."""
    start, gradients, found = uniform(ADAM, (6,)), uniform(ADAM + 50, (5, 6)) * 10.0 ** np.arange(-3, 3), {}
    for epsilon in (0.1, EPSILON):
        _, by_keras = keras_adam("float64", start, lambda step, x: (None, tf.constant(gradients[step])), 5, epsilon)
        _, by_torch = torch_adam(start, lambda step, x: (None, torch.tensor(gradients[step])), 5, epsilon)
        found[f"epsilon_{epsilon:g}"] = {"epsilon": epsilon, "keras": by_keras, "torch": by_torch}
        print(f"  epsilon {epsilon:g}: Keras and PyTorch differ by at most {np.abs(np.array(by_keras) - np.array(by_torch)).max():.2g}")
    write_json("golden_adam.json", {"learning_rate": LEARNING_RATE, "beta_1": BETA_1, "beta_2": BETA_2, "start": start,
                                    "gradients": list(gradients), **found})


# ---- L-BFGS ---------------------------------------------------------------------------------------------------------
def rosenbrock(x): return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def torch_lbfgs(start, loss, history, iterations):
    """Loss, x and evaluations after each iteration of PyTorch's L-BFGS, in float64. One step() per iteration looks at the
    point where the last one ended once more; that evaluation is not counted, and the loss is the one found there."""
    x = torch.tensor(np.asarray(start, np.float64), requires_grad=True)
    optimiser = torch.optim.LBFGS([x], lr=1, max_iter=1, max_eval=1000, tolerance_grad=0, tolerance_change=0, history_size=history, line_search_fn="strong_wolfe")

    def closure():
        optimiser.zero_grad()
        value = loss(x)
        value.backward()
        return value
    values, after, evaluations = [], [], []
    for _ in range(iterations):
        counted = optimiser.state[x].get("func_evals", 0)
        optimiser.step(closure)
        after.append(x.detach().clone().numpy())
        values.append(float(loss(x.detach())))
        evaluations.append(optimiser.state[x]["func_evals"] - counted - 1)
    return {"loss": values, "evaluations": evaluations}, after


def lbfgs(network, content, style, start):
    """golden_lbfgs.json, golden_lbfgs.npy: Rosenbrock's function, and the tutorial's loss from the start picture."""
    found = {}
    for name, count, history, iterations in (("rosenbrock_2", 2, 20, 30), ("rosenbrock_10", 10, 5, 40), ("rosenbrock_10_long", 10, 20, 40)):
        first = np.where(np.arange(count) % 2 == 0, -1.2, 1.0)
        run, after = torch_lbfgs(first, rosenbrock, history, iterations)
        found[name] = {"start": first, "history": history, **run, "x": after}
        print(f"  {name}: loss {run['loss'][0]:.6g} .. {run['loss'][-1]:.3g}, {sum(run['evaluations'])} evaluations")
    tutorial = Tutorial(network, to_torch(content), to_torch(style))
    run, after = torch_lbfgs(start, lambda x: tutorial.total(x.permute(2, 0, 1)[None])[0], 4, STEPS)
    found["picture"] = {"history": 4, **run}
    write_json("golden_lbfgs.json", found)
    write_npy("golden_lbfgs.npy", after[-1])
    print(f"  picture: loss {run['loss'][0]:.6g} .. {run['loss'][-1]:.6g}, evaluations {run['evaluations']}")


# ---- pictures -------------------------------------------------------------------------------------------------------
def jpeg_and_resize():
    """golden_*.jpg, TensorFlow's decoded pixels and its resized pictures."""
    from PIL import Image
    y, x = np.mgrid[0:47, 0:61]  # odd: the last chroma sample and the last block are cut
    smooth = np.stack([128 + 90 * np.sin(x / 9 + y / 14), 110 + 4 * np.abs((x - 30) % 24 - 12) + y, 200 - 3 * x + 2 * y], axis=-1)
    detail = 80 * (((x // 5 + y // 4) % 2)[..., None] - .5) * np.array([1, .6, -.8]) * (x > 30)[..., None] + 12 * uniform(OPS, (47, 61, 3))
    pixels = np.clip(smooth + detail, 0, 255).astype(np.uint8)
    rgb, found = Image.fromarray(pixels), {}
    for name, image, options in (("baseline", rgb, {}), ("progressive", rgb, {"progressive": True}), ("grey", rgb.convert("L"), {})):
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=90, **options, **({} if name == "grey" else {"subsampling": "4:2:0"}))
        (OUT / f"golden_{name}.jpg").write_bytes(buffer.getvalue())
        fast, accurate = (tf.io.decode_jpeg(buffer.getvalue(), channels=3, dct_method=m).numpy() for m in ("", "INTEGER_ACCURATE"))
        write_npy(f"golden_{name}_default.npy", fast)
        write_npy(f"golden_{name}_accurate.npy", accurate)
        by_pillow = np.array(Image.open(buffer).convert("RGB"))
        found[name] = {"shape": fast.shape, "default_sum": int(fast.sum(dtype=np.int64)), "accurate_sum": int(accurate.sum(dtype=np.int64)),
                       "default_accurate_max_difference": int(np.abs(fast.astype(int) - accurate).max())}
        print(f"  {name}: default and accurate differ by at most {found[name]['default_accurate_max_difference']}, accurate and Pillow by "
              f"{np.abs(by_pillow.astype(int) - accurate).max()}, default and IFAST equal: {(fast == tf.io.decode_jpeg(buffer.getvalue(), channels=3, dct_method='INTEGER_FAST').numpy()).all()}")
        if name == "baseline": decoded = fast
    for width, height, antialias in ((45, 31, False), (45, 31, True), (80, 53, False), (90, 20, True)):
        resized = tf.image.resize(decoded, (height, width), method="bilinear", antialias=antialias).numpy()
        name = f"golden_resize_{width}x{height}" + ("_antialias" if antialias else "")
        write_npy(name + ".npy", resized)
        found[name[7:]] = {"width": width, "height": height, "antialias": antialias, "source": "golden_baseline_default.npy", **describe(resized)}
    for width, height in ((17, 13), (67, 52), (61, 20), (5, 94)):  # shrunk, enlarged, one side only, both ways
        # Channel by channel in Pillow's mode F: weights in double, float32 between its two passes, nothing rounded to bytes.
        channels = [Image.fromarray(decoded[..., c].astype(np.float32)).resize((width, height), Image.Resampling.LANCZOS) for c in range(3)]
        resized = np.clip(np.stack([np.array(c) for c in channels], axis=-1), 0, 255)
        write_npy(f"golden_lanczos_{width}x{height}.npy", resized)
        found[f"lanczos_{width}x{height}"] = {"width": width, "height": height, "source": "golden_baseline_default.npy", **describe(resized)}
    up = [tf.image.resize(decoded, (53, 80), antialias=a).numpy() for a in (False, True)]
    print(f"  enlarging: antialias changes at most {np.abs(up[0] - up[1]).max():.1e} of 255")
    write_json("golden_pictures.json", found)


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=pathlib.Path, default=here.parent.parent / "weights" / "builtin_table.txt")
    parser.add_argument("--out", type=pathlib.Path, default=here)
    arguments = parser.parse_args()
    OUT = arguments.out
    OUT.mkdir(parents=True, exist_ok=True)
    import tensorflow as tf
    torch.set_num_threads(1)  # one order of summation, so that a second run gives the same bytes
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    weights = hash_network()
    net, (content_picture, style_picture, start_picture) = oihw(weights), pictures()
    for key, p in (("content", content_picture), ("style", style_picture), ("start", start_picture)): write_npy(f"golden_{key}.npy", p)
    print("hash"); hash_values(weights)
    print("vgg19"); vgg19(net, content_picture)
    print("losses"); at_start = losses(net, content_picture, style_picture, start_picture)
    print("steps"); ten_steps(net, weights, content_picture, style_picture, start_picture, *at_start)
    print("adam"); adam_alone()
    print("lbfgs"); lbfgs(net, content_picture, style_picture, start_picture)
    print("built-in"); built_in(arguments.table, content_picture)
    print("operations"); operations()
    print("paintings"); paintings(arguments.table, (content_picture, style_picture, start_picture))
    print("pictures"); jpeg_and_resize()
