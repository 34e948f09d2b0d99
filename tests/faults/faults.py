#!/usr/bin/env python3
"""Kills the program, fills its disks, lets its system calls and allocations fail, and looks at what it leaves.

    faults.py PROGRAM INJECT_LIBRARY [--runs N] [--seed N]

After every run each output is absent, the old file, or a whole new one; no signal but the one that was sent ends the
program; a failure is one sentence after "impasto: " and exit code 1. Prints a table; exit code 1 when anything is wrong.
Full disks need root, for a tmpfs; without it they are left out, which the table says.
"""
import argparse
import errno
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

OLD = b"old"


def png(width, height):
    """A grey picture with some structure."""
    rows = b"".join(b"\0" + bytes((x * 7 + y * 13) % 256 for x in range(width)) for y in range(height))
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def is_whole(file):
    """By the file's own format: checksums of PNG, the end of JPEG, whole rows of CSV, JSON, the end of a page."""
    data = file.read_bytes()
    if file.suffix == ".png":
        at, pixels = 8, b""
        while at + 12 <= len(data):
            size, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + size]
            if zlib.crc32(kind + body) != struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0]:
                return False
            pixels += body if kind == b"IDAT" else b""
            at += 12 + size
            if kind == b"IEND":
                return at == len(data) and len(zlib.decompress(pixels)) > 0
        return False
    if file.suffix == ".jpg":
        return data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9"
    if file.suffix == ".csv":
        rows = data.decode().split("\n")
        return rows[-1] == "" and len({row.count(",") for row in rows[:-1]}) <= 1
    if file.suffix == ".json":
        return isinstance(json.loads(data), dict)
    if file.suffix == ".html":
        return data.rstrip().endswith(b"</html>")
    return False


