#include "image/icc.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/big_endian.h"
#include "image/features.h"
#include "image/shaper.h"
#include "image/srgb.h"

#ifdef IMPASTO_HAS_ICC
#include <lcms2.h>
#endif

namespace impasto::IMPASTO_ABI {

#ifdef IMPASTO_HAS_ICC

namespace {

// A context of its own: the handlers of the process are neither used nor changed.
struct Lcms {
  cmsContext context = cmsCreateContext(nullptr, nullptr);
  Lcms() = default;
  Lcms(const Lcms&) = delete;
  Lcms& operator=(const Lcms&) = delete;
  ~Lcms() { cmsDeleteContext(context); }
};

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

struct FreeCurve {
  void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};
using Curve = std::unique_ptr<cmsToneCurve, FreeCurve>;

// A transform and the context it lives in.
struct Transform {
  std::shared_ptr<Lcms> lcms;
  cmsHTRANSFORM handle = nullptr;
  Transform(std::shared_ptr<Lcms> owner, cmsHPROFILE from, cmsUInt32Number from_type, cmsHPROFILE to,
            cmsUInt32Number to_type)
      : lcms(std::move(owner)) {
    // Without a cache a transform may be used by several threads.
    handle = cmsCreateTransformTHR(lcms->context, from, from_type, to, to_type, INTENT_RELATIVE_COLORIMETRIC,
                                   cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOCACHE);
  }
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;
  ~Transform() {
    if (handle) cmsDeleteTransform(handle);
  }
};

Profile open(const Lcms& lcms, std::span<const std::uint8_t> bytes) {
  return Profile(cmsOpenProfileFromMemTHR(lcms.context, bytes.data(), static_cast<cmsUInt32Number>(bytes.size())));
}

// sRGB's primaries and linear light, which lcms continues beyond 0..1.
Profile linear_srgb(const Lcms& lcms) {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
  const Curve straight(cmsBuildGamma(lcms.context, 1.0));
  cmsToneCurve* const curves[3] = {straight.get(), straight.get(), straight.get()};
  return Profile(cmsCreateRGBProfileTHR(lcms.context, &white, &primaries, curves));
}

// Four letters of a profile's header (ICC.1:2010, 7.2): its colour space at 16, that of connection at 20. As a number:
// what is damaged is of no enumeration.
constexpr std::size_t kSpaceAt = 16, kConnectionAt = 20;
cmsUInt32Number letters_at(std::span<const std::uint8_t> profile, std::size_t at) {
  if (profile.size() < at + 4) return 0;
  return big_endian32(profile.data() + at);
}

const char* space_name(cmsUInt32Number space) {
  switch (space) {
    case cmsSigGrayData:
      return "grey";
    case cmsSigRgbData:
      return "RGB";
    case cmsSigCmykData:
      return "CMYK";
    default:
      return "another colour space";
  }
}

cmsUInt32Number space_of(Device device) {
  return device == Device::grey ? cmsSigGrayData : device == Device::rgb ? cmsSigRgbData : cmsSigCmykData;
}

// Null unless the profile is three curves and a matrix and nothing else.
std::shared_ptr<const Shaper> shaper_of(cmsHPROFILE profile, std::span<const std::uint8_t> bytes) {
  if (letters_at(bytes, kSpaceAt) != cmsSigRgbData || letters_at(bytes, kConnectionAt) != cmsSigXYZData) return nullptr;
  for (const cmsTagSignature tables : {cmsSigAToB0Tag, cmsSigAToB1Tag, cmsSigDToB0Tag, cmsSigDToB1Tag}) {
    if (cmsIsTag(profile, tables)) return nullptr;
  }
  constexpr cmsTagSignature colours[3] = {cmsSigRedColorantTag, cmsSigGreenColorantTag, cmsSigBlueColorantTag};
  constexpr cmsTagSignature curves[3] = {cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag};
  Matrix3 to_xyz{};
  const cmsToneCurve* trc[3] = {};
  for (std::size_t c = 0; c < 3; ++c) {
    const auto* xyz = static_cast<const cmsCIEXYZ*>(cmsReadTag(profile, colours[c]));
    trc[c] = static_cast<const cmsToneCurve*>(cmsReadTag(profile, curves[c]));
    if (!xyz || !trc[c]) return nullptr;
    to_xyz[0][c] = xyz->X, to_xyz[1][c] = xyz->Y, to_xyz[2][c] = xyz->Z;
  }
  // What cannot be turned round would make a picture of one colour.
  if (inverse(to_xyz) == Matrix3{}) return nullptr;
  const auto curve = [&](int c, double x) {
    return static_cast<double>(cmsEvalToneCurveFloat(trc[c], static_cast<cmsFloat32Number>(x)));
  };
  return std::make_shared<const Shaper>(curve, to_xyz);
}

// A profile that makes white darker than middle grey is damaged, not unusual.
bool makes_sense(const RowMap& map, Device device) {
  std::vector<float> white(channels(device), device == Device::cmyk ? 0.0f : 1.0f);
  float srgb[3] = {};
  map(white.data(), srgb, 1);
  return std::all_of(std::begin(srgb), std::end(srgb), [](float value) { return value > 0.5f && value < 2.0f; });
}

cmsUInt32Number format_of(Device device) {
  return device == Device::grey ? TYPE_GRAY_FLT : device == Device::rgb ? TYPE_RGB_FLT : TYPE_CMYK_FLT;
}

// Through lcms to linear light, then by our curve.
RowMap table_map(const std::shared_ptr<Lcms>& lcms, cmsHPROFILE profile, Device device) {
  const Profile linear = linear_srgb(*lcms);
  const auto transform =
      std::make_shared<const Transform>(lcms, profile, format_of(device), linear.get(), TYPE_RGB_FLT);
  if (!transform->handle) return {};
  return [transform, device](const float* from, float* to, std::size_t count) {
    std::vector<float> inks;
    if (device == Device::cmyk) {  // lcms counts ink in percent
      inks.assign(from, from + 4 * count);
      for (float& ink : inks) ink *= 100.0f;
      from = inks.data();
    }
    cmsDoTransform(transform->handle, from, to, static_cast<cmsUInt32Number>(count));
    srgb_encode(std::span(to, 3 * count));
  };
}

// Grey is one-dimensional: the map at every 1/4080, and straight lines between.
RowMap grey_map(const RowMap& slow) {
  constexpr std::size_t kSteps = std::size_t{255} * 16;
  std::vector<float> ramp(kSteps + 1);
  for (std::size_t i = 0; i <= kSteps; ++i) ramp[i] = static_cast<float>(i) / kSteps;
  const auto nodes = std::make_shared<std::vector<float>>(3 * ramp.size());
  slow(ramp.data(), nodes->data(), ramp.size());
  return [nodes](const float* from, float* to, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const float at = std::clamp(from[i], 0.0f, 1.0f) * kSteps;
      const std::size_t left = std::min(static_cast<std::size_t>(at), kSteps - 1);
      const float* node = nodes->data() + 3 * left;
      for (std::size_t c = 0; c < 3; ++c) {
        to[3 * i + c] = node[c] + (node[c + 3] - node[c]) * (at - static_cast<float>(left));
      }
    }
  };
}

}  // namespace

