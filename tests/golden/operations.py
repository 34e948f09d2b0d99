"""Single operations and their gradients in PyTorch.

  python operations.py    remakes golden_ops.json alone; torch and numpy suffice
"""
import torch
import torch.nn.functional as F
from golden_files import write_json
from hash_network import OPS, uniform
from tutorial import pad, to_hwc, to_torch


def operations():
    """golden_ops.json: convolutions of odd shapes, input and kernel given, with gradients; pools of an odd map."""
    x0 = uniform(OPS, (5, 7, 2))
    found = {"input": x0.ravel(), "input_shape": x0.shape}
    for kh, kw in ((3, 5), (3, 3)):
        w0, b0 = uniform(OPS + kh * kw, (kh, kw, 2, 3)), uniform(OPS + 20, (3,))
        cases = {}
        for stride in (1, 2):
            for mode in ("valid", "zero", "replicate", "reflect"):
                x = to_torch(x0).requires_grad_(True)
                w = torch.from_numpy(w0).permute(3, 2, 0, 1).requires_grad_(True)
                b = torch.from_numpy(b0).requires_grad_(True)
                y = F.conv2d(x if mode == "valid" else pad(x, mode, kh // 2, kw // 2), w, b, stride=stride)
                cotangent = uniform(OPS + 21, to_hwc(y).shape)
                gx, gw, gb = torch.autograd.grad(y, (x, w, b), to_torch(cotangent))
                cases[f"{mode}_stride{stride}"] = {
                    "shape": to_hwc(y).shape, "output": to_hwc(y).ravel(), "cotangent": cotangent.ravel(), "input_gradient": to_hwc(gx).ravel(),
                    "weight_gradient": gw.permute(2, 3, 1, 0).numpy().ravel(), "bias_gradient": gb.numpy()}
        found[f"conv{kh}x{kw}"] = {"weights": w0.ravel(), "bias": b0, **cases}
    for name, pool in (("max", F.max_pool2d), ("average", F.avg_pool2d)):
        x = to_torch(x0).requires_grad_(True)
        y = pool(x, 2)
        cotangent = uniform(OPS + 21, to_hwc(y).shape)
        gx, = torch.autograd.grad(y, x, to_torch(cotangent))
        found[f"{name}_pool"] = {"shape": to_hwc(y).shape, "output": to_hwc(y).ravel(), "cotangent": cotangent.ravel(), "input_gradient": to_hwc(gx).ravel()}
    write_json("golden_ops.json", found)


if __name__ == "__main__":
    torch.set_num_threads(1)
    operations()
