#include "stage.h"

#include <algorithm>
#include <cmath>

namespace samples {
namespace {

// Axes of a building: along its front, upwards, and into it.
struct Axes {
  Vec3 right, up, deep;
};

Axes axes_of(float yaw) { return {{std::cos(yaw), 0, std::sin(yaw)}, {0, 1, 0}, {-std::sin(yaw), 0, std::cos(yaw)}}; }

// Whole bays on a wall of this length.
Material fitted(Material wall, float length) {
  wall.facade.bay = length / std::max(1.0f, std::round(length / wall.facade.bay));
  return wall;
}

void add_gable(Stage& stage, const House& h, Vec3 corner, Vec3 across, Vec3 outward, int plain_wall) {
  World& w = stage.world;
  const Vec3 rise{0, h.rise, 0};
  w.patch(corner, across, across * 0.5f + rise, plain_wall, true);
  if (h.rise < 3.2f) return;
  Material attic = fitted(h.wall, h.size.x * 0.42f);
  attic.facade.plinth = 0;
  attic.facade.sill = 0.5f;
  attic.facade.height = std::min(attic.facade.height, h.rise * 0.32f);
  attic.facade.storey = h.rise;
  w.patch(corner + across * 0.29f + outward * 0.03f, across * 0.42f, rise * 0.44f, stage.add(attic));
}

void add_dormer(Stage& stage, const House& h, Vec3 foot, Vec3 out, Vec3 along, int roof) {
  Material face = h.wall;
  face.facade = {
      .wall = Finish::plain, .bay = 1.6f, .storey = 2, .width = 0.9f, .height = 1.2f, .sill = 0.3f, .plinth = 0};
  face.colour = h.wall.facade.trim;
  const int front = stage.add(face), side = stage.plain(h.wall.facade.trim * 0.8f);
  const Vec3 up{0, 1.7f, 0}, back = -out * 2.6f, half = along * 0.8f;
  World& w = stage.world;
  w.patch(foot - half, along * 1.6f, up, front);
  w.patch(foot - half, back, up, side);
  w.patch(foot + half, back, up, side);
  const Vec3 ridge{0, 0.8f, 0}, lip = out * 0.25f;
  w.patch(foot - half + up, along * 1.6f, half + ridge, side, true);
  w.patch(foot - half * 1.2f + up + lip, back, half * 1.2f + ridge, roof);
  w.patch(foot + half * 1.2f + up + lip, back, ridge - half * 1.2f, roof);
}

}  // namespace

void add_floor(Stage& stage, float x0, float z0, float x1, float z1, float y, int material) {
  stage.world.patch({x0, y, z0}, {x1 - x0, 0, 0}, {0, 0, z1 - z0}, material);
}

void add_house(Stage& stage, const House& h) {
  World& w = stage.world;
  const Axes a = axes_of(h.yaw);
  const Vec3 across = a.right * h.size.x, into = a.deep * h.size.z, up = a.up * h.size.y;
  const Vec3 corner = h.base - across * 0.5f - into * 0.5f;
  const int front = stage.add(fitted(h.wall, h.size.x)), side = stage.add(fitted(h.wall, h.size.z));
  w.patch(corner, across, up, front);
  w.patch(corner + into, across, up, front);
  w.patch(corner, into, up, side);
  w.patch(corner + across, into, up, side);
  Material bare = h.wall;
  bare.finish = h.wall.facade.wall;
  const int gable = stage.add(bare), roof = stage.add(h.roof), eave = stage.plain(h.wall.facade.trim * 0.7f);
  add_gable(stage, h, corner + up, across, -a.deep, gable);
  add_gable(stage, h, corner + up + into, across, a.deep, gable);
  // Eaves hang over by 8 % of the half width and 0.4 m at the gables.
  const Vec3 slope = across * 0.5f + a.up * h.rise, over = a.deep * 0.4f;
  const Vec3 mirrored = -across * 0.5f + a.up * h.rise;
  w.patch(corner + up - slope * 0.08f - over, into + over * 2, slope * 1.08f, roof);
  w.patch(corner + up + across - mirrored * 0.08f - over, into + over * 2, mirrored * 1.08f, roof);
  w.box(h.base + a.up * (h.size.y - 0.4f), {h.size.x + 0.5f, 0.35f, h.size.z + 0.3f}, h.yaw, eave, eave);

  Dice dice(h.wall.seed + 900);
  const int stack = stage.add({.finish = Finish::brick, .colour = {0.33f, 0.17f, 0.12f}, .seed = h.wall.seed});
  for (int k = 0; k < h.chimneys; ++k) {
    const float along = (static_cast<float>(k) + dice.between(0.3f, 0.7f)) / static_cast<float>(h.chimneys) - 0.5f;
    const Vec3 foot = h.base + into * along + across * dice.between(-0.2f, 0.2f) + a.up * (h.size.y + h.rise * 0.5f);
    w.box(foot, {0.9f, h.rise * 0.5f + 1.3f, 1.3f}, h.yaw, stack, stack);
  }
  for (int k = 0; k < h.dormers; ++k) {
    const float along = (static_cast<float>(k) + 0.5f) / static_cast<float>(h.dormers) - 0.5f;
    const Vec3 middle = h.base + into * along + a.up * (h.size.y + 0.25f * h.rise);
    add_dormer(stage, h, middle - across * 0.40f, -a.right, a.deep, roof);
    add_dormer(stage, h, middle + across * 0.40f, a.right, a.deep, roof);
  }
}

}  // namespace samples
