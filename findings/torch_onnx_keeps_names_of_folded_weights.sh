#!/bin/sh
# torch.onnx.export folds batch normalisation into the convolution before it. The new exporter (dynamo=True, the default)
# puts the folded numbers under the names of the unfolded ones: 0.weight and 0.bias of the ONNX file are not 0.weight
# and 0.bias of the state_dict, and nothing else in the file has the layer's statistics. The old exporter (dynamo=False) folds
# too, and calls the results onnx::Conv_N. A good guess was that an initialiser with the name of a parameter is that parameter,
# as it is for every network without batch normalisation.
#
# Seen with PyTorch 2.15.0, onnx 1.23.2, onnxscript 0.7.2, for Conv2d and BatchNorm2d in eval mode:
#   dynamo=True   ['0.bias', '0.weight']                 0.weight equal to the parameter: False
#   dynamo=False  ['onnx::Conv_N', 'onnx::Conv_N']
#
# Why it matters: who takes weights out of an ONNX file by name, to put them into the same network in another framework, applies
# the normalisation a second time or finds its arrays missing. A reader has to look at the graph, or at positions where a
# normalisation ought to be.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/export.py" <<'PYTHON'
import os, re, sys, warnings
warnings.simplefilter("ignore")
import onnx, torch
from onnx import numpy_helper

os.chdir(sys.argv[1])
torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
network[1].weight.data.fill_(3)
network.eval()
for dynamo in (True, False):
    torch.onnx.export(network, (torch.zeros(1, 3, 8, 8),), "m.onnx", dynamo=dynamo, verbose=False)
    arrays = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in onnx.load("m.onnx").graph.initializer}
    names = sorted(re.sub(r"_\d+$", "_N", name) for name in arrays)
    print(f"dynamo={dynamo}", names)
    if dynamo:
        assert names == ["0.bias", "0.weight"], names
        parameter = network.state_dict()["0.weight"]
        print("  0.weight equal to the parameter:", torch.equal(arrays["0.weight"], parameter))
        assert torch.allclose(arrays["0.weight"], 3 * parameter, rtol=1e-4) and not torch.allclose(arrays["0.weight"], parameter)
    else:
        assert names == ["onnx::Conv_N", "onnx::Conv_N"], names
PYTHON

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet torch==2.15.0 onnx==1.23.2 onnxscript==0.7.2 numpy==2.4.6
"$folder/venv/bin/python" "$folder/export.py" "$folder"
