"""Trains the built-in network: a narrow student of VGG16. README.md tells how.

    python3 train.py TEACHER.safetensors PICTURES RUN [--impasto PROGRAM] [--rounds N] [--steps N] [--student FILE [--frozen N]]

A run is rounds of `steps` steps. For each, new crops are made, half of them (from the third round on) of paintings that the
student makes itself where PROGRAM is given, and the teacher looks at them once, in a second process, one round ahead. RUN holds
all of it and a checkpoint after each round: the same command goes on where it stopped. `unexplained` is said of held-out pictures.
--student goes on with one that was exported; its first --frozen blocks are left as they are, and seen once a crop.
"""
import argparse
import fcntl
import functools
import multiprocessing
import os
import pathlib
import shutil
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import torch

import paintings
from crops import Crops, load_pictures
from student import best_map, load_student, misaligned, select, stem, student_maps, unexplained
from teacher import load_teacher, principal_axes, targets
from vgg import LAYERS, block, maps, network_input

SEED = 22
SIZE = 192  # of a crop, pixels
HELD_OUT, HELD_OUT_CROPS = 999, 64  # the shard that nobody learns from
WARM_UP, LAST_RATE = 50, 0.02
LOSS_WEIGHTS = {**dict.fromkeys(LAYERS, 1), LAYERS[-1]: 2}  # most of a painting's distance from its style is seen there


def best_device():
    return "cuda" if torch.cuda.is_available() else "cpu"


class Shards:
    """Crops and what the teacher says of them, on disk: batches are read where they lie. `layers`: those that learn."""

    def __init__(self, folder, layers=LAYERS):
        self.folder, self.layers, self.shards = folder, layers, []

    def path(self, index):
        return self.folder / f"shard{index:03}"

    def make(self, index, crops, student, teacher, axes, rng, device):
        folder, partial = self.path(index), self.folder / f"partial-{os.getpid()}"
        partial.mkdir(exist_ok=True)
        np.save(partial / "inputs.npy", stem(student, crops, self.layers[0], device))
        wanted = targets(teacher, axes, crops, rng, device)
        for n in self.layers:
            places, values = wanted[n]
            np.save(partial / f"{n}_places.npy", places)
            np.save(partial / f"{n}_values.npy", values)
        partial.rename(folder)

    def open(self, index):
        read = lambda name: np.load(self.path(index) / f"{name}.npy", mmap_mode="r")
        self.shards.append((read("inputs"), {n: (read(n + "_places"), read(n + "_values")) for n in self.layers}))

    def batch(self, shard, chosen, device):
        inputs, seen = self.shards[shard]
        chosen = np.sort(chosen)
        tensor = lambda a: torch.from_numpy(np.ascontiguousarray(a[chosen])).to(device)
        return inputs[chosen], {n: tensor(p).long() for n, (p, _) in seen.items()}, {n: tensor(v).float() for n, (_, v) in seen.items()}

    def random_batch(self, rng, count, newest, device):
        """Of one of the `newest` shards that were opened last."""
        first = max(0, len(self.shards) - newest)
        shard = int(rng.integers(first, len(self.shards)))
        return self.batch(shard, rng.choice(len(self.shards[shard][0]), count, replace=False), device)


def shares(seen, wanted, linear):
    """Unexplained share of each layer."""
    return {n: unexplained(seen[n], wanted[n], linear[n]) for n in seen}


