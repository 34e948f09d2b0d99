"""Values that need no file: an integer hash, and VGG19 filled from it. NumPy only; README.md has the same as pseudo code."""
import numpy as np

# (name, output channels) of VGG19's 16 convolutions; Keras' names. A 2x2 pool of stride 2 precedes block2..5_conv1.
LAYERS = [(f"block{b}_conv{c}", n) for b, (count, n) in enumerate([(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)], 1)
          for c in range(1, count + 1)]
# Hash streams: layer l of LAYERS (from 0) draws its weights from stream 2 l and its bias from 2 l + 1.
CONTENT, STYLE, START, ADAM, OPS = 100, 101, 102, 103, 104
HEIGHT, WIDTH = 35, 45


def fmix32(h):
    """The finaliser of MurmurHash3 (Appleby, public domain) on uint32; products wrap modulo 2^32."""
    h = h.astype(np.uint32)
    h ^= h >> np.uint32(16)
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> np.uint32(13)
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> np.uint32(16)
    return h


def uniform(stream, shape):
    """Float64 in [-1, 1): multiples of 2^-23, so exact in float32 as well. Flat index in C order."""
    key = fmix32(np.array([stream * 0x9E3779B9 + 1 & 0xFFFFFFFF], np.uint32))
    h = fmix32(fmix32(np.arange(np.prod(shape), dtype=np.uint32)) ^ key)
    return ((h >> np.uint32(8)) * 2.0 ** -23 - 1.0).reshape(shape)


def hash_network():
    """[(name, weights 3 x 3 x C x K (HWIO) float32, bias K float32)].

    He's uniform limit sqrt(6 / fan-in) keeps the mean square of the maps near 1 through all ReLUs. The limit and the
    product are computed in double, the product is rounded to float32 once: the same bits everywhere.
    """
    network, inputs = [], 3
    for index, (name, outputs) in enumerate(LAYERS):
        limit = np.sqrt(6.0 / (9.0 * inputs))
        weights = (uniform(2 * index, (3, 3, inputs, outputs)) * limit).astype(np.float32)
        bias = (uniform(2 * index + 1, (outputs,)) * 0.1).astype(np.float32)
        network.append((name, weights, bias))
        inputs = outputs
    return network


def picture(stream, waves, speckle):
    """A smooth H x W x 3 float32 picture in normalised units (about -2..2), plus speckle * hash."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    smooth = np.stack([1.5 * np.sin(ky * y + kx * x + phase) for ky, kx, phase in waves], axis=-1)
    return (smooth + speckle * uniform(stream, smooth.shape)).astype(np.float32)


def pictures():
    """Content, style, start; the start is the tutorial's (content + uniform(-0.2, 0.2)) / 2."""
    content = picture(CONTENT, [(0.11, 0.07, 0.3), (-0.05, 0.13, 1.1), (0.09, -0.04, 2.0)], 0.3)
    style = picture(STYLE, [(0.7, 0.2, 0.0), (0.3, -0.6, 0.5), (-0.2, 0.9, 1.7)], 0.6)
    start = ((content.astype(np.float64) + 0.2 * uniform(START, content.shape)) / 2).astype(np.float32)
    return content, style, start
