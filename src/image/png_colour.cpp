#include "image/png_colour.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/big_endian.h"
#include "base/check.h"
#include "image/shaper.h"
#include "image/srgb.h"

namespace impasto::IMPASTO_ABI {
namespace {

// Chromaticities of red, green, blue and white.
struct Primaries {
  std::array<std::array<double, 2>, 3> rgb = {{{0.64, 0.33}, {0.30, 0.60}, {0.15, 0.06}}};
  std::array<double, 2> white = {0.3127, 0.3290};
};

using Curve = std::function<double(double)>;  // light of a value, both 0..1

// ITU-T H.273, table 2, those that have three primaries and are in use.
std::optional<Primaries> primaries_of(std::uint8_t code) {
  switch (code) {
    case 1:
      return Primaries{};
    case 5:
      return Primaries{{{{0.64, 0.33}, {0.29, 0.60}, {0.15, 0.06}}}};
    case 6:
    case 7:
      return Primaries{{{{0.630, 0.340}, {0.310, 0.595}, {0.155, 0.070}}}};
    case 9:
      return Primaries{{{{0.708, 0.292}, {0.170, 0.797}, {0.131, 0.046}}}};
    case 11:
      return Primaries{{{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}}, {0.314, 0.351}};
    case 12:
      return Primaries{{{{0.680, 0.320}, {0.265, 0.690}, {0.150, 0.060}}}};
    default:
      return std::nullopt;
  }
}

// BT.709's curve of a camera, turned round; BT.2020's of 8 to 12 bits is the same.
double decode_709(double x) { return x < 0.081 ? x / 4.5 : std::pow((x + 0.099) / 1.099, 1 / 0.45); }

double decode_srgb(double x) { return static_cast<double>(srgb_decode(static_cast<float>(x))); }

// Table 3; null for what is not known here.
Curve curve_of(std::uint8_t code) {
  switch (code) {
    case 1:
    case 6:
    case 14:
    case 15:
      return decode_709;
    case 4:
      return [](double x) { return std::pow(x, 2.2); };
    case 5:
      return [](double x) { return std::pow(x, 2.8); };
    case 8:
      return [](double x) { return x; };
    case 13:
      return decode_srgb;
    default:
      return nullptr;
  }
}

// Empty when it is sRGB's or no colours at all.
RowMap map_of(const Primaries& primaries, const Curve& curve) {
  const Matrix3 to_xyz = primaries_to_xyz_d50(primaries.rgb, primaries.white);
  if (inverse(to_xyz) == Matrix3{}) return {};
  const auto shaper = std::make_shared<const Shaper>([&](int, double x) { return curve(x); }, to_xyz);
  if (shaper->is_srgb()) return {};
  return [shaper](const float* from, float* to, std::size_t count) { shaper->to_srgb(from, to, count); };
}

ColourWords by_cicp(PngData cicp, const std::string& name) {
  const std::uint8_t transfer = cicp[1];
  require(transfer != 16 && transfer != 18, ErrorCode::input, name, " is a PNG of HDR colours (cICP names ",
          transfer == 16 ? "PQ" : "HLG", " of BT.2100), which cannot be painted; save it as sRGB or Display P3");
  const std::optional<Primaries> primaries = primaries_of(cicp[0]);
  const Curve curve = curve_of(transfer);
  if (!primaries || !curve || cicp[2] != 0) {
    return {.problem = text("the cICP chunk was not used, because its numbers (", int{cicp[0]}, ", ", int{transfer},
                            ", ", int{cicp[2]}, ") name colours that are not known here")};
  }
  // Of the narrow range, 16..235 of 255 are 0..1.
  const bool full = cicp[3] != 0;
  const auto light = [&](double x) { return curve(full ? x : std::clamp((255 * x - 16) / 219, 0.0, 1.0)); };
  return {map_of(*primaries, light), "cICP", true};
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
  return {map_of(
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
