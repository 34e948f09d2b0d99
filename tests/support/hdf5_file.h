// Files of HDF5 in the form that h5py writes, whatever libhdf5's own default: since 2.0 that is a newer one.
#pragma once

#include <hdf5.h>

#include <filesystem>

namespace impasto::testing {

inline hid_t create_hdf5(const std::filesystem::path& file) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_EARLIEST, H5F_LIBVER_LATEST);
  const hid_t created = H5Fcreate(file.string().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  return created;
}

}  // namespace impasto::testing
