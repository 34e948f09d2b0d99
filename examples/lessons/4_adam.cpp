// Lesson 4: Adam by hand. docs/LESSONS/4-adam-by-hand.md
#include <cmath>
#include <cstdio>

// f(x) = (100 x0^2 + x1^2) / 2: a valley, a hundred times steeper across than along.
constexpr double kSteep[2] = {100, 1};

double f(const double* x) { return (kSteep[0] * x[0] * x[0] + kSteep[1] * x[1] * x[1]) / 2; }

// Kingma & Ba 2015, algorithm 1: running means of the gradient and of its square, both freed of their start at 0.
struct Adam {
  double rate = 0.1, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double m[2] = {0, 0}, v[2] = {0, 0};
  int t = 0;

  void step(double* x) {
    ++t;
    for (int i = 0; i < 2; ++i) {
      const double g = kSteep[i] * x[i];
      m[i] = beta1 * m[i] + (1 - beta1) * g;
      v[i] = beta2 * v[i] + (1 - beta2) * g * g;
      const double mean = m[i] / (1 - std::pow(beta1, t)), square = v[i] / (1 - std::pow(beta2, t));
      x[i] -= rate * mean / (std::sqrt(square) + epsilon);
    }
  }
};

int main() {
  double down[2] = {1, 1}, x[2] = {1, 1};
  Adam adam;
  std::printf("step  descent: x0      x1       f        Adam: x0      x1       f\n");
  for (int step = 0; step <= 64; ++step) {
    const bool shown = (step & (step - 1)) == 0;
    if (shown)
      std::printf("%4d      %8.4f %8.4f %8.4f      %8.4f %8.4f %8.4f\n", step, down[0], down[1], f(down), x[0], x[1],
                  f(x));
    // Plain descent: a rate above 2 / 100 would throw it out of the valley.
    for (int i = 0; i < 2; ++i) down[i] -= 0.015 * kSteep[i] * down[i];
    adam.step(x);
  }
}
