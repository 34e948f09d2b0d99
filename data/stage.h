// The scene under construction: solids, their materials, and the building blocks that several parts of it share.
// Metres; x to the right, y up, z away from the viewer; the ground of the campus is y = 0.
#pragma once

#include <utility>
#include <vector>

#include "material.h"
#include "world.h"

namespace samples {

constexpr float kWaterLevel = -3.0f;
constexpr float kLeftBank = -30.0f, kRightBank = -8.0f;  // the river's edges, in x

struct House {
  Vec3 base;  ///< middle of the footprint
  Vec3 size;  ///< width, height of the eaves, depth; the ridge runs along the depth
  float rise = 4;
  float yaw = 0;
  Material wall, roof;
  int chimneys = 0, dormers = 0;
};

struct Stage {
  World world;
  std::vector<Material> materials;

  int add(Material material) {
    materials.push_back(std::move(material));
    return static_cast<int>(materials.size()) - 1;
  }
  int plain(Vec3 colour) { return add({.finish = Finish::plain, .colour = colour}); }
};

/// A house with a gabled roof; windows of `wall.facade` are fitted to whole bays.
void add_house(Stage& stage, const House& house);
/// A level rectangle between two corners.
void add_floor(Stage& stage, float x0, float z0, float x1, float z1, float y, int material);

void add_campus(Stage& stage);  // lawns, domed hall, clock tower, wing
void add_town(Stage& stage);    // river, bridge, houses on the far bank, skyline
void add_nature(Stage& stage);  // trees and bushes
void add_people(Stage& stage);  // people, boats, lamps, benches

}  // namespace samples
