#include "image/png_colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>

#include "base/big_endian.h"
#include "image/colour_numbers.h"

namespace impasto::IMPASTO_ABI {
namespace {

ColourWords by_cicp(PngData cicp, const std::string& name) {
  ColourWords words =
      words_of_numbers({int{cicp[0]}, int{cicp[1]}, int{cicp[2]}, cicp[3] != 0}, {"cICP", "chunk", "a PNG"}, name);
  words.overrules_profile = words.problem.empty();
  return words;
}

// In the file's 1/100000.
double fraction_at(PngData data, std::size_t number) { return big_endian32(data.data() + 4 * number) / 1e5; }

ColourWords by_gamma(PngData gama, const std::optional<PngData>& chrm) {
  const double gamma = fraction_at(gama, 0);
  Primaries primaries;
  if (chrm) {
    const auto xy = [&](std::size_t i) {
      return std::array<double, 2>{fraction_at(*chrm, 2 * i), fraction_at(*chrm, 2 * i + 1)};
    };
    primaries = {{xy(1), xy(2), xy(3)}, xy(0)};
  }
  double least = primaries.white[1];
  for (const auto& xy : primaries.rgb) least = std::min(least, xy[1]);
  if (!(gamma > 0.1 && gamma < 5 && least > 1e-3)) return {};
  // The gamma of sRGB is what its writers give for its curve.
  const bool usual = std::abs(gamma - 1 / 2.2) < 0.01;
  return {map_of_primaries(
              primaries, usual ? Curve(decode_srgb) : [gamma](double x) { return std::pow(x, 1 / gamma); }),
          chrm ? "gAMA and cHRM" : "gAMA"};
}

}  // namespace

ColourWords png_colour(const PngChunks& chunks, const std::string& name) {
  ColourWords words;
  if (chunks.cicp) words = by_cicp(*chunks.cicp, name);
  if (words.overrules_profile) return words;
  ColourWords fallback;
  if (chunks.srgb) {
    fallback.source = "sRGB";
  } else if (chunks.gama) {
    fallback = by_gamma(*chunks.gama, chunks.chrm);
  }
  fallback.problem = words.problem;
  return fallback;
}

}  // namespace impasto::IMPASTO_ABI
