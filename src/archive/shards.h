// Arrays in several files, and the index beside them that says which lies where: model.safetensors.index.json of
// Hugging Face's libraries, model.weights.json of Keras.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "archive/array_file.h"

namespace impasto::IMPASTO_ABI {

/// Whether the description beside or of arrays is such an index.
bool is_index(const nlohmann::json& description);

/// All arrays that the index of this file names, in parts that `open_part` opens: plain names in the index's folder.
/// What a part holds besides is left out. Keras' index names groups of arrays, each with one part or a list of them.
/// Strings that parts, or the index, say of themselves are the metadata. Throws Error(input) for a part or an array
/// that is missing, arrays that lie in two parts, parts of different formats, and parts that contradict each other.
std::unique_ptr<ArrayFile> open_shards(
    const std::filesystem::path& index, const nlohmann::json& description,
    const std::function<std::unique_ptr<ArrayFile>(const std::filesystem::path&)>& open_part);

/// Why a file is not read by itself: it is one of several parts, by the index beside it or by its name. Empty for
/// others.
std::string part_of_shards(const std::filesystem::path& file);

}  // namespace impasto::IMPASTO_ABI
