"""The tutorial's loss over time: TensorFlow, Impasto's Adam, its L-BFGS, and --preset tutorial-fast.

    python bench/tutorial.py PROGRAM CONTENT STYLE --weights FILE --steps-of bench/results/NAME.json --logs FOLDER \\
        --plot docs/NAME.png

Paints CONTENT in STYLE thrice (2,000 steps of Adam take a quarter of an hour), each with a log in FOLDER; a log that is
there already is taken as it is. What a step of Adam takes in TensorFlow and here comes from a file of bench/compare.py,
medians of one alternating run; TensorFlow's losses are the same (bench/parity.py). L-BFGS is timed by its own log.
Prints when each is as low as Adam's lowest loss, and how many times sooner than TensorFlow. matplotlib is needed for
--plot alone.
"""

import argparse
import csv
import json
import pathlib
import subprocess

RUNS = {"adam": ["--preset", "tutorial"],
        "lbfgs": ["--preset", "tutorial", "--optimiser", "lbfgs", "--iterations", "200"],
        "tutorial-fast": ["--preset", "tutorial-fast"]}
TITLES = {"tensorflow": "TensorFlow, Adam", "adam": "Impasto, Adam (tutorial)",
          "lbfgs": "L-BFGS at one scale", "tutorial-fast": "--preset tutorial-fast"}


def log_of(name, options):
    """The log of a run, from a former one if it is there."""
    log = options.logs / f"{name}.csv"
    if not log.exists():
        part = log.with_suffix(".part.csv")
        subprocess.run([options.program, "stylise", options.content, options.style, "-o", options.logs / f"{name}.png",
                        "--weights", options.weights, *RUNS[name], "--log", part, "--quiet"], check=True)
        part.rename(log)
    with open(log, newline="") as file:
        return list(csv.DictReader(file))


def step_seconds(file, size):
    """Medians of one step at the size, by contender, of a file of bench/compare.py."""
    for one in json.loads(pathlib.Path(file).read_text())["sizes"]:
        if (one["width"], one["height"]) == size:
            return {name: of["median_ms"] / 1000 for name, of in one["contenders"].items()}
    raise SystemExit(f"{file} has no size of {size[0]} x {size[1]}")


def curve(rows, seconds_of_step=None):
    """(seconds since the start, lowest loss so far) at full size, and evaluations in units of full-size ones."""
    full = int(rows[-1]["width"]) * int(rows[-1]["height"])
    points, seconds, work, lowest = [], 0, 0, float("inf")
    for row in rows:
        size = int(row["width"]) * int(row["height"])
        seconds += seconds_of_step or float(row["seconds"])
        work += int(row["evaluations"]) * size / full
        if size == full:
            lowest = min(lowest, float(row["loss"]))
            points.append((seconds, lowest, work))
    return points


def draw(curves, wanted, file):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots(figsize=(8, 4), dpi=110)
    for (name, points), colour in zip(curves.items(), ("#b04030", "#d09020", "#4080b0", "#206030")):
        axes.loglog([p[0] for p in points], [p[1] for p in points], label=TITLES[name], color=colour, linewidth=2)
    axes.axhline(wanted, color="grey", linewidth=0.8, linestyle="--")
    axes.set_xlabel("seconds")
    axes.set_ylabel("lowest loss so far")
    axes.grid(True, which="major", alpha=0.3)
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("content", type=pathlib.Path)
    parser.add_argument("style", type=pathlib.Path)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--steps-of", required=True, metavar="FILE.json", help="what bench/compare.py wrote")
    parser.add_argument("--logs", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE.png")
    options = parser.parse_args()
    options.program = options.program.resolve()
    options.logs.mkdir(parents=True, exist_ok=True)

    steps = step_seconds(options.steps_of, (450, 300))
    adam = log_of("adam", options)
    curves = {"tensorflow": curve(adam, steps["tensorflow"]), "adam": curve(adam, steps["impasto"])}
    for name in ("lbfgs", "tutorial-fast"):
        curves[name] = curve(log_of(name, options))
    wanted, whole = curves["adam"][-1][1], curves["tensorflow"][-1][0]
    print(f"lowest loss of {len(adam)} steps of Adam: {wanted:.4g}; TensorFlow takes {whole:.0f} s for them\n")
    print("| | evaluations until as low | seconds | TensorFlow's time over it | lowest in the end |\n|---|--:|--:|--:|--:|")
    for name, points in curves.items():
        reached = next((p for p in points if p[1] <= wanted), None)
        figures = f"{reached[2]:.0f} | {reached[0]:.0f} | {whole / reached[0]:.0f}" if reached else "not reached | | "
        print(f"| {TITLES[name]} | {figures} | {points[-1][1]:.4g} |")
    if options.plot:
        draw(curves, wanted, options.plot)


if __name__ == "__main__":
    main()
