"""weights/export_vgg19.py on files that PyTorch saves here, and on the golden ones, beside `impasto weights import`.

    python export_test.py SOURCE_DIR PROGRAM
Ends with 77, which ctest reads as skipped, where PyTorch or h5py is missing.
"""
import json, pathlib, struct, subprocess, sys, tempfile
sys.modules["triton"] = None
try: import torch, h5py
except ImportError as error: print(f"skipped: {error}"); sys.exit(77)

SOURCE, PROGRAM = pathlib.Path(sys.argv[1]), sys.argv[2]
GOLDEN = SOURCE / "tests/golden"
INDEX = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
CAFFE = [f"conv{b}_{c}" for b, n in enumerate((2, 2, 4, 4, 4), 1) for c in range(1, n + 1)]
# What tells of the file read and the program that wrote, not of the network.
OWN_WORDS = {"created_by", "made_from", "sha256"}


def read(file):
    """({name: (dtype, shape, bytes)}, metadata) of a safetensors file."""
    data = file.read_bytes()
    size, = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    cut = lambda e: data[8 + size + e["data_offsets"][0]:8 + size + e["data_offsets"][1]]
    return {name: (e["dtype"], e["shape"], cut(e)) for name, e in header.items()}, metadata


def export(*words):
    return subprocess.run([sys.executable, SOURCE / "weights/export_vgg19.py", *map(str, words)], capture_output=True, text=True)


def imported(file, out, *words):
    subprocess.run([PROGRAM, "weights", "import", file, "-o", out, *words], check=True, stdout=subprocess.DEVNULL)
    return read(out)


def check_same(folder, made, original, source, *words):
    """The script's file has the arrays and the network's metadata of the program's own import of `original`."""
    run = export(made, "-o", folder / "a.safetensors", "--source", source, *words)
    assert run.returncode == 0, run.stderr
    (arrays, words_a), (wanted, words_b) = read(folder / "a.safetensors"), imported(original, folder / "b.safetensors", "--source", source, *words)
    assert arrays == wanted, f"{made.name}: arrays differ"
    assert {k: v for k, v in words_a.items() if k not in OWN_WORDS} == {k: v for k, v in words_b.items() if k not in OWN_WORDS}, (words_a, words_b)
    assert words_a.keys() == words_b.keys(), set(words_a) ^ set(words_b)


def check_refused(*words, part):
    run = export(*words)
    assert run.returncode == 1 and part in run.stderr and run.stderr.count("\n") == 1, run.stderr


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    golden = GOLDEN / "golden_vgg19_torchvision.safetensors"
    state = {k: torch.frombuffer(bytearray(b), dtype=torch.float32).reshape(shape) for k, (_, shape, b) in read(golden)[0].items()}
    new, old, gatys, short, odd = (folder / f"{n}.pth" for n in ("new", "old", "gatys", "short", "odd"))
    torch.save(state, new)
    torch.save({"state_dict": {f"module.{k}": v for k, v in state.items()}}, old, _use_new_zipfile_serialization=False)
    torch.save({f"{c}.{p}": state[f"features.{i}.{p}"] for c, i in zip(CAFFE, INDEX) for p in ("weight", "bias")}, gatys)
    for file in (new, old): check_same(folder, file, golden, "torchvision")
    check_same(folder, gatys, golden, "caffe")
    for dtype in ("f16", "bf16"): check_same(folder, new, golden, "torchvision", "--dtype", dtype)
    for kind in ("official", "tf_keras", "keras3.weights"):
        file = GOLDEN / f"golden_vgg19_{kind}.h5"
        check_same(folder, file, file, "keras")

    run = export(new, "-o", folder / "unsure.safetensors")
    assert run.returncode == 0 and "of unknown source" in run.stdout and "source" not in read(folder / "unsure.safetensors")[1], run
    out = ("-o", folder / "x.safetensors")
    torch.save({k: v for k, v in state.items() if not k.startswith("features.5.")}, short)
    check_refused(short, *out, part="lacks block2_conv1 but holds block2_conv2")
    torch.save({k.replace("features.16.", "features.17."): v for k, v in state.items()}, odd)
    check_refused(odd, *out, part="another network")
    odd.write_bytes(new.read_bytes()[:3000])
    check_refused(odd, *out, part="damaged")
    check_refused(folder / "lost.pth", *out, part="is no file")
    assert not (folder / "x.safetensors").exists()
print("export_vgg19.py: 8 files as impasto imports them, 4 refused.")