IccReading read_icc(std::span<const std::uint8_t> profile_bytes, Device device) {
  const auto lcms = std::make_shared<Lcms>();
  const Profile profile = open(*lcms, profile_bytes);
  if (!profile) return {IccReading::Kind::broken, {}, "it is damaged"};
  const cmsUInt32Number space = letters_at(profile_bytes, kSpaceAt);
  if (space != space_of(device)) {
    return {IccReading::Kind::broken, {}, std::string("it is a profile of ") + space_name(space)};
  }
  RowMap map;
  if (const auto shaper = shaper_of(profile.get(), profile_bytes)) {
    if (shaper->is_srgb()) return {IccReading::Kind::srgb, {}, {}};
    map = [shaper](const float* from, float* to, std::size_t count) { shaper->to_srgb(from, to, count); };
  } else {
    map = table_map(lcms, profile.get(), device);
  }
  if (!map || !makes_sense(map, device)) return {IccReading::Kind::broken, {}, "it is damaged"};
  return {IccReading::Kind::mapped, device == Device::grey ? grey_map(map) : map, {}};
}

IccWriting write_icc(std::span<const std::uint8_t> profile_bytes) {
  const auto lcms = std::make_shared<Lcms>();
  const Profile profile = open(*lcms, profile_bytes);
  if (!profile || letters_at(profile_bytes, kSpaceAt) != cmsSigRgbData) return {};
  if (const auto shaper = shaper_of(profile.get(), profile_bytes)) {
    if (shaper->is_srgb()) return {true, {}};
    return {true, [shaper](const float* from, float* to, std::size_t n) { shaper->from_srgb(from, to, n); }};
  }
  const Profile linear = linear_srgb(*lcms);
  const auto transform =
      std::make_shared<const Transform>(lcms, linear.get(), TYPE_RGB_FLT, profile.get(), TYPE_RGB_FLT);
  if (!transform->handle) return {};
  return {true, [transform](const float* from, float* to, std::size_t count) {
            std::vector<float> light(from, from + 3 * count);
            srgb_decode(light);
            cmsDoTransform(transform->handle, light.data(), to, static_cast<cmsUInt32Number>(count));
          }};
}

