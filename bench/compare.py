"""The tutorial's step in Impasto, PyTorch and TensorFlow, side by side on the same threads.

    python bench/compare.py --sizes 450x300,512x512 --output bench/results/NAME.json --plot docs/NAME.png

Full VGG19 up to block5_conv2 with random weights: forward, losses, gradient of the picture, Adam. Every contender has a
process of its own that stays alive; rounds of a few steps alternate between them, so that whatever else the machine
does meets all of them. Impasto starts anew in every round. The table goes to stdout, what is being done to stderr.

Needs numpy, and torch or tensorflow for somebody to compare with (pip install numpy torch tensorflow-cpu); what is
missing is left out with a sentence. matplotlib is needed for --plot alone.
"""

import argparse
import datetime
import importlib.util
import json
import os
import pathlib
import platform
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import textwrap
import time

HERE = pathlib.Path(__file__).resolve().parent
# Name: the module it needs, and what tables call it.
FRAMEWORKS = {
    "tensorflow": ("tensorflow", "TensorFlow, tf.function"),
    "torch": ("torch", "PyTorch, eager"),
    "torch-compile": ("torch", "PyTorch, torch.compile"),
    "torch-bf16": ("torch", "PyTorch, bf16 autocast"),
    "torch-bf16-compile": ("torch", "PyTorch, bf16 autocast, torch.compile"),
}
TITLES = {"impasto": "Impasto"} | {name: title for name, (_, title) in FRAMEWORKS.items()}
DEFAULT = "impasto,tensorflow,torch,torch-compile,torch-bf16"
# What makes every contender leave wider vectors alone.
ISA = {
    "native": {},
    "avx2": {"IMPASTO_SIMD": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2",
             "MKL_ENABLE_INSTRUCTIONS": "AVX2"},
}
# (index among torchvision's features, output channels) of VGG19's convolutions.
CONVOLUTIONS = list(zip((0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
                        (64, 64, 128, 128) + 4 * (256,) + 8 * (512,)))
SECONDS_BETWEEN = 0.3  # until the threads of the contender before stop waiting actively


class Failure(Exception):
    """One sentence for the reader."""


def say(sentence):
    print(sentence, file=sys.stderr, flush=True)


def write_weights(path):
    """Random weights of VGG19, He-uniform, as a safetensors file with torchvision's names."""
    import numpy as np

    random, header, parts, end, channels = np.random.default_rng(1), {}, [], 0, 3
    for index, filters in CONVOLUTIONS:
        limit = (6 / (9 * channels)) ** 0.5
        weight = random.uniform(-limit, limit, (filters, channels, 3, 3)).astype("<f4")
        for kind, values in (("weight", weight), ("bias", np.zeros(filters, "<f4"))):
            header[f"features.{index}.{kind}"] = {"dtype": "F32", "shape": values.shape,
                                                  "data_offsets": [end, end + values.nbytes]}
            parts.append(values.tobytes())
            end += values.nbytes
        channels = filters
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Impasto:
    def __init__(self, program, folder, weights, size, threads, environment):
        self.file, self.environment = folder / "impasto.json", environment
        self.command = [program, "bench", "--weights", weights, "--width", str(size[0]), "--height", str(size[1]),
                        "--threads", str(threads), "--json", self.file]
        self.versions = {"impasto": self.ask([program, "--version"]).split()[-1]}
        self.details, self.peak_rss_mib = None, 0

    def ask(self, command):
        try:
            run = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        except OSError as error:
            raise Failure(f"{command[0]} cannot be run ({error.strerror}); build it with make, or name it with "
                          "--program") from None
        if run.returncode != 0:
            raise Failure(f"Impasto failed: {run.stderr.strip()}")
        return run.stdout

    def steps(self, count):
        self.ask(self.command + ["--steps", str(count)])
        self.details = json.loads(self.file.read_text()) | {"weights": "random"}  # their file is gone afterwards
        self.peak_rss_mib = max(self.peak_rss_mib, self.details["peak_rss_mib"])
        return self.details["step_ms"]

    def close(self):
        pass


class Framework:
    def __init__(self, name, folder, weights, size, threads, environment):
        self.errors, self.name = folder / f"{name}.txt", name
        command = [sys.executable, HERE / "contender.py", name, weights, *map(str, size), str(threads)]
        with open(self.errors, "w", encoding="utf-8") as errors:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=errors, text=True)
        self.details, self.peak_rss_mib = None, 0
        self.versions = self.answer()
        self.steps(2)  # compilation, and memory that is taken once

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            last = (self.errors.read_text(encoding="utf-8").strip() or "no message").splitlines()[-1]
            raise Failure(f"{TITLES[self.name]} failed: {last}")
        return json.loads(line)

    def steps(self, count):
        try:
            print(count, file=self.process.stdin, flush=True)
        except BrokenPipeError:
            pass  # answer() tells why
        answer = self.answer()
        self.peak_rss_mib = answer["peak_rss_mib"]
        return answer["ms"]

    def close(self):
        self.process.kill()
        self.process.wait()


