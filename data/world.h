// The solids of the scene and the question a renderer asks of them: what does this ray meet first? Metres, y up, z away
// from the viewer. Shapes refer to materials by number; see material.h for what the numbers mean.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "vec.h"

namespace samples {

struct Ray {
  Vec3 origin, direction;  ///< direction has length 1
};

struct Hit {
  float distance = std::numeric_limits<float>::infinity();
  int shape = -1;
  float u = 0, v = 0;  ///< metres along the surface; for discs -1..1
  Vec3 point, normal;  ///< normal on the side the ray came from
  Vec3 tangent;        ///< direction of growing u
  int material = 0;
  bool found() const { return shape >= 0; }
};

class World {
 public:
  /// A parallelogram origin + s*u + t*v, or the triangle of its first half.
  void patch(Vec3 origin, Vec3 u, Vec3 v, int material, bool triangle = false);
  /// An ellipsoid.
  void ball(Vec3 centre, Vec3 radii, int material);
  /// The mantle of an upright cylinder or cone; no lids.
  void frustum(Vec3 base, float bottom_radius, float top_radius, float height, int material);
  void disc(Vec3 centre, Vec3 normal, float radius, int material);
  /// A box standing on `base` (middle of its footprint), turned by `yaw` radians; the roof may differ.
  void box(Vec3 base, Vec3 size, float yaw, int wall, int roof);

  /// Call once, after the last shape and before the first question.
  void build();
  Hit intersect(const Ray& ray) const;
  bool blocked(const Ray& ray, float far) const;
  std::size_t size() const { return shapes_.size(); }

 private:
  static constexpr int kBins = 12;  // of the hierarchy's splits
  enum class Kind : std::uint8_t { patch, triangle, ball, frustum, disc };
  struct Shape {
    Vec3 a, b, c;
    std::int32_t material;
    Kind kind;
  };
  struct Bounds {
    Vec3 low{1e30f, 1e30f, 1e30f}, high{-1e30f, -1e30f, -1e30f};
    void add(Vec3 p);
    void add(const Bounds& other);
    float area() const;
  };
  // A node with count > 0 is a leaf over shapes [first, first+count); else its children are first and first+1.
  struct Node {
    Bounds bounds;
    std::int32_t first, count;
  };

  static Bounds bounds_of(const Shape& shape);
  static bool meet(const Shape& shape, const Ray& ray, float& far, float& u, float& v);
  static bool meet_patch(const Shape& shape, const Ray& ray, float& far, float& u, float& v);
  static bool meet_ball(const Shape& shape, const Ray& ray, float& far);
  static bool meet_frustum(const Shape& shape, const Ray& ray, float& far, float& v);
  static bool meet_disc(const Shape& shape, const Ray& ray, float& far);
  static int cheapest_cut(const std::array<Bounds, kBins>& bins, const std::array<int, kBins>& filled);
  void split(int node, std::vector<Bounds>& boxes);
  void finish(Hit& hit, const Ray& ray) const;
  template <class Visit>
  void walk(const Ray& ray, float& far, Visit&& visit) const;

  std::vector<Shape> shapes_;
  std::vector<Node> nodes_;
};

}  // namespace samples
