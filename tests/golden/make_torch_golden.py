"""Remakes the golden files of PyTorch: a narrow VGG19 as torch.save and torch.export write it, and what it computes.

  python make_torch_golden.py [--out FOLDER] [--export NAME]
Needs torch, torchvision, numpy, pillow; README.md describes every file. With --export alone the .pt2 is written, under that
name: for another version of torch. Weights are rounded to bfloat16, so that every type holds them exactly and one set of
maps stands for all files.
"""
import argparse, collections, pathlib, warnings
import numpy as np
import torch
from golden_files import describe, to_json
from hash_network import uniform

WIDTHS = [(2, 4), (2, 2), (4, 5), (4, 3), (4, 6)]  # (convolutions, channels) of each block
INDEX = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]  # torchvision's, of each convolution
NAMES = [f"block{b}_conv{c}" for b, (count, _) in enumerate(WIDTHS, 1) for c in range(1, count + 1)]
STREAM = 300  # of the hash: layer l draws its weights from STREAM + 2 l and its bias from STREAM + 2 l + 1
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def rounded(values):
    """To bfloat16, and to 0 where a half is no longer exact."""
    values = torch.from_numpy(values.astype(np.float32)).bfloat16().float()
    return torch.where(values.abs() < 2 ** -14, torch.zeros(()), values)


class Narrow(torch.nn.Module):
    """torchvision's VGG19 up to conv5_4."""
    def __init__(self, layers):
        super().__init__()
        self.features = torch.nn.Sequential(*layers)

    def forward(self, x): return self.features(x)


def narrow_network():
    layers, inputs, number = [], 3, 0
    for count, outputs in WIDTHS:
        for _ in range(count):
            layers += [torch.nn.Conv2d(inputs, outputs, 3, padding=1), torch.nn.ReLU()]
            limit = np.sqrt(6.0 / (9.0 * inputs))
            with torch.no_grad():
                layers[-2].weight.copy_(rounded(uniform(STREAM + 2 * number, (outputs, inputs, 3, 3)) * limit))
                layers[-2].bias.copy_(rounded(uniform(STREAM + 2 * number + 1, (outputs,)) * 0.1))
            inputs, number = outputs, number + 1
        layers.append(torch.nn.MaxPool2d(2, 2))
    return Narrow(layers[:-1]).eval()


def tangled(network, prefix, types):
    """Its state_dict with every fourth kernel plain, channels last, transposed, and every second number of a storage; all
    biases parts of one storage; types in turn."""
    state = collections.OrderedDict()
    biases = torch.cat([network.features[i].bias.detach() for i in INDEX])
    at = 0
    for number, index in enumerate(INDEX):
        w = network.features[index].weight.detach().to(types[number % len(types)])
        if number % 4 == 1: w = w.contiguous(memory_format=torch.channels_last)
        if number % 4 == 2: w = w.permute(2, 3, 1, 0).contiguous().permute(3, 2, 0, 1)
        if number % 4 == 3: w = torch.stack([w.flatten(), w.flatten()], 1)[:, 1].view_as(w)
        state[f"{prefix}features.{index}.weight"] = w
        state[f"{prefix}features.{index}.bias"] = biases[at:at + w.shape[0]]
        at += w.shape[0]
    return state


def checkpoint(network, types):
    """What a training leaves behind."""
    optimiser = torch.optim.SGD(network.parameters(), 0.1)
    return {"epoch": 3, "arch": "vgg19", "best": 0.625, "state_dict": tangled(network, "module.", types),
            "optimizer": optimiser.state_dict(), "notes": [None, True, (1, 2 ** 40, -5)]}


def features(network, picture):
    found = {}
    with torch.no_grad():
        x = (torch.from_numpy(picture.astype(np.float32) / 255) - torch.tensor(MEAN)) / torch.tensor(DEVIATION)
        found["input"] = describe(x.numpy(), 8)
        x = x.permute(2, 0, 1)[None]
        for position, module in enumerate(network.features):
            x = module(x)
            if position - 1 in INDEX: found[NAMES[INDEX.index(position - 1)]] = describe(x[0].permute(1, 2, 0).numpy(), 8)
    print("  root mean square of the maps " + ", ".join(f"{d['l2'] / np.prod(d['shape']) ** .5:.3g}" for d in found.values()))
    return {"torchvision": found}


def export(network, file):
    part = Narrow(list(network.features)[:INDEX[8] - 1])  # eight convolutions: the program takes most of the file
    program = torch.export.export(part, (torch.zeros(1, 3, 16, 16),))
    for node in program.graph.nodes: node.meta = {"val": node.meta["val"]} if "val" in node.meta else {}  # no stack traces
    torch.export.save(program, file)


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=here)
    parser.add_argument("--export")
    arguments = parser.parse_args()
    out = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    network = narrow_network()
    if arguments.export: return export(network, out / arguments.export)
    from PIL import Image
    picture = np.asarray(Image.open(here / "golden_weights_picture.png"))
    (out / "golden_torch.json").write_text(to_json(features(network, picture)) + "\n")
    single, mixed = [torch.float32], [torch.float16, torch.bfloat16, torch.float64, torch.float32]
    torch.save(checkpoint(network, single), out / "golden_torch_checkpoint.pth")
    torch.save(tangled(network, "", mixed), out / "golden_torch_mixed.pth", pickle_protocol=4)
    torch.save(checkpoint(network, mixed), out / "golden_torch_legacy.pth", _use_new_zipfile_serialization=False)
    export(network, out / "golden_torch_export.pt2")
    for file in sorted(out.glob("golden_torch*")): print(f"  {file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__": main()
