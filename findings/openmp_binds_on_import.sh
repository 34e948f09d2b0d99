#!/bin/sh
# With OMP_PROC_BIND=true in the environment, as clusters' job scripts set it, loading GCC's OpenMP runtime binds the
# thread that loads it to one core, before any parallel loop runs and though nothing was called. Whoever counts cores
# by the affinity mask afterwards (os.sched_getaffinity, nproc, sched_getaffinity in C++) counts 1 of all, and threads
# that it starts inherit the mask: they share one core. OpenMP's own count, omp_get_num_procs(), keeps the number from
# before. A good guess was that binding begins with the first parallel region and touches OpenMP's threads only.
#
# Seen with scikit-learn 1.5.2, whose wheel brings libgomp, and CPython 3.11 on x86-64 Linux with 2 cores:
#   before the import 2, after it 1, omp_get_num_procs 2, a new thread of Python's 1
#
# Why it matters: a library that takes "all cores" by affinity runs on one thread of a whole node, without a word.
set -eu
[ "$(nproc)" -ge 2 ] || { echo "needs two cores"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q scikit-learn==1.5.2 numpy==1.26.4 scipy==1.14.1 threadpoolctl==3.5.0 joblib==1.4.2

cat >"$folder/count.py" <<'PYTHON'
import ctypes, os, threading

before = len(os.sched_getaffinity(0))
import sklearn.cluster  # loads libgomp; runs nothing
import threadpoolctl

after = len(os.sched_getaffinity(0))
runtime = next(one["filepath"] for one in threadpoolctl.threadpool_info() if one["user_api"] == "openmp")
counted = ctypes.CDLL(runtime).omp_get_num_procs()
inherited = []
thread = threading.Thread(target=lambda: inherited.append(len(os.sched_getaffinity(0))))
thread.start()
thread.join()
print(f"before the import {before}, after it {after}, omp_get_num_procs {counted}, a new thread of Python's {inherited[0]}")
assert (after, counted, inherited[0]) == ((1, before, 1) if "OMP_PROC_BIND" in os.environ else (before, before, before))
PYTHON

unset OMP_PROC_BIND OMP_PLACES GOMP_CPU_AFFINITY OMP_NUM_THREADS
echo "without OMP_PROC_BIND:" && "$folder/venv/bin/python" "$folder/count.py"
echo "with OMP_PROC_BIND=true:" && OMP_PROC_BIND=true "$folder/venv/bin/python" "$folder/count.py"
