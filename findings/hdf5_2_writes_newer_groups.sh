#!/bin/sh
# Since HDF5 2.0 a file made with the library's default settings is in the form of HDF5 1.8: superblock 2, groups as link
# messages, and those with more than 8 members as fractal heaps (dense storage). For fifteen years the default had been the
# earliest form (superblock 0, symbol tables), whatever the library's version. h5py.File hides the change, because h5py asks
# for the earliest form by itself; its low-level h5py.h5f.create does not. A good guess was that a newer library writes what
# the older one wrote until a newer form is asked for.
#
# Seen with h5py 3.14.0 (HDF5 1.14.6) and 3.16.0 (HDF5 2.0.0), a file of 20 groups with one array each:
#   HDF5 1.14.6  File: superblock 0, heaps False   h5f.create: superblock 0, heaps False
#   HDF5 2.0.0   File: superblock 0, heaps False   h5f.create: superblock 2, heaps True
#
# Why it matters: small readers of weights know the earliest form, which Keras' files have. What C, C++, R or Julia programs
# write by default changes under them when their libhdf5 goes from 1.14 to 2, and a test that writes its files by libhdf5
# (ours did) fails on a newer system though the reader is what it was.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/write.py" <<'PYTHON'
import os, sys
import h5py


def form(path):
    data = open(path, "rb").read()
    return data[8], b"FRHP" in data  # version of the superblock; is there a fractal heap


os.chdir(sys.argv[1])
found = []
for name, file in (("File", h5py.File("a.h5", "w")),
                   ("h5f.create", h5py.File(h5py.h5f.create(b"b.h5", h5py.h5f.ACC_TRUNC)))):
    for i in range(20):
        file[f"group{i}/array"] = [1.0]
    path = file.filename
    file.close()
    found.append(form(path))
print("HDF5", h5py.version.hdf5_version, *found)
assert found == ([(0, False), (0, False)] if h5py.version.hdf5_version.startswith("1.") else [(0, False), (2, True)])
PYTHON

for version in 3.14.0 3.16.0; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install -q "h5py==$version" numpy==2.3.5
  "$folder/$version/bin/python" "$folder/write.py" "$folder"
done
