// What a point of a shape looks like: colour, relief, gloss. Patterns live in metres on walls and ground.
#pragma once

#include <vector>

#include "vec.h"
#include "world.h"

namespace samples {

enum class Finish { plain, brick, stone, facade, tiles, copper, grass, gravel, water, bark, leaf, clock, tower };

/// A regular wall of windows. Metres; v counts from the foot of the patch.
struct Facade {
  Finish wall = Finish::brick;  ///< brick, stone or plain (stucco)
  Vec3 trim{0.62f, 0.58f, 0.50f};
  float bay = 3.2f, storey = 3.8f;
  float width = 1.3f, height = 2.1f, sill = 1.0f;
  float plinth = 0.8f, top = 1000.0f;  ///< windows between these heights only
  bool arched = false, shutters = false;
  int columns = 2, rows = 3;  ///< panes
  bool course = true;         ///< a band of trim at each floor
};

struct Material {
  Finish finish = Finish::plain;
  Vec3 colour{0.5f, 0.5f, 0.5f};
  Vec3 accent{0.3f, 0.3f, 0.3f};
  int seed = 0;
  Facade facade = {};
};

struct Surface {
  Vec3 albedo;
  Vec3 normal;
  float mirror = 0;  ///< share of light reflected at right angles, as from glass or water
  float sun = 1;     ///< share of sunlight left by relief too fine to be geometry
  float sky = 1;     ///< the same for skylight
  float thin = 0;    ///< share of light passing through, for leaves
  Vec3 glow;         ///< light of its own
};

/// Evaluates a material where a ray met it; `sun` points to the sun.
Surface surface_at(const Material& material, const Hit& hit, Vec3 ray, Vec3 sun);

}  // namespace samples
