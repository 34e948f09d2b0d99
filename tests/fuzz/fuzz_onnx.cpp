// An input of two parts, with kBetween between them, is a model and the file beside it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "archive/onnx/onnx.h"
#include "archive/onnx/onnx_graph.h"
#include "base/file_reader.h"
#include "fuzz/read_all.h"
#include "impasto/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kBetween = "beside:";
  const std::uint8_t *end = data + size, *model_end = std::search(data, end, kBetween.begin(), kBetween.end());
  const std::uint8_t* beside = model_end == end ? end : model_end + kBetween.size();
  impasto::testing::fuzz_file("w.data", beside, static_cast<std::size_t>(end - beside));
  const auto file = impasto::testing::fuzz_file("w.onnx", data, static_cast<std::size_t>(model_end - data));
  impasto::testing::read_all([&] { return impasto::open_onnx(file); });
  try {
    impasto::is_onnx(impasto::FileReader(file, "model"));
  } catch (const impasto::Error&) {  // an empty one
  }
  return 0;
}
