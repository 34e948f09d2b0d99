"""Remakes the golden files next to it: what PyTorch, TensorFlow and Keras answer where the engine must answer the same.

  python make_golden.py [--table formula_table.txt] [--out FOLDER]
Needs torch, tensorflow, numpy, pillow (versions: README.md, which also describes every file). The tests read the files
only. Vgg networks here are [(name, weights, bias)] of float32; all arithmetic is float64 unless a name says otherwise.
"""
import argparse, os, pathlib, sys
sys.modules["triton"] = None  # torch.optim would load it, and its LLVM and TensorFlow's abort in one process
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # plain Eigen kernels: oneDNN's blocking would make float32 depend on the CPU more
import numpy as np
import torch
import tensorflow as tf
import formula_network
import golden_files
import painting
from decoded_pictures import jpeg_and_resize
from golden_files import describe, sample, write_json, write_npy
from hash_network import LAYERS, fmix32, hash_network, pictures, uniform
from operations import operations
from optimisers import adam_alone, lbfgs, ten_steps
from tutorial import M, N, STYLE_LAYERS, VARIANTS, Tutorial, forward, gram, oihw, to_hwc, to_torch, total_variation


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


def by_formula(table, content):
    """golden_formula.json: weights and maps (replicate padding, average pooling) of the formula network."""
    exact, single = formula_network.network(table, torch.float64), formula_network.network(table, torch.float32)
    found = {"weights": {}, "float64": {}, "float32": {}}
    for (name, w, b), (_, v, c) in zip(exact, single):
        hwio = w.permute(2, 3, 1, 0).numpy()
        found["weights"][name] = {**describe(hwio), "sum_abs": np.abs(hwio.astype(np.float64)).sum(), "bias_sum": float(b.double().sum()),
                                  "bias_l2": float(b.double().norm()), "max_difference_to_float32_arithmetic": float((w - v).abs().max())}
        assert torch.equal(b, c)
    for dtype in (torch.float64, torch.float32):
        maps = forward(exact, to_torch(content, dtype), "replicate", "average")
        found[str(dtype)[6:]] = {name: describe(to_hwc(maps[name])) for name, _ in LAYERS}
    write_json("golden_formula.json", found)
    worst = max(found["weights"].values(), key=lambda w: w["max_difference_to_float32_arithmetic"])
    print(f"  weights: double against float32 arithmetic, largest difference {worst['max_difference_to_float32_arithmetic']:.2e}")
    for name, _ in LAYERS:
        a, b = (np.array(found[t][name]["values"]) for t in ("float64", "float32"))
        size, l2 = np.prod(found["float64"][name]["shape"]), found["float64"][name]["l2"]
        print(f"  {name}: rms {l2 / size ** .5:.3f}, float32 samples off by at most {np.abs(a - b).max():.1e}")


def paintings(table, pictures):
    """golden_recipe.json, golden_colour.json, golden_bicubic.json (painting.py)."""
    network = formula_network.network(table, torch.float64)
    write_json("golden_recipe.json", painting.recipe(network, to_torch, to_hwc, describe, pictures))
    write_json("golden_colour.json", painting.colours(describe, pictures))
    write_json("golden_bicubic.json", painting.bicubic(to_torch, to_hwc, describe, pictures[0]))


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", type=pathlib.Path, default=here.parent.parent / "weights" / "formula_table.txt")
    parser.add_argument("--out", type=pathlib.Path, default=here)
    arguments = parser.parse_args()
    golden_files.folder = arguments.out
    arguments.out.mkdir(parents=True, exist_ok=True)
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
    print("formula"); by_formula(arguments.table, content_picture)
    print("operations"); operations()
    print("paintings"); paintings(arguments.table, (content_picture, style_picture, start_picture))
    print("pictures"); jpeg_and_resize()
