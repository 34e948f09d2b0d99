// What the painter looks at: for each point of the picture a subject, the way the brush runs, and the paint to take.
#pragma once

#include "canvas.h"
#include "vec.h"

namespace samples {

enum class Subject { sky, disc, far_hill, hill, water, meadow, field, poplar };

struct Paint {
  Vec3 colour, second;
};

struct Disc {
  Point centre;
  float radius, halo;  ///< of the body and of the light round it
  float warmth;        ///< 0 cream, 1 orange
};

inline constexpr int kDiscs = 5;
const Disc& disc(int k);

Subject subject_at(Point p);
/// Unit direction of the brush.
Point flow_at(Point p);
/// Chosen from the subject's palette by the dice; `detail` 0 for the first broad layer to 1 for the last.
Paint paint_at(Point p, float detail, Dice& dice);

/// A poplar's half width at a height, 0 above its tip; k = 0..3.
inline constexpr int kPoplars = 4;
float poplar_half_width(int k, float y);
float poplar_middle(int k, float y);
struct Trunk {
  float x, top, foot, width;
};
const Trunk& poplar(int k);

/// Paint for a disc's body or halo at a distance from its centre.
Paint disc_paint(const Disc& disc, float distance, Dice& dice);

/// Light from the discs on a point, 0..1.
float glow_at(Point p);

}  // namespace samples
