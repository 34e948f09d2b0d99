// The campus: lawns and paths, the domed hall, the clock tower and the brick wing.
#include <cmath>
#include <cstddef>

#include "stage.h"

namespace samples {
namespace {

constexpr Vec3 kLimestone{0.42f, 0.345f, 0.245f};
constexpr Vec3 kPaleStone{0.52f, 0.46f, 0.36f};
constexpr Vec3 kRedBrick{0.31f, 0.115f, 0.07f};
constexpr float kHallX = 28, kHallFront = 66;
constexpr float kTowerX = 2.6f, kTowerZ = 54;

void add_grounds(Stage& stage) {
  const int grass = stage.add(
      {.finish = Finish::grass, .colour = {0.080f, 0.130f, 0.036f}, .accent = {0.150f, 0.180f, 0.060f}, .seed = 11});
  const int gravel = stage.add({.finish = Finish::gravel, .colour = {0.50f, 0.43f, 0.33f}, .seed = 12});
  const int paving = stage.add({.finish = Finish::stone, .colour = {0.40f, 0.37f, 0.33f}, .seed = 13});
  add_floor(stage, kRightBank, -120, 900, 900, 0, grass);
  add_floor(stage, kRightBank, -120, kRightBank + 5, 300, 0.03f, paving);
  add_floor(stage, -3, 47, 52, 66, 0.03f, gravel);
  add_floor(stage, 45, -40, 49, 47, 0.03f, gravel);
  add_floor(stage, -3, 15.5f, 45, 18.5f, 0.03f, gravel);
  add_floor(stage, kHallX - 3, -60, kHallX + 2, 47, 0.03f, gravel);
  // Diagonals, from the promenade to the hall's stairs.
  stage.world.patch({-3, 0.04f, -14}, {3, 0, 0}, {24, 0, 61}, gravel);
  stage.world.patch({-3, 0.05f, -34}, {3.4f, 0, 0}, {48, 0, 54}, gravel);
  stage.world.disc({kHallX - 0.5f, 0.06f, 17}, {0, 1, 0}, 8, gravel);
  // The fountain in the middle of the quad.
  const int rim = stage.add({.finish = Finish::stone, .colour = kPaleStone, .seed = 14});
  const int pool = stage.add({.finish = Finish::water, .colour = {0.03f, 0.06f, 0.06f}, .seed = 15});
  const Vec3 middle{kHallX - 0.5f, 0, 17};
  stage.world.frustum(middle, 4, 4, 0.7f, rim);
  stage.world.frustum(middle, 3.5f, 3.5f, 0.7f, rim);
  stage.world.disc(middle + Vec3{0, 0.5f, 0}, {0, 1, 0}, 3.6f, pool);
  stage.world.frustum(middle, 0.5f, 0.3f, 2.2f, rim);
  stage.world.ball(middle + Vec3{0, 2.3f, 0}, {1.4f, 0.3f, 1.4f}, rim);
  stage.world.frustum(middle + Vec3{0, 2.4f, 0}, 0.25f, 0.12f, 1.5f, rim);
}

void add_portico(Stage& stage, int stone, int roof) {
  World& w = stage.world;
  const float z = kHallFront - 5.5f;
  for (int k = 0; k < 7; ++k) {
    const float step = static_cast<float>(k);
    w.box({kHallX, 0.2f * step, z - 0.2f + 0.25f * step}, {22 - 0.3f * step, 0.2f, 10 - 0.5f * step}, 0, stone, stone);
  }
  for (int k = 0; k < 6; ++k) {
    const Vec3 foot{kHallX + (static_cast<float>(k) - 2.5f) * 3.4f, 1.4f, z};
    w.box(foot, {1.9f, 0.35f, 1.9f}, 0, stone, stone);
    w.frustum(foot + Vec3{0, 0.35f, 0}, 0.80f, 0.66f, 8.6f, stone);
    w.frustum(foot + Vec3{0, 8.9f, 0}, 0.66f, 1.05f, 0.7f, stone);
    w.box(foot + Vec3{0, 9.5f, 0}, {2.1f, 0.3f, 2.1f}, 0, stone, stone);
  }
  w.box({kHallX, 11.2f, z + 2.2f}, {20, 1.5f, 6.6f}, 0, stone, stone);
  w.box({kHallX, 12.7f, z + 2.2f}, {21.2f, 0.4f, 7.6f}, 0, stone, stone);
  const Vec3 left{kHallX - 10.6f, 13.1f, z - 1.5f}, across{21.2f, 0, 0}, half{10.6f, 3.7f, 0}, other{-10.6f, 3.7f, 0};
  w.patch(left + Vec3{0, 0, 0.6f}, across, half, stone, true);
  // The raking cornice: two thin slabs round the pediment.
  for (const Vec3 slope : {half, other}) {
    const Vec3 start = slope.x > 0 ? left : left + across;
    w.patch(start + Vec3{0, 0.05f, 0}, slope, {0, 0.55f, 0}, stone);
    w.patch(start, slope, {0, 0, 0.6f}, stone);
    w.patch(start + Vec3{0, 0.6f, 0}, {0, 0, 9}, slope, roof);
  }
}

void add_dome(Stage& stage, int stone) {
  World& w = stage.world;
  const Vec3 middle{kHallX, 0, kHallFront + 12};
  const auto at = [&](float y) { return middle + Vec3{0, y, 0}; };
  Material drum{.finish = Finish::facade, .colour = kLimestone, .seed = 21};
  drum.facade = {.wall = Finish::stone,
                 .trim = kPaleStone,
                 .bay = 2 * kPi * 9 / 20,
                 .storey = 6,
                 .width = 1.3f,
                 .height = 3.4f,
                 .sill = 0.9f,
                 .plinth = 0.6f,
                 .arched = true,
                 .rows = 4};
  const int copper = stage.add(
      {.finish = Finish::copper, .colour = {0.13f, 0.27f, 0.22f}, .accent = {0.25f, 0.39f, 0.31f}, .seed = 22});
  w.box(at(13.5f), {22, 3.0f, 22}, 0, stone, stone);
  w.box(at(16.4f), {22.8f, 0.5f, 22.8f}, 0, stone, stone);
  w.frustum(at(16.8f), 9, 9, 6, stage.add(drum));
  for (int k = 0; k < 20; ++k) {
    const float turn = (static_cast<float>(k)) * 2 * kPi / 20;
    w.frustum(at(17.2f) + Vec3{9.3f * std::sin(turn), 0, -9.3f * std::cos(turn)}, 0.33f, 0.28f, 5.2f, stone);
  }
  w.frustum(at(22.3f), 9.5f, 10.1f, 0.7f, stone);
  w.disc(at(23), {0, 1, 0}, 10.1f, stone);
  w.frustum(at(23), 9.3f, 9.1f, 1.1f, stone);
  w.ball(at(23.6f), {9.0f, 8.9f, 9.0f}, copper);
  w.frustum(at(32.0f), 2.0f, 1.9f, 0.8f, stone);
  for (int k = 0; k < 8; ++k) {
    const float turn = (static_cast<float>(k) + 0.3f) * kPi / 4;
    w.frustum(at(32.8f) + Vec3{1.4f * std::sin(turn), 0, 1.4f * std::cos(turn)}, 0.22f, 0.22f, 2.3f, stone);
  }
  w.frustum(at(35.0f), 1.8f, 1.8f, 0.4f, stone);
  w.ball(at(35.4f), {1.6f, 1.5f, 1.6f}, copper);
  w.frustum(at(36.7f), 0.25f, 0.03f, 2.2f, stage.plain({0.75f, 0.55f, 0.16f}));
}

void add_hall(Stage& stage) {
  World& w = stage.world;
  const int stone = stage.add({.finish = Finish::stone, .colour = kPaleStone, .seed = 23});
  const int slate = stage.add(
      {.finish = Finish::tiles, .colour = {0.16f, 0.17f, 0.19f}, .accent = {0.22f, 0.22f, 0.21f}, .seed = 24});
  Material wall{.finish = Finish::facade, .colour = kLimestone, .seed = 25};
  wall.facade = {.wall = Finish::stone,
                 .trim = kPaleStone,
                 .bay = 44.0f / 13,
                 .storey = 5.9f,
                 .width = 1.6f,
                 .height = 3.5f,
                 .sill = 1.1f,
                 .plinth = 1.4f,
                 .arched = true,
                 .rows = 4};
  const int facade = stage.add(wall);
  w.box({kHallX, 0, kHallFront + 12}, {44, 13.2f, 24}, 0, facade, stone);
  w.box({kHallX, 13.2f, kHallFront + 12}, {45.4f, 0.6f, 25.4f}, 0, stone, stone);
  for (int k = 0; k < 14; ++k) {
    const float x = kHallX - 22 + 44.0f / 13 * static_cast<float>(k);
    w.box({x, 0, kHallFront}, {0.8f, 13.2f, 0.9f}, 0, stone, stone);
    w.box({x, 13.8f, kHallFront + 0.1f}, {0.8f, 1.5f, 0.8f}, 0, stone, stone);
  }
  w.box({kHallX, 14.8f, kHallFront + 0.1f}, {44, 0.25f, 0.5f}, 0, stone, stone);
  for (int k = 0; k < 110; ++k) {
    w.box({kHallX - 21.8f + 0.4f * static_cast<float>(k), 13.8f, kHallFront + 0.1f}, {0.16f, 1.0f, 0.16f}, 0, stone,
          stone);
  }
  // End pavilions step forward and carry their own roofs.
  for (const float side : {-1.0f, 1.0f}) {
    Material pavilion = wall;
    pavilion.seed += static_cast<int>(side);
    pavilion.facade.bay = 3.0f;
    add_house(stage, {.base = {kHallX + side * 18, 0, kHallFront + 5},
                      .size = {9, 15.5f, 14},
                      .rise = 4.2f,
                      .wall = pavilion,
                      .roof = stage.materials[static_cast<std::size_t>(slate)]});
  }
  add_portico(stage, stone, slate);
  add_dome(stage, stone);
}

void add_clock_faces(Stage& stage, Vec3 middle, float half) {
  const int face =
      stage.add({.finish = Finish::clock, .colour = {0.82f, 0.79f, 0.70f}, .accent = {0.42f, 0.30f, 0.08f}});
  for (const Vec3 side : {Vec3{0, 0, -1}, {0, 0, 1}, {-1, 0, 0}, {1, 0, 0}}) {
    stage.world.disc(middle + side * (half + 0.08f), side, 1.9f, face);
  }
}

void add_spire(Stage& stage, Vec3 foot, float half, float height, int roof) {
  const Vec3 tip{0, height, 0};
  for (int k = 0; k < 4; ++k) {
    const float turn = static_cast<float>(k) * kPi / 2;
    const Vec3 out{std::sin(turn), 0, -std::cos(turn)}, along{std::cos(turn), 0, std::sin(turn)};
    stage.world.patch(foot + (out - along) * half, along * (2 * half), (along - out) * half + tip, roof, true);
  }
}

void add_tower(Stage& stage) {
  World& w = stage.world;
  const auto at = [&](float y) { return Vec3{kTowerX, y, kTowerZ}; };
  const int stone = stage.add({.finish = Finish::stone, .colour = kPaleStone, .seed = 31});
  const int copper = stage.add(
      {.finish = Finish::copper, .colour = {0.13f, 0.27f, 0.22f}, .accent = {0.24f, 0.38f, 0.31f}, .seed = 32});
  Material shaft{.finish = Finish::facade, .colour = kRedBrick, .seed = 33};
  shaft.facade = {.wall = Finish::brick,
                  .trim = kPaleStone,
                  .bay = 7.0f / 3,
                  .storey = 4.6f,
                  .width = 0.75f,
                  .height = 2.3f,
                  .sill = 1.2f,
                  .plinth = 1.6f,
                  .arched = true,
                  .columns = 1,
                  .course = true};
  Material belfry{.finish = Finish::facade, .colour = kLimestone, .seed = 34};
  belfry.facade = {.wall = Finish::stone,
                   .trim = kPaleStone,
                   .bay = 7.0f / 3,
                   .storey = 5.2f,
                   .width = 1.35f,
                   .height = 3.6f,
                   .sill = 0.6f,
                   .plinth = 0.2f,
                   .arched = true,
                   .columns = 1,
                   .rows = 9,
                   .course = false};
  const int brick = stage.add({.finish = Finish::brick, .colour = kRedBrick, .seed = 35});
  w.box(at(0), {7, 20.2f, 7}, 0, stage.add(shaft), stone);
  w.box(at(20), {7.2f, 5, 7.2f}, 0, brick, stone);
  add_clock_faces(stage, at(22.5f), 3.6f);
  w.box(at(25), {7, 5.2f, 7}, 0, stage.add(belfry), stone);
  for (const float y : {19.8f, 24.8f}) w.box(at(y), {8.0f, 0.45f, 8.0f}, 0, stone, stone);
  for (const float sx : {-1.0f, 1.0f}) {
    for (const float sz : {-1.0f, 1.0f}) {
      const Vec3 corner{sx * 3.5f, 0, sz * 3.5f};
      w.box(at(0) + corner, {1.3f, 25, 1.3f}, 0, stone, stone);
      w.box(at(25) + corner, {0.9f, 6, 0.9f}, 0, stone, stone);
      w.box(at(30.2f) + corner, {1.2f, 1.4f, 1.2f}, 0, stone, stone);
      add_spire(stage, at(31.6f) + corner, 0.6f, 2.4f, stone);
    }
  }
  w.box(at(30.2f), {8.2f, 0.7f, 8.2f}, 0, stone, stone);
  w.box(at(30.9f), {6.2f, 0.8f, 6.2f}, 0, stone, stone);
  add_spire(stage, at(31.4f), 3.2f, 6.2f, copper);
  w.frustum(at(37.2f), 0.14f, 0.02f, 2.2f, stage.plain({0.75f, 0.55f, 0.16f}));
}

void add_wing(Stage& stage) {
  Material wall{.finish = Finish::facade, .colour = kRedBrick * 1.15f, .seed = 41};
  wall.facade = {.wall = Finish::brick,
                 .trim = kPaleStone,
                 .bay = 3.4f,
                 .storey = 3.7f,
                 .width = 1.7f,
                 .height = 2.2f,
                 .sill = 1.0f,
                 .plinth = 0.9f,
                 .top = 11.5f,
                 .columns = 3,
                 .rows = 3};
  const Material roof{
      .finish = Finish::tiles, .colour = {0.30f, 0.12f, 0.07f}, .accent = {0.20f, 0.11f, 0.08f}, .seed = 42};
  add_house(stage, {.base = {58, 0, 42},
                    .size = {15, 11.8f, 38},
                    .rise = 7,
                    .wall = wall,
                    .roof = roof,
                    .chimneys = 4,
                    .dormers = 6});
  // A gabled bay breaks the long front.
  wall.seed = 43;
  add_house(stage,
            {.base = {50.5f, 0, 42}, .size = {9, 13, 5}, .rise = 6, .yaw = kPi * 1.5f, .wall = wall, .roof = roof});
  // An older house behind, between tower and hall.
  Material stone = wall;
  stone.facade.wall = Finish::stone;
  stone.colour = kLimestone;
  stone.facade.arched = true;
  add_house(
      stage,
      {.base = {-1, 0, 92}, .size = {14, 11, 26}, .rise = 6, .wall = stone, .roof = roof, .chimneys = 3, .dormers = 3});
}

}  // namespace

void add_campus(Stage& stage) {
  add_grounds(stage);
  add_hall(stage);
  add_tower(stage);
  add_wing(stage);
}

}  // namespace samples
