// Wet paint on canvas: colour, and thickness for the light to catch. Strokes are bent ribbons with bristle marks.
#pragma once

#include <cstddef>
#include <vector>

#include "impasto/image.h"
#include "vec.h"

namespace samples {

struct Point {
  float x = 0, y = 0;
};

struct Stroke {
  std::vector<Point> path;  ///< picture coordinates, one point every few pixels
  float width = 8;          ///< picture pixels
  Vec3 colour;              ///< sRGB
  Vec3 second;              ///< the other colour on the brush, seen in some bristles
  float body = 1;           ///< thickness of the paint
  int seed = 0;
};

class Canvas {
 public:
  /// `scale` canvas cells to a picture pixel, each way.
  Canvas(int width, int height, int scale, Vec3 ground);

  void paint(const Stroke& stroke);
  /// Colour under a picture point.
  Vec3 colour_at(Point p) const;
  /// Lights the relief from the upper left and shrinks to the size of the picture.
  impasto::Image varnish() const;

 private:
  // What a stroke does at one cell: how far along (0..1) and across (-1..1), and the squared distance to the middle
  // line.
  struct Touch {
    float along, across, square;
  };
  void lay(const Stroke& stroke, std::size_t cell, const Touch& touch, float length, float half);
  Vec3 lit(int x, int y) const;
  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x);
  }

  int width_, height_, scale_;
  std::vector<Vec3> colour_;
  std::vector<float> height_map_;
  std::vector<Touch> touches_;
};

}  // namespace samples
