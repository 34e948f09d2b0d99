// The town: river and quays, the stone bridge, old houses on the left bank, rooftops and the skyline.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "stage.h"

namespace samples {
namespace {

constexpr float kBridgeZ = 44, kBridgeDepth = 7;

void add_river(Stage& stage) {
  const int water = stage.add({.finish = Finish::water, .colour = {0.022f, 0.040f, 0.032f}, .seed = 51});
  const int wall = stage.add({.finish = Finish::stone, .colour = {0.38f, 0.34f, 0.28f}, .seed = 52});
  const int coping = stage.add({.finish = Finish::stone, .colour = {0.50f, 0.46f, 0.39f}, .seed = 53});
  const int quay = stage.add({.finish = Finish::gravel, .colour = {0.36f, 0.32f, 0.27f}, .seed = 54});
  add_floor(stage, kLeftBank - 1, -120, kRightBank + 1, 900, kWaterLevel, water);
  add_floor(stage, -900, -120, kLeftBank, 900, -0.6f, quay);
  const float length = 1020;
  stage.world.patch({kRightBank, -5, -120}, {0, 0, length}, {0, 5, 0}, wall);
  stage.world.patch({kLeftBank, -5, -120}, {0, 0, length}, {0, 4.4f, 0}, wall);
  stage.world.box({kRightBank + 0.25f, 0, 100}, {0.5f, 0.75f, 440}, 0, coping, coping);
  stage.world.box({kRightBank + 0.25f, 0.75f, 100}, {0.7f, 0.18f, 440}, 0, coping, coping);
  stage.world.box({kLeftBank - 0.25f, -0.6f, 100}, {0.5f, 0.7f, 440}, 0, coping, coping);
  // Buttresses every 9 m break the long wall.
  for (int k = 0; k < 26; ++k) {
    stage.world.box({kRightBank, -5, -60 + 9.0f * static_cast<float>(k)}, {0.9f, 6.0f, 1.1f}, 0, coping, coping);
  }
}

// Height of the vault's underside over one span, t = 0..1.
float vault(float t) { return -2.3f + 3.1f * std::sqrt(std::max(0.0f, 1 - (2 * t - 1) * (2 * t - 1))); }

float deck(float x) {
  const float middle = (kLeftBank + kRightBank) * 0.5f, half = (kRightBank - kLeftBank) * 0.5f;
  const float u = (x - middle) / half;
  return 0.4f + 1.5f * (1 - u * u);
}

void add_arch(Stage& stage, float x0, float x1, int stone, int ring) {
  constexpr int kSteps = 18;
  World& w = stage.world;
  const Vec3 into{0, 0, kBridgeDepth};
  for (int k = 0; k < kSteps; ++k) {
    const float t0 = static_cast<float>(k) / kSteps, t1 = static_cast<float>(k + 1) / kSteps;
    const Vec3 a{mix(x0, x1, t0), vault(t0), kBridgeZ}, b{mix(x0, x1, t1), vault(t1), kBridgeZ};
    const Vec3 up_a{0, deck(a.x) + 1 - a.y, 0}, up_b{0, deck(b.x) + 1 - b.y, 0};
    w.patch(a, b - a, into, stone);
    for (const Vec3 shift : {Vec3{}, into}) {
      w.patch(a + shift, b - a, up_a, stone, true);
      w.patch(b + up_b + shift, (a + up_a) - (b + up_b), -up_b, stone, true);
    }
    // The ring of voussoirs, alternating pale and dark.
    const Vec3 middle{(x0 + x1) * 0.5f, -2.3f, kBridgeZ}, lift{0, 0, -0.12f};
    const Vec3 out_a = normalize(a - middle) * 0.6f, out_b = normalize(b - middle) * 0.6f;
    w.patch(a + lift, b - a, out_a, k % 2 ? ring : stone, true);
    w.patch(b + out_b + lift, (a + out_a) - (b + out_b), -out_b, k % 2 ? ring : stone, true);
  }
}

void add_bridge(Stage& stage) {
  World& w = stage.world;
  const int stone = stage.add({.finish = Finish::stone, .colour = {0.50f, 0.42f, 0.31f}, .seed = 55});
  const int pale = stage.add({.finish = Finish::stone, .colour = {0.62f, 0.55f, 0.44f}, .seed = 56});
  constexpr float kPier = 1.3f;
  const float span = (kRightBank - kLeftBank + kPier) / 3;
  for (int k = 0; k < 3; ++k) {
    const float x0 = kLeftBank + span * static_cast<float>(k);
    add_arch(stage, x0, x0 + span - kPier, stone, pale);
    if (k == 0) continue;
    w.box({x0 - kPier * 0.5f, -5, kBridgeZ + kBridgeDepth * 0.5f}, {kPier, 5.5f + deck(x0), kBridgeDepth}, 0, stone,
          stone);
    w.frustum({x0 - kPier * 0.5f, -5, kBridgeZ}, 1.0f, 1.0f, 4.6f, pale);
    w.frustum({x0 - kPier * 0.5f, -0.4f, kBridgeZ}, 1.0f, 0.1f, 1.2f, pale);
  }
  constexpr int kSlabs = 22;
  for (int k = 0; k < kSlabs; ++k) {
    const float x0 = mix(kLeftBank, kRightBank, static_cast<float>(k) / kSlabs);
    const float x1 = mix(kLeftBank, kRightBank, static_cast<float>(k + 1) / kSlabs);
    const Vec3 along{x1 - x0, deck(x1) - deck(x0), 0};
    w.patch({x0, deck(x0), kBridgeZ}, along, {0, 0, kBridgeDepth}, pale);
    for (const float z : {kBridgeZ - 0.2f, kBridgeZ + kBridgeDepth + 0.2f}) {
      w.patch({x0, deck(x0) + 0.95f, z - 0.2f}, along, {0, 0, 0.4f}, pale);
      w.patch({x0, deck(x0) + 0.65f, z - 0.2f}, along, {0, 0.3f, 0}, pale);
    }
  }
}

Material plaster(int seed) {
  constexpr std::array<Vec3, 9> kColours{{{0.62f, 0.40f, 0.15f},
                                          {0.64f, 0.55f, 0.40f},
                                          {0.55f, 0.24f, 0.17f},
                                          {0.58f, 0.50f, 0.42f},
                                          {0.42f, 0.47f, 0.42f},
                                          {0.66f, 0.60f, 0.50f},
                                          {0.60f, 0.34f, 0.28f},
                                          {0.46f, 0.29f, 0.16f},
                                          {0.40f, 0.47f, 0.54f}}};
  constexpr std::array<Vec3, 4> kShutters{
      {{0.07f, 0.16f, 0.10f}, {0.22f, 0.07f, 0.05f}, {0.10f, 0.15f, 0.22f}, {0.20f, 0.14f, 0.08f}}};
  Dice dice(seed);
  Material wall{.finish = Finish::facade, .seed = seed};
  wall.colour = kColours[static_cast<std::size_t>(dice.below(9))];
  wall.accent = kShutters[static_cast<std::size_t>(dice.below(4))];
  wall.facade = {.wall = dice.chance(0.2f) ? Finish::brick : Finish::plain,
                 .trim = {0.60f, 0.56f, 0.48f},
                 .bay = dice.between(2.0f, 2.8f),
                 .storey = dice.between(2.9f, 3.4f),
                 .width = dice.between(0.95f, 1.2f),
                 .height = dice.between(1.5f, 1.8f),
                 .sill = 0.9f,
                 .plinth = 0.5f,
                 .shutters = dice.chance(0.5f),
                 .columns = 2,
                 .rows = 3,
                 .course = dice.chance(0.3f)};
  return wall;
}

Material roof_tiles(int seed) {
  Dice dice(seed + 5000);
  const Vec3 red = mix(Vec3{0.36f, 0.13f, 0.06f}, Vec3{0.24f, 0.11f, 0.07f}, dice.unit());
  const Vec3 base = dice.chance(0.2f) ? Vec3{0.16f, 0.16f, 0.17f} : red;
  return {.finish = Finish::tiles, .colour = base, .accent = base * 0.7f, .seed = seed};
}

// Gables shoulder to shoulder along the left bank, every one a little different.
void add_waterfront(Stage& stage) {
  Dice dice(61);
  float z = -24;
  for (int k = 0; z < 330; ++k) {
    const float width = dice.between(7.5f, 11.5f);
    const bool gable_on = dice.chance(0.68f);
    const float depth = dice.between(11, 14), eaves = dice.between(8.5f, 13.0f);
    const float front = kLeftBank - 4.2f - dice.between(0.0f, 1.2f);
    House house{.base = {front - depth * 0.5f, -0.6f, z + width * 0.5f},
                .size = {},
                .wall = plaster(721 + k),
                .roof = roof_tiles(721 + k)};
    house.chimneys = 1 + dice.below(2);
    if (gable_on) {
      house.size = {width, eaves, depth};
      house.yaw = kPi * 0.5f;
      house.rise = width * dice.between(0.55f, 0.75f);
    } else {
      house.size = {depth, eaves, width};
      house.rise = depth * dice.between(0.36f, 0.45f);
      house.dormers = 2;
    }
    // Leave the street to the bridge open.
    const bool street = z + width > kBridgeZ - 1 && z < kBridgeZ + kBridgeDepth + 1;
    if (!street) add_house(stage, house);
    z = street ? kBridgeZ + kBridgeDepth + 1 : z + width + 0.05f;
  }
}

// Roofs between the waterfront, the campus and the high-rises.
void add_rooftops(Stage& stage) {
  Dice dice(62);
  for (int k = 0; k < 250; ++k) {
    const float z = dice.between(104, 300), x = dice.between(-180, 190);
    const bool in_river = x > kLeftBank - 24 && x < kRightBank + 14;
    if (in_river) continue;
    const bool broad = dice.chance(0.5f);
    House house{.base = {x, -0.5f, z},
                .size = {dice.between(9, 14), dice.between(8, 15), dice.between(12, 20)},
                .rise = dice.between(3.5f, 6.0f),
                .yaw = (broad ? kPi * 0.5f : 0.0f) + dice.between(-0.25f, 0.25f),
                .wall = plaster(1500 + k),
                .roof = roof_tiles(1500 + k)};
    house.wall.facade.top = house.size.y;
    house.chimneys = dice.below(3);
    add_house(stage, house);
  }
  // A church steeple on the left bank.
  const int stone = stage.add({.finish = Finish::stone, .colour = {0.45f, 0.38f, 0.30f}, .seed = 63});
  const int slate = stage.plain({0.12f, 0.15f, 0.17f});
  stage.world.box({-62, 0, 150}, {8, 27, 8}, 0.2f, stone, stone);
  stage.world.box({-62, 26, 150}, {8.8f, 1.2f, 8.8f}, 0.2f, stone, stone);
  stage.world.frustum({-62, 27, 150}, 4.6f, 0.1f, 17, slate);
}

void add_high_rise(Stage& stage, float x, float z, float width, float height, int seed) {
  constexpr std::array<Vec3, 5> kWalls{{{0.42f, 0.42f, 0.44f},
                                        {0.52f, 0.46f, 0.39f},
                                        {0.30f, 0.34f, 0.40f},
                                        {0.46f, 0.36f, 0.30f},
                                        {0.60f, 0.58f, 0.55f}}};
  Dice dice(seed);
  Material skin{.finish = Finish::tower,
                .colour = kWalls[static_cast<std::size_t>(dice.below(5))],
                .accent = {0.07f, 0.10f, 0.13f},
                .seed = seed};
  skin.facade.bay = dice.between(2.4f, 4.5f);
  skin.facade.storey = dice.between(3.4f, 4.2f);
  // Three families: punched windows, ribbons of glass, tall mullions.
  const int family = dice.below(3);
  skin.facade.sill = family == 0 ? 0.42f : family == 1 ? 0.50f : 0.12f;
  skin.facade.width = family == 0 ? 0.35f : family == 1 ? 0.03f : 0.30f;
  if (family == 2) skin.accent = {0.09f, 0.15f, 0.20f};
  const int wall = stage.add(skin), roof = stage.plain({0.25f, 0.25f, 0.25f});
  const float yaw = dice.between(-0.5f, 0.3f);
  World& w = stage.world;
  const float setback = dice.chance(0.55f) ? dice.between(0.55f, 0.8f) : 1.0f;
  w.box({x, 0, z}, {width, height * setback, width * dice.between(0.7f, 1.1f)}, yaw, wall, roof);
  if (setback < 1)
    w.box({x, height * setback, z}, {width * 0.7f, height * (1 - setback), width * 0.6f}, yaw, wall, roof);
  w.box({x, height, z}, {width * 0.35f, 4, width * 0.35f}, yaw, roof, roof);
  if (dice.chance(0.4f)) w.frustum({x, height + 4, z}, 0.7f, 0.1f, dice.between(10, 26), roof);
}

void add_skyline(Stage& stage) {
  // x, z, width, height: the cluster up the river, composed by hand so that no tower hides behind clock tower or dome.
  constexpr std::array<std::array<float, 4>, 15> kTowers{{{-215, 560, 34, 62},
                                                          {-178, 520, 28, 88},
                                                          {-152, 610, 36, 112},
                                                          {-118, 540, 26, 78},
                                                          {-100, 640, 34, 142},
                                                          {-66, 590, 30, 104},
                                                          {-40, 660, 38, 168},
                                                          {-12, 560, 26, 92},
                                                          {16, 640, 34, 124},
                                                          {146, 600, 34, 70},
                                                          {262, 560, 32, 84},
                                                          {300, 620, 38, 118},
                                                          {338, 560, 28, 76},
                                                          {382, 600, 40, 98},
                                                          {430, 620, 34, 66}}};
  int seed = 2600;
  for (const auto& t : kTowers) add_high_rise(stage, t[0], t[1], t[2], t[3], seed++);
  Dice dice(64);
  for (int k = 0; k < 130; ++k) {
    const float z = dice.between(330, 800);
    const float x = dice.between(-0.62f, 0.80f) * z;
    const float width = dice.between(16, 34), height = dice.between(14, 38);
    if (x > kLeftBank - 34 && x < kRightBank + 34 && z < 560) continue;  // keeps the view up the river open
    add_high_rise(stage, x, z, width, height, seed++);
  }
}

}  // namespace

void add_town(Stage& stage) {
  add_river(stage);
  add_bridge(stage);
  add_waterfront(stage);
  add_rooftops(stage);
  add_skyline(stage);
}

}  // namespace samples
