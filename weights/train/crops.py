"""Crops of training pictures: random place, scale, turn and colours, mixed with each other and with noise."""
import csv
import pathlib
import sys

import numpy as np
from PIL import Image

import textures

LONG_SIDE = 1000  # pictures are kept no larger
SHARES = {"photograph": 0.45, "painting": 0.3, "texture": 0.05, "drawn": 0.2}  # of all crops


def load_pictures(folder):
    """The pictures of pictures.csv that lie in `folder`, as (training, held out), each a dict of kind to list; every twelfth
    is held out. In the order of their SHA-256, so that one that is missing moves no other."""
    training, held_out, missing = {}, {}, 0
    with open(pathlib.Path(__file__).with_name("pictures.csv"), newline="") as file:
        listed = sorted(csv.DictReader(file), key=lambda row: row["sha256"])
    for row in listed:
        found = list(pathlib.Path(folder).glob(row["sha256"][:16] + ".*"))
        if not found:
            missing += 1
            continue
        image = Image.open(found[0]).convert("RGB")
        scale = min(1, LONG_SIDE / max(image.size))
        image = image.resize((round(image.width * scale), round(image.height * scale)), Image.LANCZOS)
        held = int(row["sha256"][:8], 16) % 12 == 0
        (held_out if held else training).setdefault(row["kind"], []).append(np.asarray(image))
    if "photograph" not in training or "painting" not in training or not held_out:
        sys.exit(f"{folder} has too few of the {len(listed)} pictures of pictures.csv; run fetch_pictures.py {folder} first")
    if missing:
        print(f"note: {missing} of the {len(listed)} pictures of pictures.csv are not in {folder}, so that this is another training than "
              "README.md's; fetch_pictures.py fetches what is missing", flush=True)
    return training, held_out


class Crops:
    """Endless crops; what comes depends on the pictures and the random numbers alone."""

    def __init__(self, pictures, rng, drawn=96):
        self.rng = rng
        self.pools = {**pictures, "drawn": textures.textures(rng, drawn)} if drawn else pictures
        self.shares = np.array([SHARES[kind] for kind in self.pools], float)

    def any_picture(self):
        kind = self.rng.choice(len(self.pools), p=self.shares / self.shares.sum())
        pool = list(self.pools.values())[kind]
        return pool[self.rng.integers(len(pool))]

    def cut(self, size):
        """A square of 0.8 to 4 times `size`, made `size` wide; sometimes turned, mirrored."""
        rng, picture = self.rng, self.any_picture()
        short = min(picture.shape[:2])
        side = min(short, size * np.exp(rng.uniform(np.log(0.8), np.log(4))))
        turn = rng.uniform(-20, 20) if rng.random() < 0.4 and side * 1.3 < short else 0
        wide = side * 1.3 if turn else side
        y, x = rng.uniform(0, picture.shape[0] - wide), rng.uniform(0, picture.shape[1] - wide)
        image = Image.fromarray(picture[int(y):int(y + wide), int(x):int(x + wide)])
        if turn:
            edge = int((wide - side) / 2)
            image = image.rotate(turn, Image.BICUBIC).crop((edge, edge, image.width - edge, image.height - edge))
        a = np.asarray(image.resize((size, size), Image.LANCZOS), np.float32)
        return a[:, ::-1] if rng.random() < 0.5 else a

    def recoloured(self, a):
        """Half of all crops keep their colours; others get new gains and mixtures, channels exchanged, or a negative."""
        rng, kind = self.rng, self.rng.random()
        if kind < 0.35:
            mixing = np.eye(3) + rng.normal(0, 0.15, (3, 3))
            return (a - 128) @ mixing.astype(np.float32) * rng.uniform(0.5, 1.5) + 128 + rng.uniform(-45, 45, 3)
        if kind < 0.45:
            return a[..., rng.permutation(3)]
        return 255 - a if kind < 0.5 else a

    def crop(self, size):
        rng = self.rng
        a, kind = self.recoloured(self.cut(size)), rng.random()
        if kind < 0.15:
            a = a + (self.recoloured(self.cut(size)) - a) * rng.uniform(0.2, 0.6)
        elif kind < 0.25:
            mask = textures.noise(rng, size, size, 1.8)[..., :1] > 128
            a = np.where(mask, self.recoloured(self.cut(size)), a)
        elif kind < 0.35:
            a = a + (textures.noise(rng, size, size, rng.uniform(0, 1.2)).astype(np.float32) - 128) * rng.uniform(0.1, 0.8)
        elif kind < 0.4:
            a = a + rng.normal(0, rng.uniform(3, 30), a.shape)
        return textures.to_bytes(a)

    def batch(self, count, size):
        return np.stack([self.crop(size) for _ in range(count)])