class Trial:
    """A folder with two pictures, old outputs, and a run over them."""

    OUTPUTS = {"-o": "painting.png", "--preview": "preview.png", "--log": "log.csv", "--report": "page.html",
               "--save-preset": "settings.json", "--snapshots": "snapshots"}

    def __init__(self, program, where=None, elsewhere=None):
        """`elsewhere`: the option whose output goes to the folder `where`, all others stay at home."""
        self.folder = Path(tempfile.mkdtemp(prefix="impasto-faults-"))
        (self.folder / "content.png").write_bytes(png(96, 64))
        (self.folder / "style.png").write_bytes(png(80, 80))
        words = [str(program), "stylise", "content.png", "style.png", "--weights", "builtin", "--size", "96",
                 "--threads", "2", "--epochs", "4", "--steps-per-epoch", "3"]
        self.outputs = []
        for option, name in self.OUTPUTS.items():
            file = (Path(where) if option == elsewhere else self.folder) / name
            words += [option, str(file)]
            self.outputs.append(file)
            if option != "--snapshots":
                try:
                    file.write_bytes(OLD)
                except OSError:
                    pass
        self.words = words

    def start(self, environment=None):
        everything = dict(os.environ, HOME=str(self.folder), TMPDIR=str(self.folder), **(environment or {}))
        # Shells start background jobs with SIGINT ignored, and what was ignored stays so.
        return subprocess.Popen(self.words, cwd=self.folder, env=everything, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def run(self, environment=None):
        process = self.start(environment)
        _, errors = process.communicate(timeout=120)
        return process.returncode, errors.decode(errors="replace")

    def broken(self):
        """Outputs that are neither old nor whole."""
        files = [file for file in self.outputs if file.is_file()]
        for folder in [self.folder] + [file for file in self.outputs if file.is_dir()]:
            files += [f for f in folder.iterdir() if f.is_file() and f not in files and f.suffix in (".png", ".jpg")]
        return [str(f) for f in files if f.read_bytes() not in (OLD, b"") and not is_whole(f)]

    def leftovers(self):
        return len(list(self.folder.rglob(".impasto-*.tmp")))

    def painting_is_there(self):
        return any(f.read_bytes() != OLD for f in self.folder.rglob("painting*.png"))

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Table:
    def __init__(self):
        self.wrong = []
        self.rows = []

    def add(self, name, runs, remark):
        self.rows.append((name, runs, remark))
        print(f"{name:<34} {runs:>5} runs  {remark}", flush=True)

    def blame(self, what, trial, code, errors):
        self.wrong.append(what)
        print(f"WRONG: {what}: exit {code}\n  {' '.join(trial.words)}\n  {errors.strip()[-400:]}", flush=True)

    def judge(self, what, trial, code, errors, codes):
        """What holds after every run."""
        broken = trial.broken()
        if broken:
            self.blame(f"{what}: broken {broken}", trial, code, errors)
        elif code not in codes:
            self.blame(f"{what}: exit code", trial, code, errors)
        elif code == 1 and "impasto: " not in errors:
            self.blame(f"{what}: no sentence", trial, code, errors)


def kills(table, program, runs, generator):
    """Signals at random moments of a run's life, from its loading to its last write."""
    trial = Trial(program)
    begun = time.monotonic()
    trial.run()
    seconds = time.monotonic() - begun
    trial.remove()
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        finished = saved = left = removed = 0
        for _ in range(runs):
            trial = Trial(program)
            process = trial.start()
            time.sleep(generator.uniform(0, 1.1 * seconds))
            process.send_signal(number)
            _, errors = process.communicate(timeout=120)
            code = process.returncode
            # Before the program listens a signal ends it; nothing is written then.
            table.judge(number.name, trial, code, errors.decode(errors="replace"), (0, 130, -number))
            finished += code == 0
            saved += code == 130 and trial.painting_is_there()
            if code == -number and number != signal.SIGKILL and trial.painting_is_there():
                table.blame(f"{number.name} ended it with a painting there", trial, code, "")
            left += trial.leftovers() > 0
            if trial.leftovers() > 0:
                trial.run()
                removed += trial.leftovers() == 0
            trial.remove()
        if left != removed:
            table.wrong.append(f"{number.name}: leftovers stay")
        table.add(number.name, runs, f"{finished} had finished, {saved} saved and ended by 130, "
                  f"{left} left a temporary file, which the next run removed")


def kills_and_resumes(table, program, runs, generator, more=()):
    """With `more` options. Killed at random moments, up to five times each, and resumed: the last bytes are those of a run left alone."""
    def folder_of_run():
        folder = Path(tempfile.mkdtemp(prefix="impasto-faults-"))
        (folder / "content.png").write_bytes(png(96, 64))
        (folder / "style.png").write_bytes(png(80, 80))
        return folder

    begin = ["stylise", "content.png", "style.png", "--weights", "builtin", "--size", "96", "--scales", "2", "--threads", "2",
             "--iterations", "12", "--steps-per-epoch", "2", "-o", "a.npy", "--checkpoint", "c", "--checkpoint-every", "epoch", *more]
    folder = folder_of_run()
    begun = time.monotonic()
    subprocess.run([program, *begin], cwd=folder, check=True, capture_output=True)
    seconds = time.monotonic() - begun
    whole = (folder / "a.npy").read_bytes()
    shutil.rmtree(folder)
    killed = resumed = wrong = 0
    for _ in range(runs):
        folder = folder_of_run()
        for attempt in range(6):
            is_saved = (folder / "c").exists()
            words = [str(program), *(["resume", "c"] if is_saved else begin)]
            resumed += is_saved
            process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            if attempt < 5:
                time.sleep(generator.uniform(0.2, 1.0) * seconds)
                process.kill()
            _, errors = process.communicate(timeout=120)
            killed += process.returncode == -signal.SIGKILL
            # One that ended just before its kill is finished, and not taken up again.
            if (folder / "a.npy").exists():
                break
        if not (folder / "a.npy").exists() or (folder / "a.npy").read_bytes() != whole:
            table.wrong.append("a killed run")
            wrong += 1
            print(f"WRONG: other bytes after kills in {folder}: {errors.decode(errors='replace')[-400:]}", flush=True)
        shutil.rmtree(folder)
    table.add(" ".join(["SIGKILL and resume", *more]), runs, f"{killed} kills, {resumed} resumed, {runs - wrong} ended with the bytes of a run left alone")


def full_disks(table, program):
    if os.geteuid() != 0:
        return table.add("full disks", 0, "left out: a tmpfs needs root")
    for option in Trial.OUTPUTS:
        runs = refused = elsewhere = 0
        for kib in (4, 8, 12, 20, 40, 100):
            disk = Path(tempfile.mkdtemp(prefix="impasto-disk-"))
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", disk], check=False).returncode:
                return table.add("full disks", 0, "left out: tmpfs cannot be mounted here")
            trial = Trial(program, disk, option)
            code, errors = trial.run()
            table.judge(f"disk of {kib} KiB for {option}", trial, code, errors, (0, 1))
            if not trial.painting_is_there() and not (option == "-o" and code == 0):
                table.blame(f"disk of {kib} KiB for {option}: the painting is lost", trial, code, errors)
            runs += 1
            refused += code == 1
            elsewhere += "instead" in errors
            subprocess.run(["umount", disk], check=True)
            disk.rmdir()
            trial.remove()
        table.add(f"full disk for {option}", runs, f"{refused} ran out, all painted, {elsewhere} saved elsewhere")


def calls(table, program, library):
    """One failing system call a run; the painting is lost at none."""
    for name, numbers in (("write", ("ENOSPC", "EDQUOT", "EIO", "EINTR")), ("fsync", ("ENOSPC", "EDQUOT", "EIO", "EINVAL")),
                          ("rename", ("EBUSY", "EPERM", "EIO", "ENOENT")), ("mkdir", ("EIO",)), ("close", ("EIO",))):
        for number in numbers:
            runs = failed = 0
            harmless = number in ("EINTR", "EINVAL")
            for nth in range(1, 26):
                trial = Trial(program)
                wish = f"{name}:{getattr(errno, number)}:{nth}" + ("+" if number == "EINTR" else "")
                code, errors = trial.run({"LD_PRELOAD": str(library), "INJECT": wish})
                table.judge(wish, trial, code, errors, (0,) if harmless else (0, 1))
                if not trial.painting_is_there():
                    if "before" in errors or code == 1 and "painting 96" not in errors:
                        pass  # refused by the checks, before the work
                    else:
                        table.blame(f"{wish}: the painting is lost", trial, code, errors)
                runs += 1
                failed += code == 1
                trial.remove()
                if code == 0 and nth > 12 and not harmless:
                    break
            table.add(f"{name} fails with {number}", runs, f"{failed} said so and went on, the painting was there")


def allocations(table, program, library, runs, generator):
    ends = {0: 0, 1: 0}
    for _ in range(runs):
        trial = Trial(program)
        wish = f"malloc:{errno.ENOMEM}:{int(10 ** generator.uniform(0, 4.6))}" + generator.choice(["", "+"])
        code, errors = trial.run({"LD_PRELOAD": str(library), "INJECT": wish})
        loader = code == 127 or "ld.so" in errors or "error while loading" in errors
        if not loader:
            table.judge(wish, trial, code, errors, (0, 1))
        ends[code] = ends.get(code, 0) + 1
        trial.remove()
    table.add("an allocation fails", runs, ", ".join(f"exit {code}: {count}" for code, count in sorted(ends.items())))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", type=Path)
    parser.add_argument("library", type=Path)
    parser.add_argument("--runs", type=int, default=40, help="of each signal; five times as many of allocations")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    program, library = wanted.program.resolve(), wanted.library.resolve()
    generator = random.Random(wanted.seed)
    table = Table()
    kills(table, program, wanted.runs, generator)
    kills_and_resumes(table, program, 2 * wanted.runs, generator)
    kills_and_resumes(table, program, wanted.runs, generator, ["--region-size", "32"])
    full_disks(table, program)
    calls(table, program, library)
    allocations(table, program, library, 5 * wanted.runs, generator)
    print(f"{sum(row[1] for row in table.rows)} runs, {len(table.wrong)} wrong")
    return 1 if table.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
