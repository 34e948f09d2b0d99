#include "model/weights_source.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/checksum.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Filter 0 of conv1_1, as it is printed all over the net: of Caffe's training of VGG19 and VGG16 the weights at the
// upper left tap for B, G, R, and the bias (Keras' block1_conv1, MatConvNet's verydeep-19); the other taps' order
// differs between converters.
constexpr double kCaffe[][4] = {{0.341195, 0.464184, 0.394167, 0.730178}, {0.429471, 0.550379, 0.480015, 0.734298}};
// Of torchvision's vgg19 (dcbb9e9d) all taps, kh kw C, C = R, G, B.
constexpr double kTorchvision[] = {-0.053474,  0.017015,  -0.044885, -0.049257, 0.055403, 0.012680, -0.067942,
                                   -0.0062293, -0.014497, 0.015314,  0.14165,   0.059742, 0.045068, 0.22705,
                                   0.13955,    0.0021444, 0.13758,   0.054102,  0.036226, 0.12000,  -0.00096141,
                                   0.019999,   0.20030,   0.058304,  0.019864,  0.092114, -0.029663};
// 1 - cosine of the angle between a filter and the printed one: rounding to bfloat16 turns it by 1e-5, a change of the
// order of channels by 3e-3, and a random direction of four numbers comes as near in one of a million cases.
constexpr double kAngle = 1e-4;

bool same_direction(std::span<const double> a, std::span<const double> b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return dot > (1 - kAngle) * std::sqrt(aa * bb) && aa > 0;
}

// Weights of filter 0, kh kw C, with the channels exchanged or the kernel turned if wished.
std::vector<double> first_filter(const Tensor<float>& w, bool exchanged, bool turned) {
  std::vector<double> filter;
  const Index K = w.shape()[3];
  for (Index tap = 0; tap < 9; ++tap) {
    for (Index c = 0; c < 3; ++c) filter.push_back(w[((turned ? 8 - tap : tap) * 3 + (exchanged ? 2 - c : c)) * K]);
  }
  return filter;
}

constexpr KnownFile kKnownFiles[] = {
    {"vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5", 80134624, "253f8cb515780f3b799900260a226db6", "",
     "Keras' VGG19 without its classifier", WeightsSource::keras},
    {"vgg19_weights_tf_dim_ordering_tf_kernels.h5", 574710816, "cbe5617147190e668d6c5d5026f83318", "", "Keras' VGG19",
     WeightsSource::keras},
    {"vgg19.tv_in1k.safetensors", 0, "", "11aea017b543ff59233749d8f1cf544cda749378f5790d2fedab841fb86b7669",
     "timm/vgg19.tv_in1k", WeightsSource::torchvision},
    {"vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5", 58889256, "6d6bbae143d832006294945121d1f1fc", "",
     "Keras' VGG16 without its classifier", WeightsSource::keras},
    {"vgg16_weights_tf_dim_ordering_tf_kernels.h5", 553467096, "64373286793e3c8b2b4e3219cbf3544b", "", "Keras' VGG16",
     WeightsSource::keras},
    {"vgg16.tv_in1k.safetensors", 0, "", "57b026918159a6bf9faf8405c3a551903768e7138989d9c6224a14227203fad8",
     "timm/vgg16.tv_in1k", WeightsSource::torchvision},
    {"vgg16-397923af.pth", 0, "", "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
     "torchvision's VGG16", WeightsSource::torchvision},
};

}  // namespace

FirstFilter recognise_first_filter(const ConvWeights& conv1_1) {
  const Shape& shape = conv1_1.w.shape();
  if (shape.rank() != 4 || shape[0] != 3 || shape[1] != 3 || shape[2] != 3) return {};
  for (const bool turned : {false, true}) {
    for (const bool exchanged : {false, true}) {
      const std::vector<double> filter = first_filter(conv1_1.w, exchanged, turned);
      if (same_direction(filter, kTorchvision)) return {WeightsSource::torchvision, !exchanged, turned};
      const double corner[] = {filter[0], filter[1], filter[2], conv1_1.b[0]};
      for (const auto& caffe : kCaffe) {
        if (same_direction(corner, caffe)) return {WeightsSource::caffe, exchanged, turned};
      }
    }
  }
  return {};
}

TrainedOn find_training(const WeightsMetadata& metadata, Naming naming, const ConvWeights& conv1_1,
                        WeightsSource wanted) {
  const FirstFilter filter = recognise_first_filter(conv1_1);
  const bool caffe_numbers = filter.source == WeightsSource::caffe;
  const WeightsSource by_numbers =
      caffe_numbers && naming == Naming::keras ? WeightsSource::keras : filter.source;  // the same training
  if (wanted != WeightsSource::automatic) {
    const bool agrees = (wanted == WeightsSource::torchvision) == (filter.source == WeightsSource::torchvision);
    const bool rgb =
        agrees && filter.source != WeightsSource::automatic ? filter.rgb : wanted == WeightsSource::torchvision;
    return {wanted, preprocessing_of(wanted, rgb), "as asked for"};
  }
  if (tells_preprocessing(metadata)) {
    const auto named = named_source(metadata);
    const WeightsSource by_range = metadata.count("range") != 0 && metadata.at("range") == "1"
                                       ? WeightsSource::torchvision
                                   : naming == Naming::keras ? WeightsSource::keras
                                                             : WeightsSource::caffe;
    const WeightsSource source = named.value_or(by_range);
    return {source, preprocessing_of(source, source == WeightsSource::torchvision), "its metadata say so"};
  }
  if (by_numbers != WeightsSource::automatic) {
    return {by_numbers, preprocessing_of(by_numbers, filter.rgb),
            text("conv1_1 has the numbers of ", caffe_numbers ? "Caffe's training" : "torchvision's training",
                 caffe_numbers == filter.rgb ? ", with the channels turned" : "")};
  }
  return {WeightsSource::automatic,
          preprocessing_of(naming == Naming::torchvision ? WeightsSource::torchvision : WeightsSource::caffe,
                           naming == Naming::torchvision),
          text("its names are as of ", to_string(naming),
               ", but conv1_1 has the numbers of no training known here, and no metadata say what it was trained on")};
}

const KnownFile* find_known_file(const std::filesystem::path& file, std::uint64_t bytes, const std::string& sha256) {
  for (const KnownFile& known : kKnownFiles) {
    if (!sha256.empty() && sha256 == known.sha256) return &known;
    if (bytes != known.bytes || !has_checksums()) continue;
    const std::string md5 = md5_checksum(file);
    if (md5 == known.md5) return &known;
    require(file.filename() != known.name, ErrorCode::input, "weights file '", file.string(),
            "' has the name and size of ", known.what, " but the MD5 checksum ", md5, " instead of ", known.md5,
            "; it is damaged or was changed: get it again, or give it another name");
  }
  return nullptr;
}

}  // namespace impasto::IMPASTO_ABI
