"""VGG's shape, which teacher and student share: eleven 3 x 3 convolutions, each with ReLU, and max pooling between blocks."""
import numpy as np
import torch
import torch.nn.functional as F

LAYERS = [f"block{b}_conv{i}" for b, n in ((1, 2), (2, 2), (3, 3), (4, 3), (5, 1)) for i in range(1, n + 1)]
MEAN = np.array([103.939, 116.779, 123.68], np.float32)  # BGR of ImageNet, as VGG was trained


def network_input(rgb, device="cpu"):
    """uint8 N x H x W x 3 in RGB to float N x 3 x H x W in BGR minus the mean."""
    bgr = torch.from_numpy(np.ascontiguousarray(rgb[..., ::-1])).to(device).float() - torch.from_numpy(MEAN).to(device)
    return bgr.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def block(layer):
    return int(layer[len("block")])


def pool_before(layer):
    return layer.endswith("conv1") and layer != LAYERS[0]


def convolve(weights, layer, x):
    kernel, bias = weights[layer]
    return F.conv2d(x, kernel, bias, padding=1)


def maps(weights, x, first=LAYERS[0]):
    """Yields (layer, ReLU map) in order from `first` on; weights: layer to (kernel K x C x 3 x 3, bias K); x: what the
    first convolution reads."""
    for layer in LAYERS[LAYERS.index(first):]:
        if pool_before(layer) and layer != first:
            x = F.max_pool2d(x, 2)
        x = F.relu(convolve(weights, layer, x))
        yield layer, x


def rows(x):
    """N x C x H x W to one row a place: N x HW x C."""
    return x.permute(0, 2, 3, 1).flatten(1, 2)


def at_places(x, places):
    """Rows of the map x at places (N x P, of its HW): N x P x C."""
    first = torch.arange(len(places), device=places.device)[:, None] * x[0, 0].numel()
    return F.embedding(places + first, rows(x).flatten(0, 1))
