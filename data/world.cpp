#include "world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace samples {
namespace {

constexpr float kNear = 1e-3f;
constexpr int kLeafSize = 4;

float axis(Vec3 v, int k) { return k == 0 ? v.x : k == 1 ? v.y : v.z; }

}  // namespace

void World::Bounds::add(Vec3 p) {
  low = min(low, p);
  high = max(high, p);
}

void World::Bounds::add(const Bounds& other) {
  low = min(low, other.low);
  high = max(high, other.high);
}

float World::Bounds::area() const {
  const Vec3 d = high - low;
  return d.x < 0 ? 0.0f : d.x * d.y + d.y * d.z + d.z * d.x;
}

void World::patch(Vec3 origin, Vec3 u, Vec3 v, int material, bool triangle) {
  shapes_.push_back({origin, u, v, material, triangle ? Kind::triangle : Kind::patch});
}

void World::ball(Vec3 centre, Vec3 radii, int material) {
  shapes_.push_back({centre, radii, {}, material, Kind::ball});
}

void World::frustum(Vec3 base, float bottom_radius, float top_radius, float height, int material) {
  shapes_.push_back({base, {bottom_radius, top_radius, height}, {}, material, Kind::frustum});
}

void World::disc(Vec3 centre, Vec3 normal, float radius, int material) {
  shapes_.push_back({centre, normalize(normal), {radius, 0, 0}, material, Kind::disc});
}

void World::box(Vec3 base, Vec3 size, float yaw, int wall, int roof) {
  const Vec3 right{std::cos(yaw), 0, std::sin(yaw)}, deep{-std::sin(yaw), 0, std::cos(yaw)};
  const Vec3 w = right * size.x, d = deep * size.z, up{0, size.y, 0};
  const Vec3 corner = base - w * 0.5f - d * 0.5f;
  patch(corner, w, up, wall);
  patch(corner + w, d, up, wall);
  patch(corner + w + d, -w, up, wall);
  patch(corner + d, -d, up, wall);
  patch(corner + up, w, d, roof);
  patch(corner, w, d, roof);
}

World::Bounds World::bounds_of(const Shape& s) {
  Bounds out;
  switch (s.kind) {
    case Kind::patch:
      out.add(s.a + s.b + s.c);
      [[fallthrough]];
    case Kind::triangle:
      out.add(s.a);
      out.add(s.a + s.b);
      out.add(s.a + s.c);
      break;
    case Kind::ball:
      out.add(s.a - s.b);
      out.add(s.a + s.b);
      break;
    case Kind::frustum: {
      const float r = std::max(s.b.x, s.b.y);
      out.add(s.a - Vec3{r, 0, r});
      out.add(s.a + Vec3{r, s.b.z, r});
      break;
    }
    case Kind::disc: {
      const float r = s.c.x;
      out.add(s.a - Vec3{r, r, r});
      out.add(s.a + Vec3{r, r, r});
      break;
    }
  }
  return out;
}

// The four below solve for the nearest distance in (kNear, far); on success far, u and v are replaced.

bool World::meet_patch(const Shape& s, const Ray& ray, float& far, float& u, float& v) {
  const Vec3 p = cross(ray.direction, s.c);
  const float det = dot(s.b, p);
  if (std::fabs(det) < 1e-12f) return false;
  const float inverse = 1.0f / det;
  const Vec3 o = ray.origin - s.a;
  const float pu = dot(o, p) * inverse;
  if (pu < 0 || pu > 1) return false;
  const Vec3 q = cross(o, s.b);
  const float pv = dot(ray.direction, q) * inverse;
  if (pv < 0 || (s.kind == Kind::patch ? pv : pu + pv) > 1) return false;
  const float t = dot(s.c, q) * inverse;
  if (t <= kNear || t >= far) return false;
  far = t, u = pu, v = pv;
  return true;
}

bool World::meet_ball(const Shape& s, const Ray& ray, float& far) {
  const Vec3 scale{1 / s.b.x, 1 / s.b.y, 1 / s.b.z};
  const Vec3 o = (ray.origin - s.a) * scale, d = ray.direction * scale;
  const float a = dot(d, d), b = dot(o, d), root = b * b - a * (dot(o, o) - 1);
  if (root < 0) return false;
  const float side = std::sqrt(root);
  for (const float t : {(-b - side) / a, (-b + side) / a}) {
    if (t <= kNear || t >= far) continue;
    far = t;
    return true;
  }
  return false;
}

