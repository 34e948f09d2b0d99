// One array of an ONNX file (TensorProto of onnx.proto): what it says of itself, where its numbers lie, and those.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "archive/onnx/protobuf.h"
#include "base/file_reader.h"
#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

struct OnnxTensor {
  std::string name;
  std::string dtype;  ///< F64, F32, F16, BF16; for any other the name of ONNX, whose numbers are not looked at
  std::vector<std::int64_t> sizes;
  std::uint64_t bytes = 0;  ///< of the numbers as `dtype`
  /// How the numbers lie: in one piece in the model's own file or in `location` beside it, or in fields of their own.
  enum class Form { piece, external, fields } form = Form::piece;
  std::uint64_t offset = 0;  ///< of the first number, for a piece and external data
  std::string location;      ///< plain name of the file with external data
  ProtoRange message;        ///< the whole TensorProto

  bool is_float() const;
  /// All sizes multiplied.
  std::uint64_t count() const;
};

/// Reads the description in `field`'s value. Throws Error(input) when it has not as many numbers as its sizes want, for
/// sizes no file can have, numbers cut in segments, and a location that is not a plain name. Files of external data are
/// not opened.
OnnxTensor read_onnx_tensor(const ProtoMessage& field, const std::string& label);

/// The numbers as float, in C order. `model` names the file that `own` reads. Throws Error(input) for external data
/// that are not there or too short, and for a type that is not read.
std::vector<float> read_onnx_values(const OnnxTensor& tensor, const FileReader& own, const std::filesystem::path& model,
                                    const std::string& label);

/// The integers of a short array of type INT64 that lies in the model's own file; nothing for any other.
std::optional<std::vector<std::int64_t>> read_onnx_integers(const OnnxTensor& tensor, const FileReader& own,
                                                            const std::string& label);

/// Throws Error(input) unless the file of external data is there and holds the tensor's bytes; for other forms nothing.
void check_external_data(const OnnxTensor& tensor, const std::filesystem::path& model, const std::string& label);

}  // namespace impasto::IMPASTO_ABI
