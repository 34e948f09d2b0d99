"""What VGG16 says of a crop, in short: its maps at a few places, on each layer's principal axes."""
import sys

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from vgg import LAYERS, at_places, maps, network_input, rows

AXES = dict(zip(LAYERS, (32, 48, 64, 80, 96, 112, 128, 160, 160, 160, 224)))  # principal axes kept of each layer
PLACES = dict(zip(LAYERS, (192, 192, 256, 256, 320, 320, 320, 400, 400, 400, 400)))  # of each map, at most


WANTED = {"network": "VGG16", "channel_order": "BGR", "range": "255", "preprocessing": "carried", "pooling": "max", "padding": "zero"}


def load_teacher(path, device):
    """Keras' or Caffe's VGG16 as `impasto weights import` writes it: kernels are 3 x 3 x C x K."""
    try:
        with safe_open(path, "numpy") as file:
            said = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for n in LAYERS for name in (n + "/kernel", n + "/bias")}
    except (OSError, SafetensorError) as error:
        sys.exit(f"{path} cannot be read as the teacher ({error}); make it with: impasto weights import VGG16 -o {path}")
    wrong = [f"{key} is {said.get(key)}, wanted {value}" for key, value in WANTED.items() if said.get(key) != value]
    if arrays[LAYERS[0] + "/kernel"].shape != (3, 3, 3, 64):
        wrong.append("it is not as wide as VGG16")
    if wrong:
        sys.exit(f"{path} is not the teacher: {'; '.join(wrong)}. Import Keras' VGG16.")
    tensor = lambda name: torch.from_numpy(arrays[name].astype(np.float32)).to(device)
    return {n: (tensor(n + "/kernel").permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last), tensor(n + "/bias"))
            for n in LAYERS}


@torch.no_grad()
def principal_axes(weights, crops, device):
    """layer to (mean C, axes C x D); axes are divided by the layer's deviation, so that all targets have variance 1 in sum."""
    sums = {n: [0, 0, 0] for n in LAYERS}
    for i in range(0, len(crops), 4):
        for n, y in maps(weights, network_input(crops[i:i + 4], device)):
            f = rows(y).flatten(0, 1)
            f = f[torch.randperm(len(f), device=device)[:8000]].double()
            for s, v in enumerate((f.T @ f, f.sum(0), len(f))):
                sums[n][s] += v
    axes = {}
    for n, (square, total, count) in sums.items():
        mean = total / count
        values, vectors = torch.linalg.eigh(square / count - torch.outer(mean, mean))
        kept = vectors.flip(1)[:, :AXES[n]] / values.clamp_min(0).sum().sqrt()
        axes[n] = (mean.float(), kept.float())
        print(f"  {n}: {float(values.flip(0)[:AXES[n]].sum() / values.sum()):.4f} of the variance on {AXES[n]} axes", flush=True)
    return axes


@torch.no_grad()
def targets(weights, axes, crops, rng, device, batch=4):
    """layer to (places N x P of the map's rows, values N x P x D as float16), numpy."""
    parts = {n: ([], []) for n in LAYERS}
    for i in range(0, len(crops), batch):
        for n, y in maps(weights, network_input(crops[i:i + batch], device)):
            chosen = np.stack([rng.permutation(y[0, 0].numel())[:PLACES[n]] for _ in y]).astype(np.int32)
            mean, kept = axes[n]
            f = at_places(y, torch.from_numpy(chosen).long().to(device))
            parts[n][0].append(chosen)
            parts[n][1].append(((f - mean) @ kept).half().cpu().numpy())
    return {n: tuple(np.concatenate(p) for p in both) for n, both in parts.items()}
