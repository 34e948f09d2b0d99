// The picture formats: one row says all that is asked of one anywhere. A new format is a file and a row.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "image/byte_sink.h"
#include "impasto/error.h"
#include "impasto/image.h"

namespace impasto::IMPASTO_ABI {

struct PictureFormat {
  using Decode = Image(std::span<const std::uint8_t> bytes, const std::string& name, const DecodeOptions& options);
  using Encode = std::vector<std::uint8_t>(const Image& image, const EncodeOptions& options,
                                           std::vector<std::string>* warnings);

  using Write = void(const Image& image, const EncodeOptions& options, ByteSink& sink,
                     std::vector<std::string>* warnings);

  const char* name;                                     ///< for people: "JPEG"
  std::array<std::string_view, 2> endings;              ///< of files, in small letters, the usual one first
  bool (*begins)(std::span<const std::uint8_t> bytes);  ///< whether bytes begin as its files do
  const char* library;                                  ///< what it is read and written by: "libjpeg-turbo"
  const char* option;                                   ///< of CMake, that asks for the library: "IMPASTO_JPEG"
  std::array<int, 4> depths;                            ///< bits a sample that can be written, ascending; 0: no more
  int most_side;                                        ///< pixels a side that can be written
  bool holds_alpha;                                     ///< otherwise pictures are written as seen on white
  bool moves;                                           ///< whether AnimationWriter writes it
  /// All null when this build lacks the library.
  Decode* decode = nullptr;
  Encode* encode = nullptr;
  /// The same byte for byte, handed on as it comes; null: only the whole file can be had.
  Write* write = nullptr;
  std::string (*version)() = nullptr;  ///< "libjpeg-turbo 2.1.5"
  /// What writing needs that this machine lacks, the end of a sentence, empty when nothing; null: it lacks nothing.
  std::string (*lacking)() = nullptr;
  /// Why a size up to most_side cannot be written all the same, the end of a sentence, empty when it can; null: all
  /// can.
  std::string (*size_problem)(int width, int height) = nullptr;

  bool is_built_in() const { return decode != nullptr; }
  bool has_depth(int bits) const;
};

/// Whether or not this build has them.
std::span<const PictureFormat> picture_formats();

/// By the ending of a name, whatever its case; null for one that is no format's.
const PictureFormat* format_of_ending(const std::filesystem::path& file);
/// By what a file begins with; null when that is no format's.
const PictureFormat* format_of_content(std::span<const std::uint8_t> bytes);

/// "8, 10 or 12"
std::string depths_of(const PictureFormat& format);
/// For messages, of the formats in this build: ".jpg, .jpeg, .tif, .tiff, .webp or .png"; empty when it has none.
std::string writable_endings();
/// The usual endings of those that hold `bits` a sample: ".png or .tif"; empty when none does.
std::string endings_of_depth(int bits);

/// The same of those that hold `pixels` a side: ".png, .tif or .jxl".
std::string endings_of_side(int pixels);

/// Throws Error(code): `what`, because this build lacks the library of the format.
[[noreturn]] void fail_absent(const PictureFormat& format, const std::string& what, ErrorCode code);

}  // namespace impasto::IMPASTO_ABI
