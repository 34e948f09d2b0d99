// A narrow VGG19 as torch.save and torch.export write it, its kernels lying in every way: Impasto computes what PyTorch
// computes from the same picture.
#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>

#include "model/weights_file.h"
#include "support/golden.h"
#include "support/golden_features.h"
#include "support/golden_targets.h"

namespace impasto::testing {

namespace {

struct TorchGolden {
  const char* name;
  const char* format;
  std::size_t convolutions;
};

constexpr TorchGolden kTorchGolden[] = {{"golden_torch_checkpoint.pth", "PyTorch zip", 16},
                                        {"golden_torch_mixed.pth", "PyTorch zip", 16},
                                        {"golden_torch_legacy.pth", "PyTorch before 1.6", 16},
                                        {"golden_torch_export.pt2", "PyTorch .pt2", 8},
                                        {"golden_torch_export_25.pt2", "PyTorch .pt2", 8}};

}  // namespace

TEST_CASE("model: files that PyTorch saves give its input and maps to 1e-4, on every target") {
  const Json golden = golden_json("golden_torch.json");
  for (const TorchGolden& file : kTorchGolden) {
    INFO(std::string(file.name));
    CHECK(open_array_file(golden_path(file.name))->format() == std::string(file.format));
    const auto weights =
        std::make_shared<const NetworkWeights>(load_weights(golden_path(file.name), WeightsSource::torchvision));
    REQUIRE(weights->depth() == file.convolutions);
    for (const SimdTarget target : golden_targets())
      check_features(weights, golden["torchvision"], 1e-4, Context(2, target));
  }
}

TEST_CASE("model: the same numbers come out of every file that PyTorch saves, to the bit") {
  const WeightsFile wanted(golden_path(kTorchGolden[0].name));
  for (const TorchGolden& golden : kTorchGolden) {
    INFO(std::string(golden.name));
    check_same_numbers(wanted, WeightsFile(golden_path(golden.name)));
  }
}

}  // namespace impasto::testing
