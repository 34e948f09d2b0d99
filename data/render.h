// From solids to a photograph: sun, sky, haze, soft shadows, one bounce of light, mirrors, film.
#pragma once

#include <vector>

#include "impasto/image.h"
#include "material.h"
#include "world.h"

namespace samples {

struct Camera {
  Vec3 eye;
  float yaw, pitch;  ///< radians; yaw to the right of +z, pitch upwards
  float focal;       ///< in picture widths
};

/// Light of the sky, clouds and far hills in a direction; `direction.y` below 0 gives the haze at the horizon.
Vec3 sky_light(Vec3 direction);

/// Renders with `samples` rays a pixel.
impasto::Image render(const World& world, const std::vector<Material>& materials, const Camera& camera, int width,
                      int height, int samples);

}  // namespace samples
