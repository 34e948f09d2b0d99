// Arrays of an ONNX graph as a node sees them: behind the nodes that only move or convert them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "archive/onnx/onnx_graph.h"
#include "base/file_reader.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// An open model. Holds views.
struct OnnxFile {
  const OnnxGraph& graph;
  const FileReader& file;
  const std::filesystem::path& path;
  const std::string& label;

  const OnnxNode& node(int id) const { return graph.nodes[static_cast<std::size_t>(id)]; }
  const OnnxValue& value(int id) const { return graph.values[static_cast<std::size_t>(id)]; }
  const OnnxTensor& tensor(int id) const { return graph.tensors[static_cast<std::size_t>(id)]; }
};

struct OnnxConstant {
  int tensor = -1;
  std::vector<std::int64_t> sizes;
  std::vector<std::size_t> order;  ///< sizes[i] is size order[i] of the tensor; empty: as they are
  bool reshaped = false;           ///< its numbers are in order, but `sizes` is all in one
  bool vector = false;             ///< of a reshaped one: at most one of its true sizes is known not to be 1

  std::uint64_t count() const;
};

/// The floats that a value holds, through Identity, Cast, Transpose, and Reshape and its like; nothing for a value that
/// is computed from others. Throws Error(input) for numbers of 8 bits behind DequantizeLinear.
std::optional<OnnxConstant> find_onnx_constant(const OnnxFile& file, int value);

/// In the order of its sizes. Throws Error(input), or Error(io).
std::vector<float> onnx_constant_values(const OnnxFile& file, const OnnxConstant& constant);

/// The integers of a short constant, or nothing.
std::optional<std::vector<std::int64_t>> onnx_constant_integers(const OnnxFile& file, int value);

/// Throws Error(input) for an operator that works on whole numbers of few bits.
void refuse_quantised(const OnnxNode& node, const std::string& label);

}  // namespace impasto::IMPASTO_ABI