bool is_sound_rgb_profile(std::span<const std::uint8_t> profile_bytes) {
  const auto lcms = std::make_shared<Lcms>();
  const Profile profile = open(*lcms, profile_bytes);
  if (!profile || letters_at(profile_bytes, kSpaceAt) != cmsSigRgbData) return false;
  const Profile linear = linear_srgb(*lcms);
  const Transform back(lcms, linear.get(), TYPE_RGB_FLT, profile.get(), TYPE_RGB_FLT);
  const RowMap map = table_map(lcms, profile.get(), Device::rgb);
  return back.handle && map && makes_sense(map, Device::rgb);
}

std::string icc_library() {
  const int version = cmsGetEncodedCMMversion();
  return "LittleCMS " + std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

#else

namespace {

// A profile of sRGB calls itself so: in ASCII in version 2 of the format, in UTF-16 in version 4.
bool says_srgb(std::span<const std::uint8_t> profile) {
  constexpr std::uint8_t ascii[] = {'s', 'R', 'G', 'B'};
  constexpr std::uint8_t wide[] = {'s', 0, 'R', 0, 'G', 0, 'B'};
  // The header has no names, but may have 'sRGB' as a device model.
  if (profile.size() < 128) return false;
  const auto rest = profile.subspan(128);
  return std::search(rest.begin(), rest.end(), std::begin(ascii), std::end(ascii)) != rest.end() ||
         std::search(rest.begin(), rest.end(), std::begin(wide), std::end(wide)) != rest.end();
}

}  // namespace

IccReading read_icc(std::span<const std::uint8_t> profile_bytes, Device device) {
  if (device != Device::cmyk && says_srgb(profile_bytes)) return {IccReading::Kind::srgb, {}, {}};
  return {IccReading::Kind::unread, {}, "this build lacks LittleCMS"};
}

IccWriting write_icc(std::span<const std::uint8_t> profile_bytes) { return {says_srgb(profile_bytes), {}}; }

bool is_sound_rgb_profile(std::span<const std::uint8_t>) { return false; }

std::string icc_library() { return {}; }

#endif

}  // namespace impasto::IMPASTO_ABI
