"""Remakes the golden VGG16: a narrow one, each block of another width, as torchvision saves it, and what it computes.

  python make_vgg16_golden.py [--out FOLDER]
Needs torch, torchvision, safetensors, numpy, pillow; README.md describes the files. The picture is that of
make_weights_golden.py.
"""
import argparse, pathlib
import numpy as np
import torch
import safetensors.torch
import torchvision.models.vgg
from PIL import Image
from golden_files import describe, to_json
from hash_network import uniform

WIDTHS = [(2, 4), (2, 5), (3, 6), (3, 7), (3, 8)]  # (convolutions, channels) of each block
STREAM = 400  # of the hash: layer l draws its weights from STREAM + 2 l and its bias from STREAM + 2 l + 1
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def torchvision_model():
    """torchvision's VGG of configuration D at these widths, with a small classifier in place of the 494 MB one."""
    plan = [n for count, channels in WIDTHS for n in [channels] * count + ["M"]]
    model = torchvision.models.vgg.VGG(torchvision.models.vgg.make_layers(plan), num_classes=2, init_weights=False)
    model.classifier = torch.nn.Sequential(torch.nn.Linear(WIDTHS[-1][1], 2))
    convolutions = [module for module in model.features if isinstance(module, torch.nn.Conv2d)]
    with torch.no_grad():
        for layer, module in enumerate(convolutions):
            shape = tuple(module.weight.permute(2, 3, 1, 0).shape)
            weights = (uniform(STREAM + 2 * layer, shape) * np.sqrt(6.0 / (9.0 * shape[2]))).astype(np.float32)
            module.weight.copy_(torch.from_numpy(weights).permute(3, 2, 0, 1))
            module.bias.copy_(torch.from_numpy((uniform(STREAM + 2 * layer + 1, shape[3:]) * 0.1).astype(np.float32)))
        for number, p in enumerate(model.classifier.parameters()):
            p.copy_(torch.from_numpy(uniform(STREAM + 80 + number, tuple(p.shape)).astype(np.float32)))
    return model.eval()


def features(model, picture):
    """{layer: description}: the network's input, and the maps of every convolution and pooling."""
    names = [name for block, (count, _) in enumerate(WIDTHS, 1)
             for name in [f"block{block}_conv{i}" for i in range(1, count + 1)] + [f"block{block}_pool"]]
    to_input = torchvision.transforms.Compose([torchvision.transforms.ToTensor(), torchvision.transforms.Normalize(MEAN, DEVIATION)])
    with torch.no_grad():
        x = to_input(picture)[None]
        found = {"input": describe(x[0].permute(1, 2, 0).numpy(), 16)}
        for module in model.features:
            x = module(x)
            if not isinstance(module, torch.nn.Conv2d): found[names[len(found) - 1]] = describe(x[0].permute(1, 2, 0).numpy(), 16)
    assert list(found)[1:] == names
    return found


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=here)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    made = torchvision_model()
    safetensors.torch.save_file(made.state_dict(), out / "golden_vgg16_torchvision.safetensors")
    found = features(made, Image.open(here / "golden_weights_picture.png"))
    (out / "golden_vgg16.json").write_text(to_json(found) + "\n")
    print("root mean square of the maps " + ", ".join(f"{n} {d['l2'] / np.prod(d['shape']) ** .5:.3g}" for n, d in found.items()))
