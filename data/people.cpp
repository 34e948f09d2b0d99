// What gives the scene its scale: people, boats, lamps and benches.
#include <array>
#include <cmath>
#include <cstddef>

#include "stage.h"

namespace samples {
namespace {

Vec3 cloth(Dice& dice) {
  constexpr std::array<Vec3, 10> kCloth{{{0.45f, 0.06f, 0.05f},
                                         {0.06f, 0.10f, 0.28f},
                                         {0.60f, 0.58f, 0.54f},
                                         {0.05f, 0.05f, 0.06f},
                                         {0.55f, 0.36f, 0.06f},
                                         {0.10f, 0.26f, 0.28f},
                                         {0.28f, 0.22f, 0.16f},
                                         {0.62f, 0.30f, 0.20f},
                                         {0.30f, 0.10f, 0.24f},
                                         {0.14f, 0.15f, 0.18f}}};
  return kCloth[static_cast<std::size_t>(dice.below(10))];
}

void add_person(Stage& stage, Vec3 foot, bool seated, Dice& dice) {
  World& w = stage.world;
  const int coat = stage.plain(cloth(dice)), trousers = stage.plain(cloth(dice) * 0.5f);
  const int skin = stage.plain(mix(Vec3{0.52f, 0.33f, 0.23f}, Vec3{0.16f, 0.09f, 0.06f}, dice.unit()));
  const int hair = stage.plain(mix(Vec3{0.03f, 0.02f, 0.02f}, Vec3{0.30f, 0.20f, 0.10f}, dice.unit()));
  const float tall = dice.between(0.93f, 1.07f), turn = dice.between(0, 2 * kPi);
  const Vec3 side{std::cos(turn), 0, std::sin(turn)};
  float hip = 0.05f;
  if (!seated) {
    hip = 0.82f * tall;
    w.frustum(foot + side * 0.13f, 0.08f, 0.13f, hip, trousers);
    w.frustum(foot - side * 0.13f, 0.08f, 0.13f, hip, trousers);
  }
  w.frustum(foot + Vec3{0, hip - 0.05f, 0}, 0.19f, 0.25f, 0.58f * tall, coat);
  w.ball(foot + Vec3{0, hip + 0.53f * tall, 0}, {0.25f, 0.12f, 0.25f}, coat);
  w.ball(foot + Vec3{0, hip + 0.80f * tall, 0}, {0.12f, 0.15f, 0.12f}, skin);
  w.ball(foot + Vec3{0, hip + 0.84f * tall, 0.02f}, {0.13f, 0.13f, 0.13f}, hair);
}

void add_walkers(Stage& stage) {
  Dice dice(81);
  const auto group = [&](float x, float z) {
    const int members = 1 + dice.below(3);
    for (int k = 0; k < members; ++k) {
      add_person(stage,
                 {x + dice.between(-0.5f, 0.5f) + 0.7f * static_cast<float>(k), 0.05f, z + dice.between(-0.7f, 0.7f)},
                 false, dice);
    }
  };
  for (int k = 0; k < 11; ++k) group(dice.between(kRightBank + 1.3f, -3.4f), dice.between(-30, 60));
  for (int k = 0; k < 9; ++k) {
    const float t = dice.unit();
    group(mix(-1.5f, 22, t), mix(-14, 47, t));
  }
  for (int k = 0; k < 7; ++k) {
    const float t = dice.unit();
    group(mix(-1, 46, t), mix(-34, 20, t));
  }
  for (int k = 0; k < 9; ++k) group(dice.between(4, 48), dice.between(48, 57));
  for (int k = 0; k < 6; ++k) group(27 + dice.between(-7, 7), 17 + (dice.chance(0.5f) ? 6.0f : -6.0f));
  for (int k = 0; k < 8; ++k) {
    const Vec3 rest{dice.between(2, 42), 0, dice.between(-16, 44)};
    add_person(stage, rest, true, dice);
    if (dice.chance(0.6f)) add_person(stage, rest + Vec3{0.9f, 0, 0.3f}, true, dice);
  }
}

void add_lamp(Stage& stage, Vec3 foot, int iron, int glass) {
  stage.world.frustum(foot, 0.16f, 0.10f, 0.7f, iron);
  stage.world.frustum(foot, 0.07f, 0.05f, 3.8f, iron);
  stage.world.ball(foot + Vec3{0, 4.05f, 0}, {0.26f, 0.30f, 0.26f}, glass);
  stage.world.frustum(foot + Vec3{0, 4.2f, 0}, 0.30f, 0.03f, 0.35f, iron);
}

void add_furniture(Stage& stage) {
  const int iron = stage.plain({0.03f, 0.035f, 0.035f}), glass = stage.plain({0.80f, 0.76f, 0.66f});
  const int wood = stage.plain({0.26f, 0.16f, 0.08f});
  for (int k = 0; k < 9; ++k) {
    const float z = -30 + 11.0f * static_cast<float>(k);
    add_lamp(stage, {-3.4f, 0, z}, iron, glass);
    if (k % 2 == 0) stage.world.box({-3.6f, 0.42f, z + 4}, {0.5f, 0.08f, 1.8f}, 0, wood, wood);
    if (k % 2 == 0) stage.world.box({-3.3f, 0.5f, z + 4}, {0.08f, 0.5f, 1.8f}, 0, wood, wood);
  }
  for (int k = 0; k < 6; ++k) add_lamp(stage, {8 + 7.5f * static_cast<float>(k), 0, 48}, iron, glass);
  for (int k = 0; k < 6; ++k) add_lamp(stage, {44.5f, 0, -8 + 10.0f * static_cast<float>(k)}, iron, glass);
}

// A punt: an open hull of two sides, pointed at both ends.
void add_punt(Stage& stage, Vec3 middle, float yaw, Vec3 colour, Dice& dice) {
  const int hull = stage.plain(colour), inside = stage.plain(Vec3{0.34f, 0.21f, 0.11f});
  const Vec3 along{std::sin(yaw), 0, std::cos(yaw)}, aside{std::cos(yaw), 0, -std::sin(yaw)}, up{0, 0.45f, 0};
  World& w = stage.world;
  const Vec3 foot{middle.x, kWaterLevel - 0.05f, middle.z};
  for (const float s : {-1.0f, 1.0f}) {
    const Vec3 flank = foot + aside * (0.75f * s);
    w.patch(flank - along * 2, along * 4, up + aside * (0.12f * s), hull);
    for (const float e : {-1.0f, 1.0f})
      w.patch(flank + along * (2 * e), along * (1.5f * e) - aside * (0.75f * s), up, hull);
  }
  w.patch(foot - along * 2.2f - aside * 0.7f + Vec3{0, 0.12f, 0}, along * 4.4f, aside * 1.4f, inside);
  for (const float seat : {-1.2f, 0.2f, 1.4f}) {
    w.patch(foot + along * seat - aside * 0.75f + Vec3{0, 0.36f, 0}, along * 0.35f, aside * 1.5f, inside);
    add_person(stage, foot + along * (seat + 0.1f) + Vec3{0, 0.36f, 0}, true, dice);
  }
}

void add_boats(Stage& stage) {
  Dice dice(82);
  add_punt(stage, {-13.5f, 0, -14}, 0.25f, {0.34f, 0.13f, 0.06f}, dice);
  add_punt(stage, {-20.5f, 0, 8}, -0.15f, {0.10f, 0.20f, 0.22f}, dice);
  add_punt(stage, {-14.0f, 0, 30}, 0.05f, {0.42f, 0.34f, 0.18f}, dice);
  // A narrowboat moored at the left quay.
  const int hull = stage.plain({0.035f, 0.07f, 0.06f}), cabin = stage.plain({0.40f, 0.08f, 0.05f}),
            roof = stage.plain({0.55f, 0.50f, 0.40f});
  Material side{.finish = Finish::facade, .colour = {0.42f, 0.07f, 0.045f}, .seed = 83};
  side.facade = {.wall = Finish::plain,
                 .trim = {0.62f, 0.50f, 0.20f},
                 .bay = 1.7f,
                 .storey = 3,
                 .width = 0.8f,
                 .height = 0.5f,
                 .sill = 0.4f,
                 .plinth = 0,
                 .columns = 1,
                 .rows = 1};
  const Vec3 middle{kLeftBank + 1.6f, kWaterLevel - 0.3f, 17};
  stage.world.box(middle, {2.3f, 1.1f, 14}, 0, hull, roof);
  stage.world.box(middle + Vec3{0, 1.1f, 0.8f}, {1.9f, 1.2f, 10}, 0, stage.add(side), roof);
  stage.world.box(middle + Vec3{0, 2.3f, 3}, {0.4f, 0.4f, 0.4f}, 0, cabin, cabin);
}

}  // namespace

void add_people(Stage& stage) {
  add_walkers(stage);
  add_furniture(stage);
  add_boats(stage);
}

}  // namespace samples
