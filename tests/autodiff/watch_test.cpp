// What an observer of a replay sees, and which op a bad number is blamed on.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "support/error_of.h"
#include "support/gradcheck.h"

namespace impasto {
namespace {

using testing::contains;
using testing::error_of;

// y = x, its gradient spoilt at one place.
Id spoil(Tape<double>& tape, Id x, double value, double gradient) {
  const Index count = tape.shape(x).count();
  return tape.record({.name = "spoil",
                      .inputs = {x},
                      .shape = tape.shape(x),
                      .forward =
                          [=](const OpBuffers<double>& r) {
                            std::copy_n(r.in(0), count, r.out());
                            r.out()[4] += value;
                          },
                      .backward =
                          [=](const OpBuffers<double>& r) {
                            std::copy_n(r.dout(), count, r.din(0));
                            r.din(0)[3] += gradient;
                          }});
}

void run_spoilt(double value, double gradient) {
  Tape<double> tape(Context(1).with_number_checks());
  const Id x = tape.variable({2, 3});
  tape.set_loss(sum(tape, spoil(tape, scale(tape, x, 2.0), value, gradient)));
  tape.forward();
  tape.backward();
}

std::string complaint(double value, double gradient) {
  return error_of(ErrorCode::diverged, [&] { run_spoilt(value, gradient); });
}

TEST_CASE("autodiff: a bad number is blamed on its op, with the element and the direction") {
  CHECK_NOTHROW(run_spoilt(0, 0));
  CHECK(contains(complaint(std::numeric_limits<double>::infinity(), 0),
                 "going forward, 'spoil' (node 2, 2 x 3) made inf at (1, 1)"));
  CHECK(contains(
      complaint(0, std::numeric_limits<double>::quiet_NaN()),
      "going backward, 'spoil' (node 2) gave its input 'scale' (node 1, 2 x 3) a gradient that is nan at (1, 0)"));
}

TEST_CASE("autodiff: an observer sees every value and whole gradients, though they share memory") {
  Tape<double> tape(Context(1));
  const Id x = tape.variable({2});
  const Id y = scale(tape, x, 3.0), z = relu(tape, y);
  tape.set_loss(sum(tape, add(tape, z, z)));
  tape.value(x)[0] = 2;
  tape.value(x)[1] = -1;
  std::map<std::int32_t, std::vector<double>> values, gradients;
  tape.set_observer([&](Id id, Sight sight, std::span<const double> numbers) {
    (sight == Sight::value ? values : gradients)[id.index].assign(numbers.begin(), numbers.end());
  });
  tape.forward();
  tape.backward();
  CHECK(values[y.index] == std::vector<double>{6, -3});
  CHECK(values[z.index] == std::vector<double>{6, 0});
  CHECK(gradients[z.index] == std::vector<double>{2, 2});
  CHECK(gradients[y.index] == std::vector<double>{2, 0});
  CHECK(gradients[x.index] == std::vector<double>{6, 0});
  const std::vector<TapeNode> nodes = tape.nodes();
  CHECK(nodes[1].name == "scale");
  CHECK(nodes[1].value->offset == nodes[2].value->offset);  // in place
}

}  // namespace
}  // namespace impasto
