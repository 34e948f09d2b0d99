// HDF5 as Keras writes it, by the published file format (version 3.0): arrays in one piece, at any depth of groups.
// libhdf5 is not used: of 15 000 files with one to four damaged bytes its release 1.10.8 crashed on 128, and hung
// on 15.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "archive/array_file.h"
#include "base/byte_source.h"

namespace impasto::IMPASTO_ABI {

/// Names are paths without the first '/'. Strings of groups' attributes are metadata under "path@attribute"
/// ("@backend" of the root), lists of strings with a line each. Entries that are compressed, in chunks or of other
/// types than little-endian floats are listed and cannot be read. Soft and external links, external and virtual
/// datasets are refused: they lead to other files. Throws Error(input).
std::unique_ptr<ArrayFile> open_hdf5(const std::filesystem::path& file);

/// Where HDF5 begins: at byte 0, or behind a block of the user's of 512, 1024, 2048, ... bytes.
std::optional<std::uint64_t> find_hdf5(const ByteSource& bytes);

/// HDF5 within another file, which messages name. `origin` is its first byte there; nothing where it is deflated.
std::unique_ptr<ArrayFile> open_hdf5(const std::filesystem::path& file, std::unique_ptr<const ByteSource> bytes,
                                     std::optional<std::uint64_t> origin, const char* format);

}  // namespace impasto::IMPASTO_ABI
