// Lesson 3: why the Gram matrix is style, and its gradient. docs/LESSONS/3-the-gram-matrix.md
#include <cmath>
#include <cstdio>
#include <span>
#include <vector>

#include "impasto/gradcheck.h"

constexpr int kSide = 16, kPlaces = kSide * kSide, kChannels = 2;
using Values = std::vector<double>;

// Stripes that rise by `dx` a column and `dy` a row, moved by `phase`.
Values stripes(double dx, double dy, double phase) {
  Values picture;
  for (int p = 0; p < kPlaces; ++p) picture.push_back(std::sin(dx * (p % kSide) + dy * (p / kSide) + phase));
  return picture;
}

// Two features a place: how much the picture rises to the right, and down; the picture goes on around its edges.
Values features(const Values& picture) {
  Values F;
  for (int p = 0; p < kPlaces; ++p) {
    const int right = p / kSide * kSide + (p + 1) % kSide, down = (p + kSide) % kPlaces;
    F.push_back(picture[right] - picture[p]);
    F.push_back(picture[down] - picture[p]);
  }
  return F;
}

// G[a,b] = mean over places of F[p,a] F[p,b]
Values gram(std::span<const double> F) {
  Values G(kChannels * kChannels, 0.0);
  for (int p = 0; p < kPlaces; ++p)
    for (int a = 0; a < kChannels; ++a)
      for (int b = 0; b < kChannels; ++b) G[a * kChannels + b] += F[p * kChannels + a] * F[p * kChannels + b] / kPlaces;
  return G;
}

// L = |G - A|^2
double style_loss(std::span<const double> F, const Values& A) {
  const Values G = gram(F);
  double sum = 0;
  for (std::size_t i = 0; i < G.size(); ++i) sum += (G[i] - A[i]) * (G[i] - A[i]);
  return sum;
}

// dG = 2 (G - A), and dF = F (dG + dG^T) / P
void style_gradient(std::span<const double> F, const Values& A, std::span<double> dF) {
  const Values G = gram(F);
  for (int p = 0; p < kPlaces; ++p)
    for (int a = 0; a < kChannels; ++a) {
      dF[p * kChannels + a] = 0;
      for (int b = 0; b < kChannels; ++b) {
        const double both =
            2 * (G[a * kChannels + b] - A[a * kChannels + b]) + 2 * (G[b * kChannels + a] - A[b * kChannels + a]);
        dF[p * kChannels + a] += F[p * kChannels + b] * both / kPlaces;
      }
    }
}

void print(const char* name, const Values& F, const Values& style, const Values& content) {
  double difference = 0;
  for (std::size_t i = 0; i < F.size(); ++i) difference += std::pow(F[i] - content[i], 2) / kPlaces;
  const Values G = gram(F);
  std::printf("%-8s %7.4f %7.4f %7.4f  content %.4f  style %.4f\n", name, G[0], G[1], G[3], difference,
              style_loss(F, style));
}

int main() {
  const double turn = 2 * std::acos(-1.0) / kSide;  // a stripe in `kSide` places
  const Values F = features(stripes(2 * turn, turn, 0)), A = gram(F);
  std::printf("stripes  G[0,0]  G[0,1]  G[1,1]\n");
  print("as is", F, A, F);
  print("moved", features(stripes(2 * turn, turn, 1.3)), A, F);
  print("turned", features(stripes(turn, -2 * turn, 0)), A, F);
  const Values at = features(stripes(turn, -2 * turn, 0.4));
  const impasto::GradcheckResult check =
      impasto::gradcheck([&](std::span<const double> x) { return style_loss(x, A); },
                         [&](std::span<const double> x, std::span<double> g) { style_gradient(x, A, g); }, at);
  std::printf("gradient of %zu features: %s\n", check.tried, check.passed ? "right" : "wrong");
  return check.passed ? 0 : 1;
}
