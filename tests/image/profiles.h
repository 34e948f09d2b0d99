// ICC profiles made by LittleCMS for the tests.
#pragma once

#include <lcms2.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <vector>

namespace impasto::testing {

inline std::vector<std::uint8_t> saved_profile(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  if (!cmsSaveProfileToMem(profile, nullptr, &size)) std::abort();
  std::vector<std::uint8_t> bytes(size);
  if (!cmsSaveProfileToMem(profile, bytes.data(), &size)) std::abort();
  // The second it was made in would make two profiles differ: 2000-01-01 0:00 (ICC.1:2010, 7.2: bytes 24 to 35).
  constexpr std::uint8_t date[12] = {0x07, 0xD0, 0, 1, 0, 1};
  std::copy(std::begin(date), std::end(date), bytes.begin() + 24);
  cmsCloseProfile(profile);
  return bytes;
}

// Display P3: the primaries of SMPTE RP 431-2, D65, the curve of sRGB.
inline cmsHPROFILE open_display_p3() {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries = {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}};
  const cmsFloat64Number curve[5] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve* srgb = cmsBuildParametricToneCurve(nullptr, 4, curve);
  cmsToneCurve* curves[3] = {srgb, srgb, srgb};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);
  cmsFreeToneCurve(srgb);
  return profile;
}

inline std::vector<std::uint8_t> display_p3() { return saved_profile(open_display_p3()); }
inline std::vector<std::uint8_t> srgb_profile() { return saved_profile(cmsCreate_sRGBProfile()); }

// Adobe's primaries and D65 with a curve of 1.9, which no standard names.
inline std::vector<std::uint8_t> wide_profile() {
  const cmsCIExyY white = {0.3127, 0.3290, 1};
  const cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.21, 0.71, 1}, {0.15, 0.06, 1}};
  cmsToneCurve* curve = cmsBuildGamma(nullptr, 1.9);
  cmsToneCurve* curves[3] = {curve, curve, curve};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);
  cmsFreeToneCurve(curve);
  return saved_profile(profile);
}

inline std::vector<std::uint8_t> grey_profile(double gamma) {
  cmsToneCurve* curve = cmsBuildGamma(nullptr, gamma);
  cmsHPROFILE profile = cmsCreateGrayProfile(cmsD50_xyY(), curve);
  cmsFreeToneCurve(curve);
  return saved_profile(profile);
}

using Sampler = cmsInt32Number (*)(const cmsUInt16Number* in, cmsUInt16Number* out, void* cargo);

inline void add_table(cmsHPROFILE profile, cmsTagSignature tag, cmsUInt32Number grid, cmsUInt32Number inputs,
                      Sampler sampler, void* cargo) {
  cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, inputs, 3);
  cmsStage* table = cmsStageAllocCLut16bit(nullptr, grid, inputs, 3, nullptr);
  if (!cmsStageSampleCLut16bit(table, sampler, cargo, 0)) std::abort();
  // The format wants curves on both sides of a table.
  cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, inputs, nullptr));
  cmsPipelineInsertStage(pipeline, cmsAT_END, table);
  cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, nullptr));
  if (!cmsWriteTag(profile, tag, pipeline)) std::abort();
  cmsPipelineFree(pipeline);
}

inline cmsHPROFILE table_profile(cmsColorSpaceSignature space) {
  cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 4.2);
  cmsSetDeviceClass(profile, cmsSigOutputClass);
  cmsSetColorSpace(profile, space);
  cmsSetPCS(profile, cmsSigLabData);
  cmsWriteTag(profile, cmsSigMediaWhitePointTag, cmsD50_XYZ());
  return profile;
}

// Inks that only darken: L = 100 (1 - K) (1 - (C + M + Y) / 3), no colour.
inline std::vector<std::uint8_t> cmyk_profile() {
  const Sampler darken = [](const cmsUInt16Number* in, cmsUInt16Number* out, void*) -> cmsInt32Number {
    const double ink = (in[0] + in[1] + in[2]) / (3 * 65535.0);
    out[0] = static_cast<cmsUInt16Number>(65535 * (1 - in[3] / 65535.0) * (1 - ink) + 0.5);
    out[1] = out[2] = 0x8080;
    return TRUE;
  };
  cmsHPROFILE profile = table_profile(cmsSigCmykData);
  add_table(profile, cmsSigAToB0Tag, 17, 4, darken, nullptr);
  add_table(profile, cmsSigAToB1Tag, 17, 4, darken, nullptr);
  return saved_profile(profile);
}

// Display P3 as a scanner's or printer's profile tells it: by tables of 33 steps, both ways.
inline std::vector<std::uint8_t> display_p3_by_tables() {
  cmsHPROFILE p3 = open_display_p3();
  cmsHPROFILE lab = cmsCreateLab4Profile(nullptr);
  const cmsUInt32Number exact = cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE;
  cmsHTRANSFORM to_lab = cmsCreateTransform(p3, TYPE_RGB_16, lab, TYPE_Lab_16, INTENT_RELATIVE_COLORIMETRIC, exact);
  cmsHTRANSFORM to_rgb = cmsCreateTransform(lab, TYPE_Lab_16, p3, TYPE_RGB_16, INTENT_RELATIVE_COLORIMETRIC, exact);
  const Sampler convert = [](const cmsUInt16Number* in, cmsUInt16Number* out, void* transform) -> cmsInt32Number {
    cmsDoTransform(transform, in, out, 1);
    return TRUE;
  };
  cmsHPROFILE profile = table_profile(cmsSigRgbData);
  for (const cmsTagSignature tag : {cmsSigAToB0Tag, cmsSigAToB1Tag}) add_table(profile, tag, 33, 3, convert, to_lab);
  for (const cmsTagSignature tag : {cmsSigBToA0Tag, cmsSigBToA1Tag}) add_table(profile, tag, 33, 3, convert, to_rgb);
  cmsDeleteTransform(to_lab);
  cmsDeleteTransform(to_rgb);
  cmsCloseProfile(p3);
  cmsCloseProfile(lab);
  return saved_profile(profile);
}

}  // namespace impasto::testing
