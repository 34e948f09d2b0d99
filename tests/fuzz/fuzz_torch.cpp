#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "archive/torch/torch_legacy.h"
#include "archive/torch/torch_tensors.h"
#include "archive/torch/torch_zip.h"
#include "base/check.h"
#include "fuzz/read_all.h"

namespace impasto::testing {

// A zip, a file of before PyTorch 1.6, or a pickle alone, which damage reaches soonest.
void read_torch(std::span<const std::uint8_t> bytes) {
  const std::string_view start(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!start.starts_with("PK") && !is_torch_legacy(start)) {
    try {
      read_torch_pickle(bytes, "weights file 'w'");
    } catch (const Error&) {
    }
    return;
  }
  const auto file = fuzz_file("w", bytes.data(), bytes.size());
  if (!start.starts_with("PK")) return read_all([&] { return open_torch_legacy(file); });
  read_all([&] {
    std::unique_ptr<ArrayFile> opened = open_torch_zip(ZipFile(file));
    require(opened != nullptr, ErrorCode::input, "another zip");
    return opened;
  });
}

}  // namespace impasto::testing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  impasto::testing::read_torch({data, size});
  return 0;
}
