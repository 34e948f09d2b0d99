// The graph of an ONNX file: nodes, the values between them, and the arrays that are constant.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "archive/onnx/onnx_tensor.h"
#include "base/file_reader.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// What a node is told beside its inputs. Only the member of its kind is set; graphs, types and lists of texts are not
/// read.
struct OnnxAttribute {
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<std::int64_t> integers;
};

struct OnnxNode {
  std::string op;           ///< with its domain before it where that is not ONNX's own: "com.microsoft.FusedConv"
  std::vector<int> inputs;  ///< values; -1 for one that is left out
  std::vector<int> outputs;
  std::map<std::string, OnnxAttribute> attributes;

  std::int64_t integer(const std::string& name, std::int64_t otherwise) const;
  double real(const std::string& name, double otherwise) const;
  std::string text(const std::string& name) const;                    ///< empty when it is not there
  std::vector<std::int64_t> integers(const std::string& name) const;  ///< the same
  int input(std::size_t i) const { return i < inputs.size() ? inputs[i] : -1; }
};

/// What flows along an edge.
struct OnnxValue {
  std::string name;
  int node = -1;             ///< that makes it; -1 for inputs of the graph and constants
  int tensor = -1;           ///< for a constant
  bool declared = false;     ///< as an input of the graph, which constants may be, too
  std::vector<int> readers;  ///< nodes, in the file's order, each once
};

struct OnnxGraph {
  std::string producer;                         ///< name and version of the program that wrote the file
  std::map<std::string, std::string> metadata;  ///< metadata_props of the model
  std::vector<OnnxNode> nodes;
  std::vector<OnnxValue> values;
  std::vector<OnnxTensor> tensors;  ///< initialisers, and what Constant nodes hold
  std::vector<int> inputs;          ///< values that come from outside, and are no constants
};

/// Whether a file begins as a ModelProto does, up to its graph; one that was cut behind that, too. ONNX has no
/// signature, but a version number first, short texts, and a graph. Throws Error(io) for a file that cannot be read.
bool is_onnx(const FileReader& file);

/// Throws Error(input) for a file that is damaged, has a value that is made or declared twice, or a graph too large to
/// look at.
OnnxGraph read_onnx_graph(const FileReader& file, const std::string& label);

}  // namespace impasto::IMPASTO_ABI
