"""How golden files are written: numbers, arrays, and descriptions of arrays too large to keep."""
import json, pathlib
import numpy as np
from hash_network import fmix32

folder = pathlib.Path(__file__).resolve().parent  # where files go


def to_json(value, indent=0):
    """Numbers with 17 significant digits (a double comes back exactly), lists of numbers on one line."""
    if isinstance(value, dict):
        pad = " " * (indent + 1)
        return "{\n" + ",\n".join(f"{pad}{json.dumps(k)}: {to_json(v, indent + 1)}" for k, v in value.items()) + "\n" + " " * indent + "}"
    if isinstance(value, (list, tuple, np.ndarray)): return "[" + ", ".join(to_json(v, indent) for v in value) + "]"
    if isinstance(value, (bool, str)): return json.dumps(value)
    if isinstance(value, (int, np.integer)): return str(value)
    assert np.isfinite(value), value
    return format(float(value), ".17g")


def write_json(name, value): (folder / name).write_text(to_json(value) + "\n")
def write_npy(name, array): np.save(folder / name, np.ascontiguousarray(array))


def sample(array, count=32):
    """Count positions of a C-order array, spread by the hash; small arrays may repeat one."""
    flat = np.asarray(array).ravel()
    at = fmix32(np.arange(1, count + 1, dtype=np.uint32)) % np.uint32(flat.size)
    return {"indices": at, "values": flat[at].astype(np.float64)}


def describe(array, count=32):
    """Shape, sum, L2 norm (both accumulated in double) and samples; maps are H x W x C here."""
    array = np.asarray(array)
    wide = array.astype(np.float64)
    return {"shape": array.shape, "sum": wide.sum(), "l2": np.sqrt((wide ** 2).sum()), **sample(array, count)}
