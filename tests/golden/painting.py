"""What PyTorch and NumPy answer about painting with the formula network: losses, colours, sizes. Called by make_golden.py.

Pictures are H x W x 3 in normalised units, tensors N x C x H x W, all float64. Formulas: docs/MATH.md.
"""
import numpy as np
import torch
import torch.nn.functional as F

STYLE = ["block1_conv1", "block1_conv2", "block2_conv1", "block2_conv2", "block3_conv1", "block3_conv3", "block4_conv1"]
CONTENT = "block3_conv1"
STYLE_WEIGHT = 20.0
GAIN = {"max": 1.0, "average": 2.0, "l2": 1.56}  # beside VGG19's maximum


def maps_of(network, x, pooling="average", padding="replicate"):
    """Post-ReLU maps; another pooling than the average that the weights are made for is brought to its size."""
    pool = {"max": lambda t: F.max_pool2d(t, 2), "average": lambda t: F.avg_pool2d(t, 2),
            "l2": lambda t: F.avg_pool2d(t ** 2, 2).clamp(min=1e-300) ** .5}[pooling]
    found = {}
    for name, w, b in network:
        if name.endswith("_conv1") and name != "block1_conv1": x = pool(x) * (GAIN[pooling] / GAIN["average"])
        x = F.pad(x, (1, 1, 1, 1), mode="constant" if padding == "zero" else padding)
        x = found[name] = F.relu(F.conv2d(x, w.to(x.dtype), b.to(x.dtype)))
        if len(found) == 9: return found  # up to block4_conv1


def area_means(size, out):
    """out x size: each row the mean over its share of the positions."""
    edges = np.arange(out + 1) * size / out
    k = np.arange(size)
    overlap = np.minimum(edges[1:, None], k + 1) - np.maximum(edges[:-1, None], k)
    return np.maximum(overlap, 0) * out / size


def moments(f, weights=None):
    """Gram matrix and means per position, of weighted positions."""
    f = f[0].flatten(1)
    p = torch.ones(f.shape[1], dtype=f.dtype) if weights is None else weights.flatten()
    p = p / p.sum()
    return (f * p) @ f.T, f @ p


def at_size(mask, f):
    """A mask (H x W) at the size of a map, without what is next to nothing."""
    if mask is None: return None
    small = area_means(mask.shape[0], f.shape[2]) @ mask @ area_means(mask.shape[1], f.shape[3]).T
    return torch.from_numpy(np.where(small < 1e-4, 0, small))


def style_terms(statistic, scale, mine, wanted):
    """The terms of one layer and region, from (Gram, means) per position."""
    (g, m), (a, n) = mine, wanted
    if statistic != "gram": g, a = g - m[:, None] * m, a - n[:, None] * n
    divide = (lambda t: (t ** 2).sum()) if scale == "normalised" else (lambda t: t.numel())
    terms = [((g - a) ** 2).sum() / divide(a)]
    if statistic == "mean_covariance": terms.append(((m - n) ** 2).sum() / divide(n))
    return sum(terms)


def mixed(targets, statistic):
    """The weighted mean of several styles' statistics, as (Gram, means) with the mean of the covariances."""
    total = sum(w for w, _ in targets)
    if statistic == "gram": return tuple(sum(w / total * t[i] for w, t in targets) for i in range(2))
    mean = sum(w / total * m for w, (_, m) in targets)
    covariance = sum(w / total * (g - m[:, None] * m) for w, (g, m) in targets)
    return covariance + mean[:, None] * mean, mean


def losses(network, content, styles, x, statistic="mean_covariance", scale="normalised", pooling="average",
           padding="replicate", regions=None):
    """content, {layer: style} of a picture x. styles: [(weight, picture)]; regions: [(share, content mask, [style masks])]."""
    run = lambda p: maps_of(network, p, pooling, padding)
    regions = regions or [(1.0, None, [None] * len(styles))]
    with torch.no_grad():
        p = run(content)[CONTENT]
        seen = [(w, run(s)) for w, s in styles]
        divide = ((p - p.mean((2, 3), keepdim=True)) ** 2).sum() if scale == "normalised" else p.numel()
    maps = run(x)
    content_loss, style = ((maps[CONTENT] - p) ** 2).sum() / divide, {}
    for k in STYLE:
        for share, mask, style_masks in regions:
            wanted = mixed([(w, moments(s[k], at_size(m, s[k]))) for (w, s), m in zip(seen, style_masks)], statistic)
            term = share * style_terms(statistic, scale, moments(maps[k], at_size(mask, maps[k])), wanted)
            style[k] = style.get(k, 0) + STYLE_WEIGHT / (len(STYLE) if scale == "normalised" else 1) * term
    return content_loss, style


