// Lesson 1: reverse-mode differentiation of scalars. docs/LESSONS/1-a-scalar-tape.md
#include <cmath>
#include <cstdio>
#include <vector>

// A value, and how it depends on at most two earlier ones: their places on the tape and the slopes towards them.
struct Node {
  double value;
  int from[2] = {-1, -1};
  double slope[2] = {0, 0};
};

struct Tape {
  std::vector<Node> nodes;

  int variable(double value) { return record({value}); }
  int add(int a, int b) { return record({at(a) + at(b), {a, b}, {1, 1}}); }
  int multiply(int a, int b) { return record({at(a) * at(b), {a, b}, {at(b), at(a)}}); }
  int sine(int a) { return record({std::sin(at(a)), {a, -1}, {std::cos(at(a)), 0}}); }

  // Gradient of node `loss` with respect to every node: each hands what it got on to those it was made from.
  std::vector<double> backward(int loss) const {
    std::vector<double> gradient(nodes.size(), 0.0);
    gradient[loss] = 1;
    for (int i = loss; i >= 0; --i) {
      for (int k = 0; k < 2; ++k) {
        if (nodes[i].from[k] >= 0) gradient[nodes[i].from[k]] += nodes[i].slope[k] * gradient[i];
      }
    }
    return gradient;
  }

  double at(int i) const { return nodes[i].value; }
  int record(Node node) {
    nodes.push_back(node);
    return static_cast<int>(nodes.size()) - 1;
  }
};

// f(x, y) = (x y + sin x) y
double f(double x, double y) { return (x * y + std::sin(x)) * y; }

int main() {
  Tape tape;
  const int x = tape.variable(2), y = tape.variable(-3);
  const int product = tape.multiply(x, y), sine = tape.sine(x);
  const int loss = tape.multiply(tape.add(product, sine), y);
  const std::vector<double> gradient = tape.backward(loss);
  std::printf("f      %.6f on the tape, %.6f without\n", tape.at(loss), f(2, -3));
  const double e = 1e-5;
  std::printf("df/dx  %.6f on the tape, %.6f by differences\n", gradient[x], (f(2 + e, -3) - f(2 - e, -3)) / (2 * e));
  std::printf("df/dy  %.6f on the tape, %.6f by differences\n", gradient[y], (f(2, -3 + e) - f(2, -3 - e)) / (2 * e));
  std::printf("node  value      gradient\n");
  for (int i = 0; i <= loss; ++i) std::printf("%d     %9.6f  %9.6f\n", i, tape.at(i), gradient[i]);
}
