// Every op's gradient against central differences, over shapes that are odd, of one pixel, of one channel, or so small
// that no window lies wholly inside.
#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "impasto/weights.h"
#include "lab/op_cases.h"
#include "support/gradcheck.h"

namespace impasto {
namespace {

using testing::expect_gradient;
using Ids = std::vector<Id>;
using D = Tape<double>;

const std::vector<Shape> kMaps = {{5, 7, 3}, {1, 1, 1}, {1, 6, 2}, {4, 1, 5}, {2, 2, 1}, {3, 4, 17}};

// Some maps are too small for a window or have no statistics.
bool is_recorded(const OpCase& op) {
  try {
    Tape<double> tape(Context(1));
    Ids variables;
    for (const Shape& shape : op.shapes) variables.push_back(tape.variable(shape));
    op.in_double(tape, variables);
    return true;
  } catch (const Error& error) {
    return error.code() != ErrorCode::input;
  }
}

TEST_CASE("autodiff: every op's gradients match differences, on every map that it takes") {
  const auto formula = Weights::formula().network();
  std::map<std::string, int> maps;
  for (const Shape& map : kMaps) {
    for (const OpCase& op : op_cases(map, 100, formula)) {
      INFO(op.name);
      const bool fits = is_recorded(op);
      maps[op.name] += fits ? 1 : 0;
      if (fits) expect_gradient(op.in_double, op.shapes);
    }
  }
  for (const auto& [name, count] : maps) CHECK_MESSAGE(count >= 3, name);
}

TEST_CASE("autodiff: every op of ops.h is in the list of cases that gradients and benchmarks walk") {
  std::set<std::string> listed;
  for (const OpCase& op : op_cases({5, 7, 3}, 100, Weights::formula().network())) listed.insert(op.name);
  std::set<std::string> declared;
  std::ifstream header(std::string(IMPASTO_SOURCE_DIR) + "/src/autodiff/ops/ops.h");
  const std::regex declaration(R"(^(Id|[A-Za-z]+Ids) ([a-z0-9_]+)\(Tape<)");
  std::smatch found;
  for (std::string line; std::getline(header, line);) {
    if (std::regex_search(line, found, declaration)) declared.insert(found[2]);
  }
  CHECK(declared.size() >= 18);
  for (const std::string& name : declared)
    CHECK_MESSAGE(listed.count(name) == 1, name, " is in ops.h and has no case: add one to src/lab/op_cases.cpp");
  for (const std::string& name : listed) CHECK_MESSAGE(declared.count(name) == 1, name);
}

TEST_CASE("autodiff: a value that is used twice by one op gets both gradients") {
  for (const Shape& s : kMaps) expect_gradient([](D& t, const Ids& v) { return add(t, v[0], v[0]); }, {s});
}

TEST_CASE("autodiff: conv2d's gradients match differences for every border, kernel, stride and odd shape") {
  struct Case {
    Shape x, w;
    Index stride;
  };
  const std::vector<Case> cases = {
      {{5, 7, 3}, {3, 3, 3, 4}, 1}, {{1, 1, 1}, {3, 3, 1, 1}, 1}, {{2, 2, 2}, {3, 3, 2, 3}, 1},
      {{1, 6, 2}, {3, 3, 2, 1}, 1}, {{7, 6, 2}, {3, 3, 2, 3}, 2}, {{6, 5, 1}, {5, 1, 1, 2}, 1},
      {{5, 8, 2}, {2, 4, 2, 2}, 3}, {{4, 3, 5}, {1, 1, 5, 7}, 1}, {{3, 3, 19}, {3, 3, 19, 2}, 1}};
  for (const Case& c : cases) {
    for (const Padding padding : {Padding::valid, Padding::zero, Padding::replicate, Padding::reflect}) {
      const bool fits_valid = c.x[0] >= c.w[0] && c.x[1] >= c.w[1];
      if (padding == Padding::valid && !fits_valid) continue;
      INFO("border ", static_cast<int>(padding), ", weights ", text(c.w), ", stride ", c.stride);
      expect_gradient([&](D& t, const Ids& v) { return conv2d(t, v[0], v[1], c.stride, padding); }, {c.x, c.w});
    }
  }
}

TEST_CASE("autodiff: pooling's gradients match differences, with gaps, overlaps and rows left over") {
  for (const std::array<Index, 2> window : {std::array<Index, 2>{2, 2}, {3, 2}, {2, 3}, {1, 1}, {3, 1}}) {
    for (const Shape& s : {Shape{5, 7, 3}, Shape{3, 3, 1}, Shape{6, 3, 4}}) {
      INFO("window ", window[0], ", stride ", window[1]);
      expect_gradient([&](D& t, const Ids& v) { return max_pool(t, v[0], window[0], window[1]); }, {s});
      expect_gradient([&](D& t, const Ids& v) { return avg_pool(t, v[0], window[0], window[1]); }, {s});
    }
  }
}

TEST_CASE("autodiff: gram_matrix' gradient matches differences over several blocks of positions") {
  expect_gradient([](D& t, const Ids& v) { return gram_matrix(t, v[0]); }, {{23, 29, 3}});
}

TEST_CASE("autodiff: gradients add up where a value is used several times") {
  expect_gradient(
      [](D& t, const Ids& v) {
        const Id a = relu(t, bias(t, conv2d(t, v[0], v[1]), v[2]));
        const Id g = gram_matrix(t, a);
        const Id p = avg_pool(t, a);
        return add(t, add(t, sum(t, g), sum(t, p)), total_variation(t, a));
      },
      {{5, 6, 2}, {3, 3, 2, 3}, {3}});
}

TEST_CASE("autodiff: gradcheck finds a wrong gradient and names the element") {
  const auto wrong = [](D& t, const Ids& v) {
    return t.record({.name = "wrong",
                     .inputs = {v[0]},
                     .shape = t.shape(v[0]),
                     .forward = [](const OpBuffers<double>& r) { std::copy_n(r.in(0), 4, r.out()); },
                     .backward =
                         [](const OpBuffers<double>& r) {
                           std::copy_n(r.dout(), 4, r.din(0));
                           r.din(0)[2] *= 1.001;
                         }});
  };
  std::vector<Tensor<double>> at;
  at.push_back(testing::random_tensor({4}, 3));
  const TapeGradcheck result = gradcheck(wrong, at);
  CHECK_FALSE(result.passed);
  CHECK(result.element == 2);
}

TEST_CASE("autodiff: gradcheck notices a gradient that is not a number, wherever it stands") {
  for (const Index place : {0, 1, 3}) {
    const auto broken = [place](D& t, const Ids& v) {
      return t.record({.name = "broken",
                       .inputs = {v[0]},
                       .shape = t.shape(v[0]),
                       .forward = [](const OpBuffers<double>& r) { std::copy_n(r.in(0), 4, r.out()); },
                       .backward =
                           [place](const OpBuffers<double>& r) {
                             std::copy_n(r.dout(), 4, r.din(0));
                             r.din(0)[place] = std::numeric_limits<double>::quiet_NaN();
                           }});
    };
    std::vector<Tensor<double>> at;
    at.push_back(testing::random_tensor({4}, 3));
    const TapeGradcheck result = gradcheck(broken, at);
    CHECK_FALSE(result.passed);
    CHECK(result.element == place);
  }
}

}  // namespace
}  // namespace impasto
