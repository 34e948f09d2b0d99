// Reads the golden files and compares arrays with them. tests/golden/README.md has the formats.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "tensor/npy.h"
#include "tensor/tensor.h"

namespace impasto::testing {

using Json = nlohmann::json;

inline std::vector<std::uint8_t> golden_bytes(const std::string& name) {
  std::ifstream in(std::string(IMPASTO_GOLDEN_DIR) + "/" + name, std::ios::binary);
  REQUIRE_MESSAGE(in.good(), "golden file ", name, " is missing");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline Json golden_json(const std::string& name) {
  const std::vector<std::uint8_t> bytes = golden_bytes(name);
  return Json::parse(bytes.begin(), bytes.end());
}

inline double number(const Json& json) { return json.get<double>(); }

/// An H x W x C array of any of the golden .npy files of numbers.
template <class T>
Tensor<T> golden_tensor(const std::string& name) {
  const NpyArray array = decode_npy(golden_bytes(name), name);
  REQUIRE(array.shape.size() == 3);
  Tensor<T> tensor(
      {static_cast<Index>(array.shape[0]), static_cast<Index>(array.shape[1]), static_cast<Index>(array.shape[2])});
  std::transform(array.values.begin(), array.values.end(), tensor.data(), [](double v) { return static_cast<T>(v); });
  return tensor;
}

/// |got - wanted| <= tolerance |wanted|
inline void check_close(double got, double wanted, double tolerance) {
  INFO("got ", got, ", wanted ", wanted, ", relative difference ", std::abs(got - wanted) / std::abs(wanted));
  CHECK(std::abs(got - wanted) <= tolerance * std::abs(wanted));
}

/// Largest |got - wanted| over the root mean square of `wanted`.
template <class T>
double worst_difference(std::span<const T> got, std::span<const double> wanted) {
  REQUIRE(got.size() == wanted.size());
  double worst = 0, squares = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double difference = std::abs(static_cast<double>(got[i]) - wanted[i]);
    if (std::isnan(difference)) return difference;
    worst = std::max(worst, difference);
    squares += wanted[i] * wanted[i];
  }
  return worst / std::sqrt(squares / static_cast<double>(got.size()));
}

/// Samples, norm and sum of an array against a description; differences count relative to the root mean square.
template <class T>
void check_description(const Json& description, std::span<const T> got, double tolerance) {
  double sum = 0, squares = 0;
  for (const T value : got) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  const double norm = description["l2"].get<double>(), count = static_cast<double>(got.size());
  std::size_t described = 1;
  for (const Json& size : description["shape"]) described *= size.get<std::size_t>();
  REQUIRE(described == got.size());
  check_close(std::sqrt(squares), norm, tolerance);
  CHECK(std::abs(sum - description["sum"].get<double>()) <= tolerance * norm * std::sqrt(count));
  std::vector<T> sampled;
  std::vector<double> wanted;
  for (std::size_t i = 0; i < description["indices"].size(); ++i) {
    sampled.push_back(got[description["indices"][i].get<std::size_t>()]);
    wanted.push_back(description["values"][i].get<double>());
  }
  const double rms = norm / std::sqrt(count);
  for (std::size_t i = 0; i < sampled.size(); ++i) {
    INFO("sample ", i, ": got ", sampled[i], ", wanted ", wanted[i], ", root mean square ", rms);
    CHECK(std::abs(static_cast<double>(sampled[i]) - wanted[i]) <= tolerance * std::max(rms, std::abs(wanted[i])));
  }
}

}  // namespace impasto::testing
