// An input is a zip file, or HDF5 that is packed into one here, stored and deflated, with its checksum.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "archive/keras_archive.h"
#include "fuzz/read_all.h"
#include "support/zip_file.h"

namespace {

void read(const std::uint8_t* data, std::size_t size) {
  const auto file = impasto::testing::fuzz_file("w.keras", data, size);
  impasto::testing::read_all([&] {
    std::unique_ptr<impasto::ArrayFile> keras = impasto::open_keras(impasto::ZipFile(file));
    if (!keras) throw impasto::Error(impasto::ErrorCode::input, "no .keras");
    return keras;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || data[0] == 'P') {
    read(data, size);
    return 0;
  }
  const std::string hdf5(reinterpret_cast<const char*>(data), size);
  for (const bool deflated : {false, true}) {
    const std::string zip =
        impasto::testing::zip_file({{.name = "model.weights.h5", .bytes = hdf5, .deflated = deflated}});
    read(reinterpret_cast<const std::uint8_t*>(zip.data()), zip.size());
  }
  return 0;
}
