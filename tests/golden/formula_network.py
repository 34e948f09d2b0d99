"""The weights by formula, made by PyTorch: a closed-form oriented-energy pyramid with VGG19's 16 layers, but narrower.

The engine builds the same in C++ (src/model/); this is what it is compared with. Tensors are N x C x H x W.
"""
import math
import torch

CONVS = {1: 2, 2: 2, 3: 4, 4: 4, 5: 4}  # convolutions per block
# The luminance, red-green and blue-yellow axes of colour, as weights of R, G, B; orthonormal.
COLOUR = [[1 / 3 ** .5] * 3, [2 ** -.5, -2 ** -.5, 0], [6 ** -.5, 6 ** -.5, -2 * 6 ** -.5]]
ORIENTED = ("odd", "ev+", "ev-", "c1", "c2")


class Kernels:
    """3x3 kernels K[y][x], for cross-correlation, in the given dtype."""

    def __init__(self, dtype):
        self.dtype = dtype
        row = lambda *v: torch.tensor([v], dtype=dtype)
        smooth, slope, curve = row(1, 2, 1), row(-1, 0, 1), row(1, -2, 1)
        self.delta = torch.zeros(3, 3, dtype=dtype)
        self.delta[1, 1] = 1
        self.binomial = smooth.T @ smooth / 16
        self.high_pass = self.delta - self.binomial
        self.gx = smooth.T @ slope / 8
        self.gy = self.gx.T
        self.gxx = smooth.T @ curve / 4
        self.gyy = self.gxx.T
        self.gxy = slope.T @ slope / 4

    def odd(self, t):
        return math.cos(t) * self.gx + math.sin(t) * self.gy

    def even(self, t):
        c, s = math.cos(t), math.sin(t)
        return .5 * c * c * self.gxx + 2 * c * s * self.gxy + .5 * s * s * self.gyy

    def elongate(self, t, along=1.3, across=.55):
        """Smooths a response of orientation t along its stroke (u), hardly across it (v); sums to 1."""
        y, x = torch.meshgrid(*[torch.arange(-1., 2, dtype=self.dtype)] * 2, indexing="ij")
        v, u = x * math.cos(t) + y * math.sin(t), -x * math.sin(t) + y * math.cos(t)
        k = torch.exp(-u * u / (2 * along ** 2) - v * v / (2 * across ** 2))
        return k / k.sum()


def channels(dtype, angles=8, inhibition=1.5):
    """Per layer, channels of (terms [(input channel, kernel)], angle, kind, octave, group)."""
    kernels, layers, previous = Kernels(dtype), {}, None
    for block, count in CONVS.items():
        for conv in range(1, count + 1):
            def signal(q, kernel, sign=1.):  # colour signal q of the input: RGB, or +trunk minus -trunk
                if previous is None: return [(i, sign * a * kernel) for i, a in enumerate(COLOUR[q])]
                return [(2 * q, sign * kernel), (2 * q + 1, -sign * kernel)]
            out = []
            trunk = kernels.binomial if conv == count and block < 5 else kernels.delta
            for q in range(3):
                for s in (1, -1): out.append((signal(q, trunk, s), None, "T", block, f"T{q}"))
            if conv == 1:  # every block begins with fresh detectors on the trunk
                full = [2 * math.pi * k / angles for k in range(angles)]
                half = [math.pi * k / angles for k in range(angles)]
                out += [(signal(0, kernels.odd(t)), t, "odd", block, "odd") for t in full]
                out += [(signal(0, kernels.even(t), s), t, g, block, g) for t in half for s, g in ((1, "ev+"), (-1, "ev-"))]
                out += [(signal(q, kernels.odd(t)), t, f"c{q}", block, f"c{q}") for q in (1, 2) for t in full]
                out += [(signal(q, kernels.high_pass, s), None, "hp", block, f"hp{q}") for q in range(3) for s in (1, -1)]
                for signs in ((a, b, c) for a in (1, -1) for b in (1, -1) for c in (1, -1)):
                    out.append((sum((signal(q, kernels.delta, signs[q] / 3 ** .5) for q in range(3)), []), None, "pal", block, "pal"))
            if previous is not None:  # carry: elongate each oriented response and inhibit it by the mean of its siblings
                known = [(j, *z[1:]) for j, z in enumerate(previous) if z[2] != "T"]
                newest = lambda kinds: sorted((z for z in known if z[2] in kinds), key=lambda z: -z[3])
                name = lambda g, o: g if "@" in g else f"{g}@{o}"
                oriented = newest(ORIENTED)
                for j, t, kind, octave, group in oriented:
                    siblings = [z[0] for z in oriented if z[2] == kind and z[3] == octave]
                    terms = [(j, kernels.elongate(t))] + [(i, -inhibition / len(siblings) * kernels.binomial) for i in siblings]
                    out.append((terms, t, kind, octave, name(group, octave)))
                out += [([(j, kernels.binomial)], t, kind, octave, name(g, octave)) for j, t, kind, octave, g in newest(("hp", "pal"))]
            layers[f"block{block}_conv{conv}"] = previous = out
    return layers


def network(table, dtype):
    """[(layer, weights K x C x 3 x 3, bias K)], both float32; 60, 60, 114, 114, 168 x 4, 222 x 4, 276 x 4 channels.

    dtype is that of the arithmetic: torch.float64 is what the engine does (kernels, their sums and the gain in double,
    one rounding to float32 at the end); torch.float32 gives the bits of the prototype the table was calibrated with.
    """
    rows = (line.split() for line in open(table) if line[0] != "#")
    scale = {(layer.replace("conv", "block").replace("_", "_conv"), group): (float(gain), float(bias))
             for layer, group, gain, bias in rows}
    net, inputs = [], 3
    for layer, out in channels(dtype).items():
        w = torch.zeros(len(out), inputs, 3, 3, dtype=dtype)
        b = torch.zeros(len(out), dtype=dtype)
        for k, (terms, _, _, _, group) in enumerate(out):
            for c, kernel in terms: w[k, c] += kernel
            gain, b[k] = scale[layer, group]
            w[k] *= gain
        net.append((layer, w.float(), b.float()))
        inputs = len(out)
    return net
