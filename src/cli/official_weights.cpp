#include "cli/official_weights.h"

#include <span>
#include <string>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

// Keras publishes size and MD5 (keras/applications/vgg19.py), the hub of timm the SHA-256 of the file. The second holds
// the classifier too: 143,667,240 floats. torchvision's own .pth is a pickle, which needs Python.
constexpr OfficialWeights kOfficial[] = {
    {"keras", WeightsSource::keras, "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/",
     "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", 80'134'624, true, "253f8cb515780f3b799900260a226db6"},
    {"torchvision", WeightsSource::torchvision, "https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/",
     "model.safetensors", 574'674'000, false, "11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669"}};

}  // namespace

std::span<const OfficialWeights> official_weights() { return kOfficial; }

const OfficialWeights& official_weights(const std::string& name) {
  std::string names;
  for (const OfficialWeights& weights : kOfficial) {
    if (name == weights.name) return weights;
    names += (names.empty() ? "" : " or ") + std::string(weights.name);
  }
  throw Error(ErrorCode::usage,
              "there are no official weights '" + name + "', wanted " + names + "; see impasto weights fetch --help");
}

std::string by_hand(const std::string& target) {
  std::string sentence = "by hand: save ";
  for (const OfficialWeights& weights : kOfficial) {
    if (&weights != kOfficial) sentence += " or ";
    sentence += weights.address() + " (" + memory_text(weights.bytes) + ")";
  }
  return sentence + " and run: impasto weights import FILE -o " + target;
}

}  // namespace impasto::cli
