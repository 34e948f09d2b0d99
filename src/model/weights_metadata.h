// What the metadata of a weights file say of its network, in the words of weights/FORMAT.md, read and written.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "impasto/weights_tools.h"
#include "model/network_weights.h"

namespace impasto::IMPASTO_ABI {

using WeightsMetadata = std::map<std::string, std::string>;

/// BGR 0..255 for Keras and Caffe, RGB 0..1 for torchvision; `rgb` turns the channels of the first two.
Preprocessing preprocessing_of(WeightsSource source, bool rgb = false);

/// Whether channel order and range, or a source by one of its words, are there, so that nothing needs to be found out.
bool tells_preprocessing(const WeightsMetadata& metadata);
/// The source named by one of its words.
std::optional<WeightsSource> named_source(const WeightsMetadata& metadata);
/// "preprocessing" is "folded". Throws Error(input) for another word than that and "carried".
bool is_folded(const WeightsMetadata& metadata, const std::string& label);

/// `otherwise` with what the metadata say put in its place; a mean and deviation that they leave open follow from order
/// and range. Throws Error(input), beginning with `label`, for values that make no sense.
Preprocessing read_preprocessing(const WeightsMetadata& metadata, const Preprocessing& otherwise,
                                 const std::string& label);
Pooling read_pooling(const WeightsMetadata& metadata, const std::string& label);
Padding read_padding(const WeightsMetadata& metadata, const std::string& label);
/// Whether kernels are K x C x kh x kw (true) or kh x kw x C x K; nothing when the metadata do not say.
std::optional<bool> read_oihw(const WeightsMetadata& metadata, const std::string& label);

std::string channel_order_word(const Preprocessing& preprocessing);

/// channel_order, range, mean, std, preprocessing, pooling, padding of a network.
WeightsMetadata written_metadata(const Preprocessing& preprocessing, bool folded, Pooling pooling, Padding padding);

}  // namespace impasto::IMPASTO_ABI
