"""Where the student errs: crops of training pictures that it has painted itself, in each other's style, by the program."""
import subprocess

import numpy as np
import torch
from PIL import Image

import export


def save_scene(picture, rng, path, long_side=400):
    scale = long_side / max(picture.shape[:2])
    size = [max(160, round(n * scale)) for n in picture.shape[1::-1]]
    Image.fromarray(picture).resize(size, Image.LANCZOS).save(path)


def recipe(rng):
    """From a few steps to many, from weak style to strong: what a painting goes through."""
    words = ["--size", "320", "--scales", "160,320", "--iterations", f"{rng.integers(10, 60)},{rng.integers(8, 32)}"]
    words += ["--style-weight", str(rng.choice([10, 20, 60])), "--init", "noise" if rng.random() < 0.2 else "content"]
    return words + ["--colour", "style" if rng.random() < 0.4 else "histogram"]


def crops(program, checkpoint, pictures, rng, count, size, run):
    """`count` crops of paintings, four of each; a painting that fails is left out. `pictures`: lists by kind."""
    weights, out, cut = run / "student.safetensors", run / "painting.png", []
    export.export(torch.load(checkpoint, map_location="cpu"), weights, as_float=True)
    for _ in range(-(-count // 4)):
        for name, kind in (("content", "photograph"), ("style", "painting" if rng.random() < 0.7 else "photograph")):
            of_kind = pictures[kind]
            save_scene(of_kind[rng.integers(len(of_kind))], rng, run / f"{name}.png")
        command = [program, "stylise", run / "content.png", run / "style.png", "-o", out, "-q", "--threads", "1", "--weights", weights]
        done = subprocess.run([*command, *recipe(rng)], capture_output=True, text=True)
        if done.returncode:
            print(f"a painting failed: {done.stderr.strip()}", flush=True)
            continue
        painting = np.asarray(Image.open(out).convert("RGB"))
        for _ in range(4):
            y, x = (rng.integers(max(1, n - size + 1)) for n in painting.shape[:2])
            part = Image.fromarray(painting[y:y + size, x:x + size]).resize((size, size), Image.LANCZOS)
            cut.append(np.asarray(part))
    return np.stack(cut[:count]) if cut else np.empty((0, size, size, 3), np.uint8)