def recipe(network, to_torch, to_hwc, describe, pictures):
    """golden_recipe.json: losses and gradients of the recipe and its neighbours at the start picture."""
    content, style, start = map(to_torch, pictures)
    height, width = content.shape[2:]
    y, x = np.mgrid[0:height, 0:width]
    soft = np.clip((x - width * .4) / 8, 0, 1)  # black on the left, white on the right, soft between
    half = (y < height / 3).astype(float)
    guided = [(float(soft.mean()), soft, [half]), (float((1 - soft).mean()), 1 - soft, [1 - half])]
    cases = {"recipe": {}, "gram": dict(statistic="gram"), "covariance": dict(statistic="covariance"),
             "mean": dict(scale="mean"), "mean_gram": dict(scale="mean", statistic="gram"),
             "max": dict(pooling="max"), "l2": dict(pooling="l2"), "reflect": dict(padding="reflect"), "zero": dict(padding="zero"),
             "two_styles": dict(styles=[(3.0, style), (1.0, start)]), "guided": dict(regions=guided)}
    found = {}
    for name, options in cases.items():
        z = content.flip(2).clone().requires_grad_(True) if name == "two_styles" else start.clone().requires_grad_(True)
        content_loss, by_layer = losses(network, content, options.pop("styles", [(1.0, style)]), z, **options)
        total = content_loss + sum(by_layer.values())
        total.backward()
        found[name] = {"total": float(total.detach()), "content": float(content_loss.detach()), "style": float(sum(by_layer.values()).detach()),
                       "layers": [float(by_layer[k].detach()) for k in STYLE], "gradient": describe(to_hwc(z.grad))}
        print(f"  {name}: total {float(total.detach()):.6g}, content {float(content_loss.detach()):.6g}, gradient l2 {float(z.grad.norm()):.4g}")
    return found


# ---- colours ------------------------------------------------------------------------------------------------------------
def power(c, p, floor=1e-4):
    values, vectors = np.linalg.eigh(c)
    return vectors * np.maximum(values, floor) ** p @ vectors.T


def cloud(pictures):
    """Mean and covariance of the pixels of [(weight, picture)] together."""
    total = sum(w for w, _ in pictures)
    means = [p.reshape(-1, 3).mean(0) for _, p in pictures]
    mean = sum(w / total * m for (w, _), m in zip(pictures, means))
    return mean, sum(w / total * (np.cov(p.reshape(-1, 3).T, bias=True) + np.outer(m - mean, m - mean)) for (w, p), m in zip(pictures, means))


def match_colour(x, like):
    """Linear Monge-Kantorovich."""
    (mean, c), (to, d) = cloud([(1, x)]), cloud(like)
    root, inverse = power(c, .5), power(c, -.5)
    return (x - mean) @ (inverse @ power(root @ power(d, 1) @ root, .5, 0) @ inverse).T + to


def match_histogram(x, like, bins=1024):
    """match_colour, then along the principal axes of `like` its histograms; and the same by sorting, for one `like`."""
    x = match_colour(x, like)
    axes = np.linalg.eigh(cloud(like)[1])[1]
    a, b = x.reshape(-1, 3) @ axes, [(w, p.reshape(-1, 3) @ axes) for w, p in like]
    result, by_sorting = np.empty_like(a), np.empty_like(a)
    for k in range(3):
        def shares(values, low, high):
            edges = np.linspace(low, high, bins + 1)
            counts = sum(w * np.histogram(v, edges)[0] / len(v) for w, v in values)
            counts = (counts / sum(w for w, _ in values) + 1e-6 / bins) / (1 + 1e-6)
            return edges, np.concatenate([[0], np.cumsum(counts)])
        mine, wanted = [(1, a[:, k])], [(w, v[:, k]) for w, v in b]
        edges, f = shares(mine, a[:, k].min(), a[:, k].max())
        to_edges, g = shares(wanted, min(v.min() for _, v in wanted), max(v.max() for _, v in wanted))
        result[:, k] = np.interp(a[:, k], edges, np.interp(f, g, to_edges))
        order = np.argsort(np.argsort(a[:, k], kind="stable"), kind="stable")
        by_sorting[:, k] = np.quantile(wanted[0][1], (order + .5) / len(order))
    return (result @ axes.T).reshape(x.shape), (by_sorting @ axes.T).reshape(x.shape)


def colours(describe, pictures):
    """golden_colour.json: Monge-Kantorovich and histogram matching by NumPy."""
    content, style, start = (p.astype(np.float64) for p in pictures)
    both = [(3, style), (1, start)]
    histogram, by_sorting = match_histogram(content, [(1, style)])
    print(f"  histogram: off sorting by {np.abs(histogram - by_sorting).max():.3f} at most, {np.abs(histogram - by_sorting).mean():.4f} on average")
    y_iq = np.array([[.299, .587, .114], [.595716, -.274453, -.321263], [.211456, -.522591, .311135]])
    mean, deviation = np.array([.485, .456, .406]), np.array([.229, .224, .225])
    rgb = [p * deviation + mean for p in (content, style, start)]
    luminance = [p @ y_iq[0] for p in rgb]
    style_grey = (luminance[1] - luminance[1].mean()) / luminance[1].std() * luminance[0].std() + luminance[0].mean()
    converted = rgb[0] @ y_iq.T
    converted[..., 0] = luminance[2]  # the start picture stands for the painting
    normalised = lambda p: (p - mean) / deviation
    return {"match": describe(match_colour(content, [(1, style)]), 96), "match_two": describe(match_colour(content, both), 96),
            "histogram": describe(histogram, 96), "histogram_by_sorting": describe(by_sorting, 96),
            "histogram_two": describe(match_histogram(content, both)[0], 96),
            "luminance_content": describe(normalised(np.repeat(luminance[0][..., None], 3, -1)), 96),
            "luminance_style": describe(normalised(np.repeat(style_grey[..., None], 3, -1)), 96),
            "luminance_finished": describe(normalised(converted @ np.linalg.inv(y_iq).T), 96)}


def bicubic(to_torch, to_hwc, describe, picture):
    """golden_bicubic.json: the content picture at other sizes."""
    return {f"{h}x{w}": describe(to_hwc(F.interpolate(to_torch(picture), size=(h, w), mode="bicubic", align_corners=False)), 96)
            for h, w in ((70, 90), (53, 80), (35, 45), (20, 31), (1, 200))}
