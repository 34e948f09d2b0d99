#include "cli/official_weights.h"

#include <span>
#include <string>
#include <vector>

#include "cli/text.h"
#include "impasto/error.h"

namespace impasto::cli {
namespace {

constexpr const char* kKeras19 = "https://storage.googleapis.com/tensorflow/keras-applications/vgg19/";
constexpr const char* kKeras16 = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/";
// Where Keras had them first: the same files, with the same MD5.
constexpr const char* kKerasBefore = "https://github.com/fchollet/deep-learning-models/releases/download/v0.1/";

// Keras publishes the MD5 (keras/applications/vgg19.py and vgg16.py) and prints the size. Of timm's the hub publishes
// the SHA-256; they hold the classifier too: 143,667,240 and 138,357,544 floats.
constexpr OfficialWeights kOfficial[] = {{"keras",
                                          "VGG19",
                                          WeightsSource::keras,
                                          {kKeras19, kKerasBefore},
                                          "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5",
                                          80'134'624,
                                          true,
                                          "253f8cb515780f3b799900260a226db6"},
                                         {"torchvision",
                                          "VGG19",
                                          WeightsSource::torchvision,
                                          {"https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/", ""},
                                          "model.safetensors",
                                          574'674'000,
                                          false,
                                          "11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669"},
                                         {"keras-vgg16",
                                          "VGG16",
                                          WeightsSource::keras,
                                          {kKeras16, kKerasBefore},
                                          "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
                                          58'889'256,
                                          true,
                                          "6d6bbae143d832006294945121d1f1fc"},
                                         {"torchvision-vgg16",
                                          "VGG16",
                                          WeightsSource::torchvision,
                                          {"https://huggingface.co/timm/vgg16.tv_in1k/resolve/main/", ""},
                                          "model.safetensors",
                                          553'434'000,
                                          false,
                                          "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8"}};

}  // namespace

std::vector<std::string> OfficialWeights::addresses() const {
  std::vector<std::string> all;
  for (const char* folder : folders) {
    if (*folder != '\0') all.push_back(std::string(folder) + file);
  }
  return all;
}

std::span<const OfficialWeights> official_weights() { return kOfficial; }

const OfficialWeights& official_weights(const std::string& name) {
  std::string names;
  for (const OfficialWeights& weights : kOfficial) {
    if (name == weights.name) return weights;
    names += (names.empty() ? "" : ", ") + std::string(weights.name);
  }
  throw Error(ErrorCode::usage, "there are no official weights '" + name + "', wanted one of " + names +
                                    "; see impasto weights fetch --help");
}

std::string by_hand(const OfficialWeights& official, const std::string& target) {
  std::string places;
  for (const std::string& address : official.addresses()) places += (places.empty() ? "" : " or ") + address;
  return "by hand, on any machine with a network: save " + places + " (" + memory_text(official.bytes) +
         "), bring the file here, and run: impasto weights import FILE -o " + target;
}

}  // namespace impasto::cli
