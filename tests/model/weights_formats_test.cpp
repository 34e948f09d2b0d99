// One network in NumPy's and Keras' formats: an import has the bits of the same numbers given directly.
#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/check.h"
#include "impasto/weights_tools.h"
#include "model/weights_file.h"
#include "support/error_of.h"
#include "support/known_weights.h"
#include "support/same_numbers.h"
#include "support/temp_folder.h"
#include "support/zip_file.h"

#ifdef IMPASTO_TESTS_HDF5
#include <hdf5.h>

#include "support/hdf5_file.h"
#endif

namespace impasto::testing {
namespace {

using Tensors = std::vector<NamedTensor>;

void check_import(const TempFolder& folder, const std::filesystem::path& file) {
  const NetworkWeights direct =
      load_weights(folder.write("direct.safetensors", safetensors(first_convolutions())), WeightsSource::caffe);
  WeightsImport how;
  how.source = WeightsSource::keras;
  CHECK(import_weights(file, folder / "out.safetensors", how).convolutions == 2);
  const NetworkWeights imported = load_weights(folder / "out.safetensors");
  REQUIRE(imported.convolutions.size() == direct.convolutions.size());
  CHECK(same_numbers(imported, direct));
  CHECK(imported.input == direct.input);
}

std::string npz(const Tensors& tensors) {
  std::vector<ZipEntry> members;
  for (const NamedTensor& tensor : tensors) {
    std::string shape = "(";
    for (const std::size_t size : tensor.shape) shape += text(size, ",");
    members.push_back({tensor.name + ".npy", npy_floats(shape + ")", tensor.values)});
  }
  return zip_file(members);
}

TEST_CASE("model: .npz files are imported with their bits under the names of every source") {
  const TempFolder folder;
  Tensors caffe = as_keras(first_convolutions());  // HWIO, as TensorFlow's users keep it
  const char* names[] = {"conv1_1_W", "conv1_1_b", "conv1_2_W", "conv1_2_b"};
  for (std::size_t i = 0; i < 4; ++i) caffe[i].name = names[i];
  for (const Tensors& tensors : {caffe, first_convolutions(), as_keras(first_convolutions(), "/kernel", "/bias"),
                                 as_caffe(first_convolutions())})
    check_import(folder, folder.write("w.npz", npz(tensors)));
}

#ifdef IMPASTO_TESTS_HDF5

void write_hdf5(const std::filesystem::path& path, const Tensors& tensors) {
  const hid_t file = create_hdf5(path);
  const hid_t groups = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(groups, 1);
  for (const NamedTensor& tensor : tensors) {
    const std::vector<hsize_t> sizes(tensor.shape.begin(), tensor.shape.end());
    const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const hid_t array = H5Dcreate2(file, tensor.name.c_str(), H5T_IEEE_F32LE, space, groups, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(array, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.values.data());
    H5Dclose(array);
    H5Sclose(space);
  }
  H5Pclose(groups);
  H5Fclose(file);
}

TEST_CASE("model: HDF5 in Keras' old and new layouts is imported with its bits, and a kernel of rank 3 is refused") {
  const TempFolder folder;
  Tensors old = as_keras(first_convolutions()), counted = old, flat = old;
  const char* old_names[] = {"block1_conv1/block1_conv1_W_1:0", "block1_conv1/block1_conv1_b_1:0",
                             "block1_conv2/block1_conv2_W_1:0", "block1_conv2/block1_conv2_b_1:0"};
  const char* new_names[] = {"layers/conv2d/vars/0", "layers/conv2d/vars/1", "layers/conv2d_1/vars/0",
                             "layers/conv2d_1/vars/1"};
  for (std::size_t i = 0; i < 4; ++i) {
    old[i].name = old_names[i];
    counted[i].name = new_names[i];
  }
  for (const Tensors& tensors : {old, counted, as_keras(first_convolutions())}) {
    write_hdf5(folder / "w.h5", tensors);
    check_import(folder, folder / "w.h5");
  }
  flat[2].shape = {9, 8, 8};
  write_hdf5(folder / "w.h5", flat);
  CHECK(contains(error_of(ErrorCode::input, [&] { WeightsFile(folder / "w.h5"); }),
                 "(block1_conv2) is 9 x 8 x 8; wanted 3 x 3 x C x K"));
}

#endif

}  // namespace
}  // namespace impasto::testing