def environment_of(options, folder):
    """The caller's, with the same threads and instructions for everybody.

    torch.compile takes what it compiled for other instructions for its own, so it starts with an empty cache.
    """
    kept = {name: value for name, value in os.environ.items()
            if name not in ("OPENBLAS_CORETYPE", "IMPASTO_WEIGHTS", "IMPASTO_SIMD")}
    return kept | {"OMP_NUM_THREADS": str(options.threads), "TORCHINDUCTOR_CACHE_DIR": str(folder)} | ISA[options.isa]


def start(name, options, folder, weights, size):
    environment = environment_of(options, folder)
    if name == "impasto":
        return Impasto(options.program, folder, weights, size, options.threads, environment)
    return Framework(name, folder, weights, size, options.threads, environment)


def measure(size, options, folder, weights, versions):
    """All contenders at one size: {name: figures}."""
    contenders, rounds = {}, {}
    try:
        for name in options.contenders:
            say(f"{size[0]}x{size[1]}: starting {TITLES[name]}")
            try:
                contenders[name] = start(name, options, folder, weights, size)
            except Failure as failure:
                say(f"left out: {failure}")
                continue
            versions.update(contenders[name].versions)
        for turn in range(options.rounds if contenders else 0):
            for name, contender in contenders.items():
                time.sleep(SECONDS_BETWEEN)
                rounds.setdefault(name, []).append(contender.steps(options.steps))
            last = ", ".join(f"{name} {min(times[-1]):.0f}" for name, times in rounds.items())
            say(f"{size[0]}x{size[1]}: round {turn + 1} of {options.rounds}: {last} ms")
    finally:
        for contender in contenders.values():
            contender.close()
    return {name: figures(contenders[name], times) for name, times in rounds.items()}


def figures(contender, rounds):
    times = [one for times in rounds for one in times]
    found = {"min_ms": min(times), "median_ms": statistics.median(times),
             "peak_rss_mib": contender.peak_rss_mib, "rounds_ms": rounds}
    if contender.details:
        found["bench"] = contender.details
    return found


def json_text(content):
    """Indented, with lists of numbers on one line."""
    return re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), json.dumps(content, indent=1)) + "\n"


def table(results):
    lines = ["| step of the tutorial | at best, ms | median, ms | times Impasto's | peak memory, MiB |",
             "|---|--:|--:|--:|--:|"]
    for result in results:
        own = result["contenders"].get("impasto")
        for name, found in result["contenders"].items():
            ratio = f"{found['median_ms'] / own['median_ms']:.2f}" if own else ""
            lines.append(f"| {result['width']} x {result['height']}, {TITLES[name]} | {found['min_ms']:.0f} | "
                         f"{found['median_ms']:.0f} | {ratio} | {found['peak_rss_mib']:.0f} |")
    return "\n".join(lines)


