"""Pictures that nobody took: brush strokes, cells, leaves, hatching and noise with the spectrum of nature, drawn at random."""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter


def to_bytes(a):
    return np.clip(a, 0, 255).astype(np.uint8)


def noise(rng, h, w, slope=None):
    """Coloured noise with amplitude 1 / frequency^slope."""
    slope = rng.uniform(0.3, 2) if slope is None else slope
    radius = np.hypot(np.fft.fftfreq(h)[:, None], np.fft.rfftfreq(w)[None])
    radius[0, 0] = 1
    waves = np.fft.rfft2(rng.standard_normal((h, w, 3)), axes=(0, 1)) / radius[..., None]**slope
    x = np.fft.irfft2(waves, s=(h, w), axes=(0, 1))
    x = (x - x.mean((0, 1))) / x.std((0, 1))
    mixing = rng.standard_normal((3, 3)) * 0.5 + 0.4
    return to_bytes(x @ mixing * rng.uniform(20, 55) + rng.uniform(60, 190, 3))


def palette(rng):
    colours = rng.uniform(0, 255, (rng.integers(3, 9), 3))
    return (colours * rng.uniform(0.4, 1) + rng.uniform(0, 80)).clip(0, 255)


def near(rng, colour, spread):
    return tuple(int(v) for v in (colour + rng.normal(0, spread, 3)).clip(0, 255))


def strokes(rng, h, w):
    """Brush strokes along a smooth field of directions."""
    colours = palette(rng)
    image = Image.fromarray(noise(rng, h, w, 1.5))
    draw = ImageDraw.Draw(image)
    direction = noise(rng, h, w, 2.0)[..., 0] / 255 * 2 * np.pi * rng.uniform(0.3, 2)
    length, width, step = rng.uniform(6, 60), rng.uniform(1, 9), 3
    for _ in range(int(rng.uniform(1, 4) * h * w / (length * (width + 1)))):
        x, y = rng.uniform(0, w), rng.uniform(0, h)
        points = [(x, y)]
        for _ in range(int(length / step) + 1):
            angle = direction[int(y) % h, int(x) % w]
            x, y = x + np.cos(angle) * step, y + np.sin(angle) * step
            points.append((x, y))
        fill = near(rng, colours[rng.integers(len(colours))], 12)
        draw.line(points, fill=fill, width=max(1, int(width * rng.uniform(0.5, 1.5))))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1))))


def cells(rng, h, w):
    """Voronoi cells, each of one colour."""
    count = int(rng.uniform(8, 300))
    places = rng.uniform(0, 1, (count, 2)) * [h, w]
    colours = palette(rng)[rng.integers(0, 3, count)] + rng.normal(0, 30, (count, 3))
    y, x = np.mgrid[:h, :w]
    nearest, owner = np.full((h, w), np.inf), np.zeros((h, w), int)
    for i, (cy, cx) in enumerate(places):
        distance = (y - cy)**2 + (x - cx)**2
        closer = distance < nearest
        nearest[closer], owner[closer] = distance[closer], i
    return to_bytes(colours[owner] + rng.normal(0, rng.uniform(0, 10), (h, w, 1)))


def leaves(rng, h, w):
    """Dead leaves: discs and quadrilaterals of all sizes over each other."""
    image = Image.fromarray(noise(rng, h, w, 1.8))
    draw = ImageDraw.Draw(image)
    colours = palette(rng)
    for _ in range(600):
        r = min(80, 3 / rng.uniform(0.01, 1)**0.7)
        x, y = rng.uniform(0, w), rng.uniform(0, h)
        fill = near(rng, colours[rng.integers(len(colours))], 20)
        if rng.random() < 0.5:
            tall = r * rng.uniform(0.4, 1)
            draw.ellipse([x - r, y - tall, x + r, y + tall], fill=fill)
        else:
            turn = rng.uniform(0, 6.28) + np.sort(rng.uniform(0, 6.28, 4))
            draw.polygon([(x + r * np.cos(t), y + r * np.sin(t)) for t in turn], fill=fill)
    return np.asarray(image)


def hatching(rng, h, w):
    """Stripes, warped."""
    y, x = np.mgrid[:h, :w]
    angle = rng.uniform(0, np.pi)
    warp = (noise(rng, h, w, 2.0)[..., 0].astype(float) - 128) * rng.uniform(0, 0.4)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle) + warp) * 2 * np.pi / rng.uniform(3, 40))
    share = (wave > rng.uniform(-0.5, 0.5)) if rng.random() < 0.5 else (wave + 1) / 2
    dark, light = palette(rng)[:2]
    return to_bytes(dark + (light - dark) * share[..., None] + rng.normal(0, 5, (h, w, 1)))


KINDS = (strokes, strokes, strokes, cells, leaves, leaves, hatching, noise)


def textures(rng, count, size=320):
    return [KINDS[i % len(KINDS)](rng, size, size) for i in range(count)]