bool World::meet_frustum(const Shape& s, const Ray& ray, float& far, float& v) {
  const Vec3 o = ray.origin - s.a, d = ray.direction;
  const float slope = (s.b.y - s.b.x) / s.b.z, radius = s.b.x + slope * o.y, grow = slope * d.y;
  const float a = d.x * d.x + d.z * d.z - grow * grow;
  const float b = o.x * d.x + o.z * d.z - radius * grow;
  const float c = o.x * o.x + o.z * o.z - radius * radius;
  const float root = b * b - a * c;
  if (root < 0 || std::fabs(a) < 1e-9f) return false;
  const float side = std::sqrt(root);
  for (const float t : {(-b - side) / a, (-b + side) / a}) {
    const float y = o.y + t * d.y;
    if (t <= kNear || t >= far || y < 0 || y > s.b.z) continue;
    far = t, v = y;
    return true;
  }
  return false;
}

bool World::meet_disc(const Shape& s, const Ray& ray, float& far) {
  const float facing = dot(ray.direction, s.b);
  if (std::fabs(facing) < 1e-6f) return false;
  const Vec3 o = ray.origin - s.a;
  const float t = -dot(o, s.b) / facing;
  if (t <= kNear || t >= far) return false;
  const Vec3 p = o + ray.direction * t;
  if (dot(p, p) > s.c.x * s.c.x) return false;
  far = t;
  return true;
}

bool World::meet(const Shape& s, const Ray& ray, float& far, float& u, float& v) {
  switch (s.kind) {
    case Kind::patch:
    case Kind::triangle:
      return meet_patch(s, ray, far, u, v);
    case Kind::ball:
      return meet_ball(s, ray, far);
    case Kind::frustum:
      return meet_frustum(s, ray, far, v);
    case Kind::disc:
      return meet_disc(s, ray, far);
  }
  return false;
}

void World::build() {
  std::vector<Bounds> boxes;
  boxes.reserve(shapes_.size());
  Bounds all;
  for (const Shape& s : shapes_) {
    boxes.push_back(bounds_of(s));
    all.add(boxes.back());
  }
  nodes_.clear();
  nodes_.reserve(shapes_.size() * 2);
  nodes_.push_back({all, 0, static_cast<std::int32_t>(shapes_.size())});
  split(0, boxes);
}

// Surface-area heuristic: the first bin of the right side for which area times count is least.
int World::cheapest_cut(const std::array<Bounds, kBins>& bins, const std::array<int, kBins>& filled) {
  int best = 1;
  float best_cost = std::numeric_limits<float>::infinity();
  for (int cut = 1; cut < kBins; ++cut) {
    Bounds left, right;
    int left_count = 0, right_count = 0;
    for (int k = 0; k < kBins; ++k) {
      (k < cut ? left : right).add(bins[static_cast<std::size_t>(k)]);
      (k < cut ? left_count : right_count) += filled[static_cast<std::size_t>(k)];
    }
    const float cost = left.area() * static_cast<float>(left_count) + right.area() * static_cast<float>(right_count);
    if (left_count > 0 && right_count > 0 && cost < best_cost) best_cost = cost, best = cut;
  }
  return best;
}

// Bins lie on the widest axis of the centres.
void World::split(int node, std::vector<Bounds>& boxes) {
  const int first = nodes_[static_cast<std::size_t>(node)].first, count = nodes_[static_cast<std::size_t>(node)].count;
  if (count <= kLeafSize) return;
  const auto centre = [](const Bounds& b) { return (b.low + b.high) * 0.5f; };
  Bounds middle;
  for (int k = first; k < first + count; ++k) middle.add(centre(boxes[static_cast<std::size_t>(k)]));
  const Vec3 span = middle.high - middle.low;
  const int k_axis = span.x >= span.y && span.x >= span.z ? 0 : span.y >= span.z ? 1 : 2;
  if (axis(span, k_axis) < 1e-6f) return;
  const auto bin_of = [&](const Bounds& b) {
    const float place = (axis(centre(b), k_axis) - axis(middle.low, k_axis)) / axis(span, k_axis);
    return std::min(kBins - 1, static_cast<int>(place * kBins));
  };
  std::array<Bounds, kBins> bins;
  std::array<int, kBins> filled{};
  for (int k = first; k < first + count; ++k) {
    const Bounds& b = boxes[static_cast<std::size_t>(k)];
    const auto bin = static_cast<std::size_t>(bin_of(b));
    bins[bin].add(b);
    ++filled[bin];
  }
  const int best = cheapest_cut(bins, filled);
  int end = first;
  for (int k = first; k < first + count; ++k) {
    if (bin_of(boxes[static_cast<std::size_t>(k)]) >= best) continue;
    std::swap(boxes[static_cast<std::size_t>(k)], boxes[static_cast<std::size_t>(end)]);
    std::swap(shapes_[static_cast<std::size_t>(k)], shapes_[static_cast<std::size_t>(end)]);
    ++end;
  }
  if (end == first || end == first + count) return;
  Bounds left, right;
  for (int k = first; k < first + count; ++k) (k < end ? left : right).add(boxes[static_cast<std::size_t>(k)]);
  const int child = static_cast<int>(nodes_.size());
  nodes_.push_back({left, first, end - first});
  nodes_.push_back({right, end, first + count - end});
  nodes_[static_cast<std::size_t>(node)].first = child;
  nodes_[static_cast<std::size_t>(node)].count = 0;
  split(child, boxes);
  split(child + 1, boxes);
}