def plot(results, title, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(results), 2, figsize=(10, 0.8 + 1.9 * len(results)), squeeze=False)
    for row, result in zip(axes, results):
        names = list(result["contenders"])[::-1]
        labels = [TITLES[name] for name in names]
        colours = ["#c8553d" if name == "impasto" else "#9aa5b1" for name in names]
        for axis, key, unit in ((row[0], "median_ms", "ms a step"), (row[1], "peak_rss_mib", "MiB at most")):
            values = [result["contenders"][name][key] for name in names]
            bars = axis.barh(labels, values, color=colours)
            axis.bar_label(bars, [f"{value:,.0f}" for value in values], padding=3, fontsize=8)
            axis.set_title(f"{result['width']} x {result['height']}: {unit}", fontsize=9, loc="left")
            axis.set_xlim(0, 1.18 * max(values))
            axis.tick_params(labelsize=8)
            axis.spines[["top", "right"]].set_visible(False)
        row[1].set_yticklabels([])
    figure.suptitle(textwrap.fill(title, 120), fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=150)


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cpu": model, "cores": cores, "system": f"{platform.system()} {platform.machine()}"}


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", HERE, *words], capture_output=True, text=True, check=True).stdout.strip()

    try:
        return git("rev-parse", "--short", "HEAD") + (" with changes" if git("status", "--porcelain", "-uno") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def parse_options():
    def sizes(text):
        found = [tuple(map(int, size.split("x"))) for size in text.split(",")]
        if any(len(size) != 2 or min(size) < 16 for size in found):
            raise ValueError
        return found

    def names(text):
        unknown = [name for name in text.split(",") if name not in TITLES]
        if unknown:
            raise argparse.ArgumentTypeError(f"no contender is called '{unknown[0]}'; there are {', '.join(TITLES)}")
        return text.split(",")

    def positive(text):
        if int(text) < 1:
            raise ValueError
        return int(text)

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=sizes, default="450x300", help="WIDTHxHEIGHT,... [450x300]")
    parser.add_argument("--threads", type=positive, default=machine()["cores"], help="of every contender [all cores]")
    parser.add_argument("--steps", type=positive, default=3, help="of a round [3]")
    parser.add_argument("--rounds", type=positive, default=5, help="of every contender [5]")
    parser.add_argument("--isa", choices=ISA, default="native", help="widest instructions for everybody [native]")
    parser.add_argument("--contenders", type=names, default=DEFAULT, help=f"some of {','.join(TITLES)} [{DEFAULT}]")
    parser.add_argument("--program", default=HERE.parent / "build/impasto", help="[build/impasto]")
    parser.add_argument("--output", type=pathlib.Path, metavar="FILE.json", help="all figures, every round")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE.png", help="bars of time and memory")
    options = parser.parse_args()
    for file in filter(None, (options.output, options.plot)):
        if not file.parent.is_dir():
            parser.error(f"folder '{file.parent}' does not exist; make it or choose another")
    return options


def leave_out_missing(options):
    if importlib.util.find_spec("numpy") is None:
        raise Failure("numpy is missing; it comes with torch and tensorflow (pip install numpy)")
    for name in list(options.contenders):
        module = FRAMEWORKS.get(name, (None,))[0]
        if module and importlib.util.find_spec(module) is None:
            say(f"left out: {TITLES[name]} needs the Python package {module}, which is not installed")
            options.contenders.remove(name)
    if options.plot and importlib.util.find_spec("matplotlib") is None:
        say("no plot: it needs the Python package matplotlib, which is not installed")
        options.plot = None


def main():
    options = parse_options()
    leave_out_missing(options)
    versions, results = {}, []
    with tempfile.TemporaryDirectory() as folder:
        weights = pathlib.Path(folder) / "vgg19.safetensors"
        write_weights(weights)
        for size in options.sizes:
            found = measure(size, options, pathlib.Path(folder), weights, versions)
            results.append({"width": size[0], "height": size[1], "contenders": found})
    if not any(result["contenders"] for result in results):
        raise Failure("nobody could be measured")
    about = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"), "commit": commit(),
             "machine": machine(), "threads": options.threads, "isa": options.isa, "steps": options.steps,
             "rounds": options.rounds, "versions": versions}
    title = (f"{about['machine']['cpu']}, {options.threads} threads, instructions: {options.isa}; commit "
             f"{about['commit']}; " + ", ".join(f"{name} {version}" for name, version in versions.items()))
    print(f"{title}\n\n{table(results)}")
    if options.output:
        options.output.write_text(json_text(about | {"sizes": results}), encoding="utf-8")
    if options.plot:
        plot(results, title, options.plot)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"compare.py: {failure}")