@torch.no_grad()
def refit(student, shards, rng, count, device):
    """Every layer's linear map by least squares on `count` crops."""
    s, t = {n: [] for n in shards.layers}, {n: [] for n in shards.layers}
    for _ in range(count // 8):
        inputs, places, wanted = shards.random_batch(rng, 8, 4, device)
        for n, f in student_maps(student, inputs, places, device).items():
            s[n].append(f)
            t[n].append(wanted[n])
    return {n: best_map(torch.cat(s[n]), torch.cat(t[n])) for n in s}


class Trainer:
    """Adam on kernels, biases and linear maps, each stepping relative to its own size; one cosine over all steps."""

    def __init__(self, student, linear, total, rate):
        self.student, self.linear, self.total, self.rate, self.step = student, linear, total, rate, 0
        tensors = [t for n in linear for t in student[n]] + list(linear.values())
        size = lambda t: float((t.detach()**2).mean().sqrt()) if t.ndim > 1 else 0.1
        groups = [{"params": [t.requires_grad_(True)], "size": size(t)} for t in tensors]
        self.optimiser = torch.optim.Adam(groups, lr=rate, betas=(0.9, 0.98), eps=1e-12, fused=True)

    def train(self, batch, device):
        cosine = 0.5 + 0.5 * np.cos(np.pi * min(1, self.step / self.total))
        now = self.rate * min(1, (self.step + 1) / WARM_UP) * (LAST_RATE + (1 - LAST_RATE) * cosine)
        for group in self.optimiser.param_groups:
            group["lr"] = float(group["size"] * now)
        inputs, places, wanted = batch
        seen = student_maps(self.student, inputs, places, device)
        loss = sum(LOSS_WEIGHTS[n] * (share + misaligned(seen[n], wanted[n])) for n, share in shares(seen, wanted, self.linear).items())
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.step += 1

    def state(self, sizes):
        return {"student": self.student, "linear": self.linear, "optimiser": self.optimiser.state_dict(), "step": self.step,
                "sizes": sizes}


@torch.no_grad()
def relative_sizes(student, teacher, crops, device):
    """Root mean square of the teacher's maps over that of the student's."""
    size = lambda weights: {n: (y**2).mean().sqrt() for n, y in maps(weights, network_input(crops, device))}
    of_teacher, of_student = size(teacher), size(student)
    return {n: float(of_teacher[n] / of_student[n]) for n in LAYERS}


@torch.no_grad()
def report(trainer, held_out, began, device):
    told = []
    for chosen in np.split(np.arange(HELD_OUT_CROPS), HELD_OUT_CROPS // 8):
        inputs, places, wanted = held_out.batch(0, chosen, device)
        told.append([float(v) for v in shares(student_maps(trainer.student, inputs, places, device), wanted, trainer.linear).values()])
    means = np.mean(told, 0)
    print(f"step {trainer.step}, {time.time() - began:.0f} s ({time.process_time():.0f} of the processor): unexplained of held-out pictures "
          + " ".join(f"{v:.3f}" for v in means) + f", mean {np.mean(means):.4f}", flush=True)


def save(what, path):
    """All or nothing: a run that is killed leaves no half file."""
    partial = path.with_suffix(f".partial-{os.getpid()}")
    torch.save(what, partial)
    partial.rename(path)


def begin(a, teacher, device):
    """Axes, the held-out set and the student as it begins; made once."""
    training, held_out = load_pictures(a.pictures)
    count = lambda pictures: ", ".join(f"{len(of_kind)} of kind {kind}" for kind, of_kind in sorted(pictures.items()))
    print(f"to learn from: {count(training)}; held out: {count(held_out)}", flush=True)
    rng = np.random.default_rng(SEED)
    crops = Crops(training, rng, drawn=16).batch(64, SIZE)
    axes = principal_axes(teacher, crops, device)
    student = load_student(a.student, crops[:48], device) if a.student else select(teacher, crops[:48], device)
    shards = Shards(a.run, learning(a))
    shutil.rmtree(shards.path(HELD_OUT), ignore_errors=True)  # of a run that was killed here
    unseen = Crops(held_out, rng, drawn=0).batch(HELD_OUT_CROPS, SIZE)
    shards.make(HELD_OUT, unseen, student, teacher, axes, rng, device)
    np.save(a.run / "measured.npy", unseen[:8])
    save({"axes": axes, "student": student, "settings": settings(a)}, a.run / "begin.pt")


def settings(a):
    return {name: getattr(a, name) for name in ("rounds", "steps", "crops", "newest", "batch", "rate", "student", "frozen")}


def learning(a):
    """Layers beyond the frozen blocks."""
    return [n for n in LAYERS if block(n) > a.frozen]


def check(a, lock):
    """What would fail hours later fails now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another train.py works in {a.run}; wait for it, or choose another folder")
    if a.frozen and not a.student:
        sys.exit("--frozen leaves blocks of a trained student as they are; name its file with --student")
    if a.student and not os.path.isfile(a.student):
        sys.exit(f"{a.student} does not exist; export.py writes a student of a checkpoint")
    if a.impasto and (not shutil.which(a.impasto) or subprocess.run([a.impasto, "info"], capture_output=True).returncode):
        sys.exit(f"{a.impasto} does not run; build it first (make program), or leave --impasto out")
    if (a.run / "begin.pt").exists():
        begun = torch.load(a.run / "begin.pt", map_location="cpu")["settings"]
        if begun != settings(a):
            sys.exit(f"{a.run} was begun with {begun}; go on with the same, or choose another folder")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("teacher")
    parser.add_argument("pictures")
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--steps", type=int, default=550, help="of a round")
    parser.add_argument("--crops", type=int, default=320, help="new ones a round")
    parser.add_argument("--newest", type=int, default=3, help="rounds whose crops are learned from")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-2)
    parser.add_argument("--student", help="to begin with: a file that export.py wrote")
    parser.add_argument("--frozen", type=int, default=0, choices=range(5), help="blocks of it that stay as they are")
    parser.add_argument("--threads", type=int, default=1, help="of each of the two processes: one learns, one looks ahead")
    parser.add_argument("--impasto", help="the program, to paint with the student")
    return parser.parse_args()


def checkpoint(run, r):
    return run / f"round{r:03}.pt"


@functools.cache
def read_once(pictures, teacher, device):
    """Training pictures and the teacher, which every round needs."""
    return load_pictures(pictures)[0], load_teacher(teacher, device)


def make_shard(a, r):
    """Round r's crops, half of them of paintings by the student as it was after round r - 2. In a process of its own."""
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    device = best_device()
    shards, rng = Shards(a.run, learning(a)), np.random.default_rng([SEED, r])
    if shards.path(r).exists():
        return
    training, teacher = read_once(a.pictures, a.teacher, device)
    own = []
    if a.impasto and r >= 2:
        own = paintings.crops(a.impasto, checkpoint(a.run, r - 2), training, rng, a.crops // 2, SIZE, a.run)
    crops = Crops(training, rng).batch(a.crops - len(own), SIZE)
    begun = torch.load(a.run / "begin.pt", map_location=device)
    crops = np.concatenate([crops, own]) if len(own) else crops
    shards.make(r, crops, begun["student"], teacher, begun["axes"], rng, device)


def train_round(a, r, trainer, shards, held, teacher, began, device):
    torch.manual_seed(SEED + r)
    rng = np.random.default_rng([SEED, r, 1])
    for _ in range(a.steps):
        trainer.train(shards.random_batch(rng, a.batch, a.newest, device), device)
        if trainer.step % 200 == 0:
            report(trainer, held, began, device)
    sizes = relative_sizes(trainer.student, teacher, np.load(a.run / "measured.npy"), device)
    save(trainer.state(sizes), checkpoint(a.run, r))


def trainer_at(a, r, shards, device):
    """The trainer as it was before round r."""
    saved = torch.load(checkpoint(a.run, r - 1) if r else a.run / "begin.pt", map_location=device)
    linear = saved["linear"] if r else refit(saved["student"], shards, np.random.default_rng(SEED), 160, device)
    trainer = Trainer(saved["student"], linear, a.rounds * a.steps, a.rate)
    if r:
        trainer.optimiser.load_state_dict(saved["optimiser"])
        trainer.step = saved["step"]
    return trainer


def main():
    a = arguments()
    torch.manual_seed(SEED)
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)  # numbers of almost nothing take a processor a hundred times as long
    device, began = best_device(), time.time()
    a.run.mkdir(parents=True, exist_ok=True)
    lock = open(a.run / "lock", "w")  # held until the process ends
    check(a, lock)
    teacher = load_teacher(a.teacher, device)
    if not (a.run / "begin.pt").exists():
        begin(a, teacher, device)
    held, shards, trainer = Shards(a.run, learning(a)), Shards(a.run, learning(a)), None
    held.open(HELD_OUT)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        ahead = pool.submit(make_shard, a, 0)
        for r in range(a.rounds):
            ahead.result()
            shards.open(r)
            if r + 1 < a.rounds:
                ahead = pool.submit(make_shard, a, r + 1)
            if checkpoint(a.run, r).exists():
                continue
            if trainer is None:
                trainer = trainer_at(a, r, shards, device)
                report(trainer, held, began, device)
            train_round(a, r, trainer, shards, held, teacher, began, device)
    if trainer:
        report(trainer, held, began, device)
    print(f"done: {checkpoint(a.run, a.rounds - 1)}; export.py makes a file of it", flush=True)


if __name__ == "__main__":
    main()
