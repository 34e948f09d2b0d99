"""The network and the tutorial's loss in PyTorch. Vgg networks are [(name, weights, bias)] of float32, O x I x H x W."""
import numpy as np
import torch
import torch.nn.functional as F
from hash_network import HEIGHT, WIDTH

STYLE_LAYERS = [f"block{b}_conv1" for b in range(1, 6)]
CONTENT_LAYERS = ["block4_conv2", "block5_conv2"]
M, N = WIDTH * HEIGHT, 3  # the tutorial's constants, the same for every layer
VARIANTS = [("zero", "max"), ("zero", "average"), ("replicate", "max"), ("reflect", "max"), ("replicate", "average")]


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
