// What stands behind the opaque names of impasto_c.h.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "impasto/impasto.h"
#include "impasto/impasto_c.h"

struct impasto_context {
  impasto::Context context;
};

struct impasto_weights {
  explicit impasto_weights(impasto::Weights w)
      : weights(std::move(w)),
        description(weights.description()),
        architecture(weights.architecture()),
        layers(weights.layers()) {}
  impasto::Weights weights;
  std::string description;
  std::string architecture;
  std::vector<std::string> layers;
};

struct impasto_image {
  impasto::Image image;
};

struct impasto_options {
  impasto::Options options;
  std::string text;  // of the last impasto_options_get
};

struct impasto_stylizer {
  explicit impasto_stylizer(impasto::Stylizer s) : stylizer(std::move(s)) {}
  impasto::Stylizer stylizer;
  std::atomic<bool> cancelled{false};
};
