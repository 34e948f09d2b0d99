// ICC profiles to sRGB and back, through LittleCMS. A build without it says so in every answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "impasto/export.h"

namespace impasto::IMPASTO_ABI {

/// What a file's samples mean: 1, 3 or 4 values 0..1 a pixel. Of `cmyk` 1 is full ink.
enum class Device { grey, rgb, cmyk };

constexpr std::size_t channels(Device device) { return device == Device::grey ? 1 : device == Device::rgb ? 3 : 4; }

/// Converts a row of `count` pixels; `from` and `to` may be the same when both have as many channels.
using RowMap = std::function<void(const float* from, float* to, std::size_t count)>;

struct IccReading {
  /// `srgb`: the values are sRGB already. `mapped`: `map` makes them sRGB-encoded RGB. `broken`: no profile, or of
  /// another kind of picture. `unread`: this build cannot tell.
  enum class Kind { srgb, mapped, broken, unread } kind = Kind::broken;
  RowMap map;
  std::string problem;  // of `broken` and `unread`, the end of a sentence: "it is a profile of CMYK"
};

/// Relative colorimetric, with black point compensation. Never throws for what the profile holds.
IccReading read_icc(std::span<const std::uint8_t> profile_bytes, Device device);

struct IccWriting {
  /// Whether RGB pixels can be converted to the profile; an empty map with `possible` is "they are the same".
  bool possible = false;
  RowMap map;
};

/// From sRGB-encoded values, which may be beyond 0..1, to the profile's values 0..1.
IccWriting write_icc(std::span<const std::uint8_t> profile_bytes);

/// Whether LittleCMS converts from the profile, one of RGB, and to it: what other libraries need that end the process
/// at one that is damaged. False in a build without it, which cannot tell.
bool is_sound_rgb_profile(std::span<const std::uint8_t> profile_bytes);

/// "LittleCMS 2.14", empty when the build lacks it.
std::string icc_library();

}  // namespace impasto::IMPASTO_ABI