// Calls visit(shape number) for every shape in a leaf the ray may reach before `far`; visit may shorten `far` and
// returns true to stop.
template <class Visit>
void World::walk(const Ray& ray, float& far, Visit&& visit) const {
  const Vec3 d = ray.direction;
  const auto safe = [](float v) { return 1.0f / (std::fabs(v) > 1e-9f ? v : 1e-9f); };
  const Vec3 inverse{safe(d.x), safe(d.y), safe(d.z)};
  const auto entry = [&](const Bounds& b) {
    const Vec3 t0 = (b.low - ray.origin) * inverse, t1 = (b.high - ray.origin) * inverse;
    const Vec3 enter = min(t0, t1), leave = max(t0, t1);
    const float in = std::max({enter.x, enter.y, enter.z, 0.0f}), out = std::min({leave.x, leave.y, leave.z, far});
    return in <= out * 1.00001f ? in : std::numeric_limits<float>::infinity();
  };
  struct Pending {
    int node;
    float at;
  };
  std::array<Pending, 96> stack;
  std::size_t top = 0;
  stack[top++] = {0, entry(nodes_[0].bounds)};
  while (top > 0) {
    const Pending next = stack[--top];
    if (next.at >= far) continue;
    const Node& node = nodes_[static_cast<std::size_t>(next.node)];
    if (node.count > 0) {
      for (int k = node.first; k < node.first + node.count; ++k) {
        if (visit(k)) return;
      }
      continue;
    }
    Pending left{node.first, entry(nodes_[static_cast<std::size_t>(node.first)].bounds)};
    Pending right{node.first + 1, entry(nodes_[static_cast<std::size_t>(node.first) + 1].bounds)};
    if (left.at < right.at) std::swap(left, right);
    if (left.at < far && top < stack.size()) stack[top++] = left;
    if (right.at < far && top < stack.size()) stack[top++] = right;
  }
}

Hit World::intersect(const Ray& ray) const {
  Hit hit;
  walk(ray, hit.distance, [&](int k) {
    if (meet(shapes_[static_cast<std::size_t>(k)], ray, hit.distance, hit.u, hit.v)) hit.shape = k;
    return false;
  });
  if (hit.found()) finish(hit, ray);
  return hit;
}

bool World::blocked(const Ray& ray, float far) const {
  bool met = false;
  float u = 0, v = 0;
  walk(ray, far, [&](int k) { return met = meet(shapes_[static_cast<std::size_t>(k)], ray, far, u, v); });
  return met;
}

void World::finish(Hit& hit, const Ray& ray) const {
  const Shape& s = shapes_[static_cast<std::size_t>(hit.shape)];
  hit.point = ray.origin + ray.direction * hit.distance;
  hit.material = s.material;
  const Vec3 from = hit.point - s.a;
  if (s.kind == Kind::patch || s.kind == Kind::triangle) {
    hit.normal = normalize(cross(s.b, s.c));
    hit.tangent = normalize(s.b);
    hit.u *= length(s.b);
    hit.v *= length(s.c);
  } else if (s.kind == Kind::disc) {
    hit.normal = s.b;
    hit.tangent = normalize(cross(s.b, {0, 1, 1e-3f}));
    hit.u = dot(from, hit.tangent) / s.c.x;
    hit.v = dot(from, cross(hit.tangent, s.b)) / s.c.x;
  } else {
    const bool round = s.kind == Kind::ball;
    const float angle = std::atan2(from.x, -from.z) + kPi;
    hit.normal = round ? normalize(Vec3{from.x / (s.b.x * s.b.x), from.y / (s.b.y * s.b.y), from.z / (s.b.z * s.b.z)})
                       : normalize({from.x, (s.b.x - s.b.y) / s.b.z * distance(from.x, from.z), from.z});
    hit.tangent = normalize(Vec3{-from.z, 0, from.x});
    hit.u = angle * s.b.x;
    hit.v = from.y;
  }
  if (dot(hit.normal, ray.direction) > 0) hit.normal = -hit.normal;
}

}  // namespace samples
