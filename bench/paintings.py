"""Whole paintings, from files to a file: this build beside another one and beside G'MIC's stylize.

    python bench/paintings.py build/impasto --beside OTHER/build/impasto --output bench/results/NAME.json

Paints data/content.jpg in the style of data/style.jpg with the built-in network, by --preset default and draft, and with
the formula network, at each of --sizes. Rounds go through all contenders, so that whatever else the machine does meets
all of them. Of each: seconds of the processor, user and system; seconds by the clock; the most memory it held; for
Impasto the final loss, which is each network's own. Medians of the rounds go to stdout, as a table. gmic is Debian's
package of that name; without it, it is left out with a sentence.
"""

import argparse
import csv
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTENT, STYLE = ROOT / "data/content.jpg", ROOT / "data/style.jpg"


def impasto(program, preset, weights="builtin"):
    def words(side, threads, folder):
        return [program, "stylise", CONTENT, STYLE, "--weights", weights, "--preset", preset, "--size", side,
                "--threads", threads, "--log", folder / "log.csv", "-o", folder / "painting.png", "--quiet"]
    return words


def gmic(side, threads, folder):
    height = round(side * 2 / 3)  # of the sample pictures
    return ["gmic", "-v", "-1", CONTENT, STYLE, "-resize", f"{side},{height},1,3,6", "-stylize[0]", "[1]", "-keep[0]",
            "-round", "-o", folder / "painting.png"]


def run(words, threads, folder):
    """One painting; what it took, or None."""
    log = folder / "log.csv"
    log.unlink(missing_ok=True)
    begun = time.perf_counter()
    child = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL,
                             env=os.environ | {"OMP_NUM_THREADS": str(threads)})
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        return None
    taken = {"cpu_seconds": usage.ru_utime + usage.ru_stime, "seconds": time.perf_counter() - begun,
             "resident_mib": usage.ru_maxrss / 1024}
    if log.exists():
        with open(log, newline="") as file:
            taken["loss"] = float(list(csv.DictReader(file))[-1]["loss"])
    return taken


def measure(contenders, side, threads, rounds):
    runs = {name: [] for name in contenders}
    with tempfile.TemporaryDirectory() as folder:
        for i in range(rounds):
            for name, words in contenders.items():
                one = run(words(side, threads, pathlib.Path(folder)), threads, pathlib.Path(folder))
                if one is None:
                    sys.exit(f"{name} failed at {side}")
                runs[name].append(one)
                print(f"{side}, round {i + 1}, {name}: {one['cpu_seconds']:.2f} CPU seconds", file=sys.stderr, flush=True)
    return runs


def table(runs, side, reference):
    """A line a contender: medians, and of the ratios to the reference within a round their median."""
    print(f"\n| {side} pixels | CPU seconds | of {reference} | seconds | MiB | loss |\n|---|--:|--:|--:|--:|--:|")
    for name, all_of_it in runs.items():
        middle = {key: statistics.median(one[key] for one in all_of_it) for key in all_of_it[0]}
        ratio = statistics.median(a["cpu_seconds"] / b["cpu_seconds"] for a, b in zip(all_of_it, runs[reference]))
        loss = f"{middle['loss']:.4f}" if "loss" in middle else ""
        print(f"| {name} | {middle['cpu_seconds']:.2f} | {ratio:.2f} | {middle['seconds']:.2f} | "
              f"{middle['resident_mib']:.0f} | {loss} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--beside", type=pathlib.Path, metavar="PROGRAM", help="a build of another commit")
    parser.add_argument("--sizes", default="512,1024", help="long sides [%(default)s]")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=pathlib.Path, metavar="FILE.json")
    options = parser.parse_args()

    program = options.program.resolve()
    contenders = {"default": impasto(program, "default"), "draft": impasto(program, "draft"),
                  "formula": impasto(program, "default", "formula")}
    if options.beside:
        contenders["default beside"] = impasto(options.beside.resolve(), "default")
        contenders["draft beside"] = impasto(options.beside.resolve(), "draft")
    if shutil.which("gmic"):
        contenders["G'MIC stylize"] = gmic
    else:
        print("gmic is not there; it is left out", file=sys.stderr)

    results = {}
    for side in [int(word) for word in options.sizes.split(",")]:
        results[side] = measure(contenders, side, options.threads, options.rounds)
        table(results[side], side, "default beside" if options.beside else "default")
    if options.output:
        machine = {"date": datetime.date.today().isoformat(), "machine": platform.machine(),
                   "cores": len(os.sched_getaffinity(0)), "system": platform.release(), "load": os.getloadavg()[0]}
        options.output.write_text(json.dumps({**machine, "threads": options.threads, "runs": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()
