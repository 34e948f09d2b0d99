// Trees and bushes: clumps of small leaf discs round a trunk, turned mostly outwards so that clumps shade like solids.
#include <array>
#include <cmath>
#include <cstddef>

#include "stage.h"

namespace samples {
namespace {

struct Tree {
  Vec3 foot;
  float height, spread;  // metres; spread is the radius of the crown
  int leaves, kind;
  float leaf = 0.24f;  // radius
};

enum Kind { green, olive, gold, rust, poplar, rose, sun, kinds };

class Forester {
 public:
  explicit Forester(Stage& stage)
      : stage_(stage), bark_(stage.add({.finish = Finish::bark, .colour = {0.16f, 0.12f, 0.09f}, .seed = 71})) {
    constexpr std::array<std::array<Vec3, 2>, kinds> kLeaves{{{{{0.060f, 0.112f, 0.030f}, {0.120f, 0.170f, 0.045f}}},
                                                              {{{0.100f, 0.125f, 0.040f}, {0.170f, 0.180f, 0.060f}}},
                                                              {{{0.280f, 0.190f, 0.040f}, {0.380f, 0.270f, 0.060f}}},
                                                              {{{0.200f, 0.080f, 0.030f}, {0.300f, 0.150f, 0.050f}}},
                                                              {{{0.042f, 0.085f, 0.028f}, {0.085f, 0.130f, 0.040f}}},
                                                              {{{0.070f, 0.120f, 0.035f}, {0.620f, 0.060f, 0.110f}}},
                                                              {{{0.080f, 0.130f, 0.035f}, {0.700f, 0.500f, 0.050f}}}}};
    for (std::size_t k = 0; k < kinds; ++k) {
      leaf_[k] = stage.add(
          {.finish = Finish::leaf, .colour = kLeaves[k][0], .accent = kLeaves[k][1], .seed = 72 + static_cast<int>(k)});
    }
  }

  void plant(const Tree& tree) {
    Dice dice(7000 + planted_++);
    const bool slender = tree.kind == poplar;
    const float bare = tree.height * (slender ? 0.08f : 0.28f);
    const float girth = 0.05f + tree.height * 0.022f;
    stage_.world.frustum(tree.foot, girth, girth * 0.4f, tree.height * 0.8f, bark_);
    const Vec3 radii{tree.spread, (tree.height - bare) * 0.5f, tree.spread};
    const Vec3 middle = tree.foot + Vec3{0, bare + radii.y, 0};
    const int clumps = slender ? 40 : 44;
    for (int k = 0; k < clumps; ++k) {
      // Clump centres fill the crown's outer shell.
      const Vec3 way = direction(dice);
      const Vec3 centre = middle + way * radii * dice.between(0.35f, 0.82f);
      const float size = (slender ? 0.60f : 0.36f) * tree.spread * dice.between(0.60f, 1.30f);
      clump(centre, size, tree.leaves / clumps, tree, dice);
    }
  }

  void bush(Vec3 foot, float size, int leaves, int kind, float leaf) {
    Dice dice(9000 + planted_++);
    const Tree as{foot, size, size, leaves, kind, leaf};
    for (int k = 0; k < 4; ++k) {
      const Vec3 centre =
          foot + Vec3{dice.between(-0.6f, 0.6f), dice.between(0.3f, 0.6f), dice.between(-0.6f, 0.6f)} * size;
      clump(centre, size * 0.55f, leaves / 4, as, dice);
    }
  }

 private:
  static Vec3 direction(Dice& dice) {
    const float z = dice.between(-1, 1), turn = dice.between(0, 2 * kPi), r = std::sqrt(1 - z * z);
    return {r * std::cos(turn), z, r * std::sin(turn)};
  }

  void clump(Vec3 centre, float size, int leaves, const Tree& tree, Dice& dice) {
    for (int k = 0; k < leaves; ++k) {
      const Vec3 way = direction(dice);
      const Vec3 place = centre + way * Vec3{size, size * 0.72f, size} * std::sqrt(dice.between(0.25f, 1.1f));
      const Vec3 facing = way + direction(dice) * 0.75f + Vec3{0, 0.35f, 0};
      const bool odd = dice.chance(0.06f) && tree.kind < gold;
      const int kind = odd ? olive : tree.kind;
      stage_.world.disc(place, facing, tree.leaf * dice.between(0.6f, 1.2f), leaf_[static_cast<std::size_t>(kind)]);
    }
  }

