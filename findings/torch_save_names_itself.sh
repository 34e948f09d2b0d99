#!/bin/sh
# torch.save gives the same weights other bytes under another file name: all records of the zip lie in a folder with the
# name of the file, and every local header spells it. The format before PyTorch 1.6, which an option still writes, names
# each storage by its address in memory and so differs from one save to the next. A good guess was that equal tensors saved
# by one version of PyTorch give equal files, as safetensors and numpy.save do, and that a file's name is no part of it.
#
# Seen with PyTorch 2.15.0, SHA-256 of {"w": torch.arange(4.)}:
#   zip, a.pth twice: equal   zip, a.pth and b.pth: differ   legacy, a.pth twice: differ
#   a.pth renamed to c.pth: loads, and its folder is still a/
#
# Why it matters: files of weights are known by their checksum (torchvision puts it into the name, vgg19-dcbb9e9d.pth; ours
# compares it to tell what a network was trained on). Saved anew, even under torchvision's own name, the same network is
# unknown; a reader has to find the folder from the members, not from the file's name; and golden files made anew differ
# though nothing changed.
#
# Downloads some 4 GB: PyTorch on PyPI brings CUDA.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/save.py" <<'PYTHON'
import hashlib, os, sys, zipfile
import torch

os.chdir(sys.argv[1])
kept = []  # so that no address is used twice


def saved(name, **how):
    kept.append({"w": torch.arange(4.0)})
    torch.save(kept[-1], name, **how)
    with open(name, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


old = {"_use_new_zipfile_serialization": False}
again, renamed, legacy = saved("a.pth") == saved("a.pth"), saved("a.pth") == saved("b.pth"), saved("o.pth", **old) == saved("o.pth", **old)
os.rename("a.pth", "c.pth")
folders = {name.split("/")[0] for name in zipfile.ZipFile("c.pth").namelist()}
print("PyTorch", torch.__version__, "equal: twice", again, "other name", renamed, "legacy twice", legacy, folders)
assert torch.equal(torch.load("c.pth")["w"], torch.arange(4.0))
assert (again, renamed, legacy, folders) == (True, False, False, {"a"})
PYTHON

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q torch==2.15.0 numpy==2.4.6
"$folder/venv/bin/python" "$folder/save.py" "$folder"
