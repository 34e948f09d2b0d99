"""Memory and time of a painting as it grows: whole, and in regions.

    python bench/megapixels.py build/impasto --output bench/results/NAME.json --plot docs/NAME.png

Paints data/content.jpg in the style of data/style.jpg at each size of --megapixels, at one scale and for a few steps, in
one piece and with --region-size, one run after the other. Of each run: seconds of the processor, all of it; the median
of the steps' seconds; and the most memory it held. The table goes to stdout. matplotlib is needed for --plot alone.
"""

import argparse
import csv
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MIB = 2**20


def run(program, side, ways, steps, folder):
    """One painting; what it took."""
    log = folder / "log.csv"
    words = [program, "stylise", ROOT / "data/content.jpg", ROOT / "data/style.jpg", "--size", side, "--scales", 1,
             "--style-size", 512, "--iterations", steps, "--log", log, "-o", folder / "painting.png", "--quiet", *ways]
    child = subprocess.Popen([str(word) for word in words])
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        return None
    with open(log, newline="") as file:
        rows = list(csv.DictReader(file))
    each = [float(row["seconds"]) / int(row["evaluations"]) for row in rows[1:]]
    pixels = int(rows[0]["width"]) * int(rows[0]["height"])
    return {"megapixels": pixels / 1e6, "width": int(rows[0]["width"]), "height": int(rows[0]["height"]),
            "cpu_seconds": usage.ru_utime + usage.ru_stime, "evaluation_seconds": statistics.median(each),
            "resident_mib": usage.ru_maxrss / 1024}


def plot(results, path):
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4))
    for name, runs in results.items():
        x = [one["megapixels"] for one in runs]
        axes[0].plot(x, [one["resident_mib"] / 1024 for one in runs], "o-", label=name)
        axes[1].plot(x, [one["evaluation_seconds"] for one in runs], "o-", label=name)
    for axis, title in zip(axes, ("memory, GiB", "an evaluation, seconds")):
        axis.set_title(title)
        axis.set_xlabel("megapixels")
        axis.set_xlim(left=0)
        axis.set_ylim(bottom=0)
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=80)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--megapixels", default="0.25,1,4,9,16", help="sizes, ascending [%(default)s]")
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--max-memory", metavar="SIZE", help="of the runs in regions [that of 1,024 a side, 10 pairs]")
    parser.add_argument("--output", type=pathlib.Path, metavar="FILE.json")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE.png")
    options = parser.parse_args()
    program = options.program.resolve()

    results = {"whole": [], "regions": []}
    with tempfile.TemporaryDirectory() as folder:
        for megapixels in [float(word) for word in options.megapixels.split(",")]:
            side = round((megapixels * 1e6 * 1.5) ** 0.5)
            # Of what a painting in regions needs: 200 bytes a pixel with 4 pairs, and a region's maps.
            limit = options.max_memory or f"{round(megapixels * 1e6 * 260 / MIB + 650)}M"
            for name, ways in (("whole", []), ("regions", ["--max-memory", limit])):
                one = run(program, side, ways, options.steps, pathlib.Path(folder))
                if one is None:
                    print(f"{name} at {megapixels} megapixels failed", file=sys.stderr)
                    continue
                one["limit"] = limit if ways else ""
                results[name].append(one)
                print(f"{one['width']} x {one['height']}, {name}: {one['resident_mib']:.0f} MiB, "
                      f"{one['cpu_seconds']:.1f} CPU seconds, {one['evaluation_seconds']:.2f} s an evaluation", flush=True)
    if options.output:
        machine = {"machine": platform.machine(), "cores": len(os.sched_getaffinity(0)), "system": platform.release()}
        options.output.write_text(json.dumps({**machine, "steps": options.steps, "runs": results}, indent=1) + "\n")
    if options.plot:
        plot(results, options.plot)


if __name__ == "__main__":
    main()
