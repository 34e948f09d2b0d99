// Lesson 2: a convolution and its gradient, three ways. docs/LESSONS/2-convolution-three-ways.md
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

// A square plane of numbers.
struct Plane {
  int side;
  std::vector<double> values;
  explicit Plane(int n) : side(n), values(static_cast<std::size_t>(n * n), 0.0) {}
  double& at(int h, int w) { return values[static_cast<std::size_t>(h * side + w)]; }
  double at(int h, int w) const { return values[static_cast<std::size_t>(h * side + w)]; }
};

int multiplications = 0;
double times(double a, double b) {
  ++multiplications;
  return a * b;
}

// y[h,w] = sum_ij x[h+i, w+j] k[i,j], windows inside the plane
Plane by_loops(const Plane& x, const Plane& k) {
  Plane y(x.side - 2);
  for (int h = 0; h < y.side; ++h)
    for (int w = 0; w < y.side; ++w)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) y.at(h, w) += times(x.at(h + i, w + j), k.at(i, j));
  return y;
}

// The windows as rows of a matrix, times the kernel as a column: one matrix product.
Plane by_im2col(const Plane& x, const Plane& k) {
  Plane y(x.side - 2);
  std::vector<double> windows;
  for (int h = 0; h < y.side; ++h)
    for (int w = 0; w < y.side; ++w)
      for (int t = 0; t < 9; ++t) windows.push_back(x.at(h + t / 3, w + t % 3));
  for (std::size_t row = 0; row < y.values.size(); ++row)
    for (std::size_t t = 0; t < 9; ++t) y.values[row] += times(windows[9 * row + t], k.values[t]);
  return y;
}

using Square = double[4][4];

// u = G k G^T, done once for a kernel
void transform_kernel(const Plane& k, Square& u) {
  const double G[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
  for (int a = 0; a < 4; ++a)
    for (int b = 0; b < 4; ++b) {
      u[a][b] = 0;
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j) u[a][b] += G[a][i] * k.at(i, j) * G[b][j];
    }
}

// v = B^T d B: additions only
void transform_tile(const Plane& x, int h, int w, Square& v) {
  Square half;
  for (int j = 0; j < 4; ++j) {
    const double d[4] = {x.at(h, w + j), x.at(h + 1, w + j), x.at(h + 2, w + j), x.at(h + 3, w + j)};
    const double column[4] = {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]};
    for (int a = 0; a < 4; ++a) half[a][j] = column[a];
  }
  for (int a = 0; a < 4; ++a) {
    const double* d = half[a];
    const double row[4] = {d[0] - d[2], d[1] + d[2], d[2] - d[1], d[1] - d[3]};
    std::copy_n(row, 4, v[a]);
  }
}

// F(2x2, 3x3): y = A^T (u * v) A, 16 products for four outputs. The side of y is even.
Plane by_winograd(const Plane& x, const Plane& k) {
  Plane y(x.side - 2);
  Square u, v;
  transform_kernel(k, u);
  for (int h = 0; h < y.side; h += 2)
    for (int w = 0; w < y.side; w += 2) {
      transform_tile(x, h, w, v);
      double half[2][4];
      for (int b = 0; b < 4; ++b) {
        double m[4];
        for (int a = 0; a < 4; ++a) m[a] = times(u[a][b], v[a][b]);
        half[0][b] = m[0] + m[1] + m[2];
        half[1][b] = m[1] - m[2] - m[3];
      }
      for (int a = 0; a < 2; ++a) {
        y.at(h + a, w) = half[a][0] + half[a][1] + half[a][2];
        y.at(h + a, w + 1) = half[a][1] - half[a][2] - half[a][3];
      }
    }
  return y;
}

// dx is a convolution too: of dy with a border of two zeros, by the kernel turned by 180 degrees.
Plane gradient(Plane (*convolve)(const Plane&, const Plane&), const Plane& dy, const Plane& k) {
  Plane wide(dy.side + 4), turned(3);
  for (int h = 0; h < dy.side; ++h)
    for (int w = 0; w < dy.side; ++w) wide.at(h + 2, w + 2) = dy.at(h, w);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) turned.at(i, j) = k.at(2 - i, 2 - j);
  return convolve(wide, turned);
}

double loss(const Plane& x, const Plane& k) {
  double sum = 0;
  for (const double y : by_loops(x, k).values) sum += y * y / 2;
  return sum;
}

int main() {
  Plane x(8), k(3);
  for (std::size_t i = 0; i < x.values.size(); ++i) x.values[i] = std::sin(static_cast<double>(i * i));
  for (std::size_t i = 0; i < 9; ++i) k.values[i] = std::cos(static_cast<double>(i));
  const Plane y = by_loops(x, k), dx = gradient(by_loops, y, k);
  struct Way {
    const char* name;
    Plane (*convolve)(const Plane&, const Plane&);
  };
  std::printf("way       y[1,2]     products  dx[3,4]    products\n");
  for (const Way way : {Way{"loops", by_loops}, {"im2col", by_im2col}, {"Winograd", by_winograd}}) {
    multiplications = 0;
    const double value = way.convolve(x, k).at(1, 2);
    const int forward = multiplications;
    const double slope = gradient(way.convolve, y, k).at(3, 4);
    std::printf("%-8s  %.6f  %8d  %.6f  %8d\n", way.name, value, forward, slope, multiplications - forward);
  }
  Plane above = x, below = x;
  const double e = 1e-5;
  above.at(3, 4) += e;
  below.at(3, 4) -= e;
  std::printf("differences of the loss: dx[3,4] = %.6f\n", (loss(above, k) - loss(below, k)) / (2 * e));
  return std::abs(dx.at(3, 4) - (loss(above, k) - loss(below, k)) / (2 * e)) < 1e-6 ? 0 : 1;
}
