#include "image/colour_numbers.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "base/check.h"
#include "image/shaper.h"
#include "image/srgb.h"

namespace impasto::IMPASTO_ABI {
namespace {

// ITU-T H.273, table 2, those that have three primaries and are in use.
std::optional<Primaries> primaries_of(int code) {
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

// Table 3; null for what is not known here.
Curve curve_of(int code) {
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

}  // namespace

double decode_srgb(double x) { return static_cast<double>(srgb_decode(static_cast<float>(x))); }

RowMap map_of_primaries(const Primaries& primaries, const Curve& curve) {
  const Matrix3 to_xyz = primaries_to_xyz_d50(primaries.rgb, primaries.white);
  if (inverse(to_xyz) == Matrix3{}) return {};
  const auto shaper = std::make_shared<const Shaper>([&](int, double x) { return curve(x); }, to_xyz);
  if (shaper->is_srgb()) return {};
  return [shaper](const float* from, float* to, std::size_t count) { shaper->to_srgb(from, to, count); };
}

ColourWords words_of_numbers(const ColourNumbers& numbers, const ColourPlace& place, const std::string& name) {
  const int transfer = numbers.transfer;
  require(transfer != 16 && transfer != 18, ErrorCode::input, name, " is ", place.file, " of HDR colours (",
          place.source, " names ", transfer == 16 ? "PQ" : "HLG",
          " of BT.2100), which cannot be painted; save it as sRGB or Display P3");
  const std::optional<Primaries> primaries = primaries_of(numbers.primaries);
  const Curve curve = curve_of(transfer);
  if (!primaries || !curve || numbers.matrix != 0) {
    return {.problem =
                text("the ", place.source, " ", place.part, " was not used, because its numbers (", numbers.primaries,
                     ", ", transfer, ", ", numbers.matrix, ") name colours that are not known here")};
  }
  const auto light = [&](double x) {
    return curve(numbers.full_range ? x : std::clamp((255 * x - 16) / 219, 0.0, 1.0));
  };
  return {map_of_primaries(*primaries, light), place.source};
}

}  // namespace impasto::IMPASTO_ABI