  Stage& stage_;
  int bark_;
  std::array<int, kinds> leaf_{};
  int planted_ = 0;
};

void plant_quad(Forester& forester) {
  Dice dice(73);
  // The promenade's row.
  for (int k = 0; k < 8; ++k) {
    const float z = -24 + 11.0f * static_cast<float>(k);
    const int kind = k % 3 == 1 ? gold : k % 4 == 0 ? olive : green;
    forester.plant({{-1.6f + dice.between(-0.3f, 0.3f), 0, z},
                    dice.between(5.6f, 7.4f),
                    dice.between(1.9f, 2.5f),
                    6500,
                    kind,
                    0.085f});
  }
  constexpr std::array<std::array<float, 5>, 13> kLawn{{{10, 38, 9, 3.4f, green},
                                                        {14, 44, 8, 3.0f, rust},
                                                        {40, 40, 10, 3.8f, green},
                                                        {42, 28, 11, 4.2f, olive},
                                                        {38, 6, 10, 3.8f, gold},
                                                        {34, -6, 9, 3.6f, green},
                                                        {12, 4, 7, 2.6f, green},
                                                        {44, 52, 9, 3.2f, green},
                                                        {8, 56, 12, 1.5f, poplar},
                                                        {11.5f, 57, 13, 1.6f, poplar},
                                                        {43, 61, 12, 1.5f, poplar},
                                                        {46.5f, 60, 13, 1.6f, poplar},
                                                        {13.5f, -22.5f, 14.5f, 4.4f, green}}};
  for (const auto& t : kLawn) {
    const bool near = t[1] < -20;
    forester.plant({{t[0], 0, t[1]}, t[2], t[3], near ? 42000 : 8000, static_cast<int>(t[4]), near ? 0.075f : 0.12f});
  }
  // Behind the viewer's shoulder, seen only by their shadows on the lawn.
  forester.plant({{24, 0, -36}, 13, 4.4f, 5000, green, 0.2f});
  forester.plant({{38, 0, -27}, 14, 4.6f, 5000, green, 0.2f});
  forester.plant({{53, 0, -12}, 15, 5.0f, 5000, green, 0.2f});
  for (int k = 0; k < 22; ++k) {
    const float x = 8 + 1.9f * static_cast<float>(k);
    if (x > 15 && x < 41) continue;
    forester.bush({x, 0, 63.6f + dice.between(-0.4f, 0.4f)}, dice.between(1.0f, 1.6f), 700, dice.below(2), 0.11f);
  }
}

void plant_town(Forester& forester) {
  Dice dice(74);
  for (int k = 0; k < 12; ++k) {
    const float z = 6 + 13.0f * static_cast<float>(k) + dice.between(-3, 3);
    if (std::fabs(z - 47) < 7) continue;
    forester.plant(
        {{kLeftBank - 2, -0.6f, z}, dice.between(4.5f, 7.5f), dice.between(1.6f, 2.4f), 4200, dice.below(4), 0.10f});
  }
  for (int k = 0; k < 10; ++k) {
    forester.bush({kLeftBank - 0.2f, -0.3f, -6 + 9.0f * static_cast<float>(k) + dice.between(-3, 3)},
                  dice.between(0.8f, 1.5f), 900, green, 0.09f);
  }
  // A wooded bend closes the view up the river.
  for (int k = 0; k < 14; ++k) {
    forester.plant({{-56 + 6.0f * static_cast<float>(k), -1, 330 + dice.between(-12, 12)},
                    dice.between(11, 17),
                    dice.between(4, 6),
                    900,
                    dice.below(4),
                    0.6f});
  }
  // Street trees and gardens among the roofs, one large leaf standing for many.
  for (int k = 0; k < 90; ++k) {
    const float z = dice.between(96, 300), x = dice.between(-0.5f, 0.75f) * z - 10;
    if (x > kLeftBank - 3 && x < kRightBank) continue;
    forester.plant({{x, 0, z}, dice.between(9, 16), dice.between(3.5f, 6), 1800, dice.below(4), 0.36f});
  }
}

// Beds of flowers round the fountain and along the promenade: low leaves, with petals among them.
void plant_beds(Forester& forester) {
  Dice dice(75);
  for (int k = 0; k < 40; ++k) {
    const float turn = 2 * kPi * static_cast<float>(k) / 40;
    if (std::fabs(std::cos(turn)) > 0.96f || std::fabs(std::sin(turn)) > 0.94f) continue;
    const int kind = k % 5 == 0 ? rose : k % 5 == 2 ? sun : green;
    forester.bush({27.5f + 8.6f * std::cos(turn), 0, 17 + 8.6f * std::sin(turn)}, dice.between(0.6f, 0.9f), 200, kind,
                  0.09f);
  }
  for (int k = 0; k < 70; ++k) {
    const float z = -32 + 1.1f * static_cast<float>(k);
    if (std::fabs(z - 17) < 2.5f) continue;
    const int kind = dice.chance(0.3f) ? rose : dice.chance(0.3f) ? sun : green;
    forester.bush({-2.4f, 0, z}, dice.between(0.45f, 0.75f), 260, kind, 0.06f);
  }
}

}  // namespace

void add_nature(Stage& stage) {
  Forester forester(stage);
  plant_quad(forester);
  plant_beds(forester);
  plant_town(forester);
}

}  // namespace samples
