"""The student: VGG16's shape with few channels, begun by choosing the teacher's most telling channels."""
import numpy as np
import torch
import torch.nn.functional as F
from safetensors import safe_open

from vgg import LAYERS, at_places, convolve, maps, network_input, pool_before, rows

WIDTHS = dict(zip(LAYERS, (24, 24, 48, 48, 80, 80, 80, 160, 160, 160, 256)))


def telling_channels(f, count):
    """Channels by pivoted Cholesky of the covariance of f (places x C): each explains the most of what those before it leave."""
    c = torch.cov(f.T)
    floor = 1e-9 * c.diagonal().max()
    chosen = []
    for _ in range(count):
        score = (c**2).sum(0) / c.diagonal().clamp_min(floor)
        score[chosen] = -1
        j = int(score.argmax())
        chosen.append(j)
        c = c - torch.outer(c[:, j], c[j]) / c[j, j].clamp_min(floor)
    return chosen


def least_squares(u, t, ridge, weight=1.0):
    """The linear map from rows u (n x C) to rows t (n x D): (C + 1) x D, its last row the constant. `weight`: of each row;
    `ridge`: share of the mean square of u that is added to every square."""
    u, t = u.double(), t.double()
    u = torch.cat([u, torch.ones(len(u), 1, dtype=u.dtype, device=u.device)], 1)
    square = u.T @ (u * weight)
    square.diagonal().add_(ridge * square.diagonal().mean())
    return torch.linalg.solve(square, u.T @ (t * weight)).float()


def regress(inputs, wanted, count=24000):
    """Kernel and bias that make `wanted` (N x K x H x W, before ReLU) of `inputs` (N x C x H x W) by least squares. A place
    counts up to ten times, the more of the channels fire there."""
    n, c = inputs.shape[:2]
    share = max(1, count // n)
    u, t = [], []
    for x, y in zip(inputs, wanted):
        q = torch.randperm(y[0].numel(), device=y.device)[:share]
        u.append(F.unfold(x[None], 3, padding=1)[0][:, q].T)
        t.append(y.flatten(1)[:, q].T)
    u, t = torch.cat(u), torch.cat(t).double()
    weight = (0.1 + 0.9 * (t > -0.5 * t.std(0)).double()).mean(1, keepdim=True)
    solution = least_squares(u, t, 1e-4, weight).T
    return solution[:, :-1].reshape(-1, c, 3, 3), solution[:, -1]


@torch.no_grad()
def select(teacher, crops, device):
    """A student that nobody has trained: layer by layer the teacher's most telling channels, made of the student's own maps
    before them. Maps have deviation 1: ReLU is homogeneous, so nothing is lost."""
    theirs = own = network_input(crops, device)
    student = {}
    for n in LAYERS:
        if pool_before(n):
            theirs, own = F.max_pool2d(theirs, 2), F.max_pool2d(own, 2)
        y = convolve(teacher, n, theirs)
        theirs = F.relu(y)
        f = rows(theirs).flatten(0, 1)
        chosen = telling_channels(f[torch.randperm(len(f), device=device)[:6000]].double(), WIDTHS[n])
        if n == LAYERS[0]:
            kernel, bias = teacher[n][0][chosen], teacher[n][1][chosen]
        else:
            kernel, bias = regress(own, y[:, chosen])
        own = F.relu(F.conv2d(own, kernel, bias, padding=1))
        size = own.std() + 1e-9
        own = own / size
        student[n] = ((kernel / size).contiguous(memory_format=torch.channels_last), bias / size)
    return student


@torch.no_grad()
def load_student(path, crops, device):
    """What export.py wrote, its maps of deviation 1 again."""
    student, before = {}, 1
    with safe_open(path, "pt", device=device) as file:
        for n in LAYERS:
            kernel, bias = file.get_tensor(n + "/kernel").float(), file.get_tensor(n + "/bias")
            if n + "/scale" in file.keys():
                kernel = kernel * file.get_tensor(n + "/scale")
            student[n] = (kernel.permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last), bias)
    for n, y in maps(student, network_input(crops, device)):
        kernel, bias = student[n]
        size = y.std() + 1e-9
        student[n] = (kernel * (before / size), bias / size)
        before = size
    return student


@torch.no_grad()
def stem(student, crops, first, device):
    """What the layer `first` reads: the crops, or N x H x W x C of float16, numpy."""
    if first == LAYERS[0]:
        return crops
    before = LAYERS[LAYERS.index(first) - 1]
    read = lambda part: F.max_pool2d(next(y for n, y in maps(student, network_input(part, device)) if n == before), 2)
    return np.concatenate([read(part).permute(0, 2, 3, 1).half().cpu().numpy() for part in np.split(crops, range(4, len(crops), 4))])


def student_maps(student, inputs, places, device):
    """layer to N x P x C: the student's maps at the places where the teacher's are known, from the first of them on.
    inputs: of `stem`."""
    crops = inputs.dtype == np.uint8
    x = network_input(inputs, device) if crops else torch.from_numpy(inputs).to(device).permute(0, 3, 1, 2).float()
    return {n: at_places(y, places[n]) for n, y in maps(student, x, next(iter(places)))}


@torch.no_grad()
def best_map(s, t):
    """The linear map from the student's rows (N x P x C) to the teacher's (N x P x D)."""
    return least_squares(s.flatten(0, 1), t.flatten(0, 1), 1e-5)


def unexplained(s, t, linear):
    """Share of the teacher's variance (1 in sum over axes) that the map does not tell."""
    return ((s @ linear[:-1] + linear[-1] - t)**2).sum(-1).mean()


def misaligned(s, t, count=400):
    """1 - the alignment of inner products between places: 0 if the student's own covariances are the teacher's up to a factor."""
    s, t = s.flatten(0, 1), t.flatten(0, 1)
    q = torch.randperm(len(s), device=s.device)[:count]
    s, t = s[q], t[q]
    s, t = s - s.mean(0), t - t.mean(0)
    a, b = s @ s.T, t @ t.T
    return 1 - (a * b).sum() / (a.norm() * b.norm() + 1e-9)
