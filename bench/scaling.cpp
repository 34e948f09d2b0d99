// How a painting's set-up and its steps would scale with threads, from one thread's times of every piece of every loop
// (simulated_threads.h). Speed-up is against one thread, in turns with the others. Memory is not simulated, nor what it
// costs to wake threads but for the last column, which adds 10 us to every loop.
//
//     impasto_scaling [<content> <style> [<word of a case>]]
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impasto/stylise.h"
#include "simulated_threads.h"

namespace impasto {
namespace {

constexpr std::array<int, 4> kThreads{1, 2, 16, 64};
constexpr int kRounds = 5;
constexpr double kWaking = 10e-6;  // seconds a loop
constexpr std::size_t kShown = 8;

struct Case {
  const char* network;
  Weights (*weights)();
  const char* preset;
  int width, height;

  std::string name() const {
    return std::string(preset) + "/" + network + " " + std::to_string(width) + "x" + std::to_string(height);
  }
};

constexpr std::array<Case, 4> kCases{{{"vgg19", [] { return Weights::random(1); }, "tutorial", 450, 300},
                                      {"builtin", Weights::builtin, "default", 512, 384},
                                      {"formula", Weights::formula, "default", 512, 384},
                                      {"formula", Weights::formula, "default", 1024, 768}}};

double seconds_of(double LoopTimes::*what, const Trace& trace) {
  double seconds = 0;
  for (const auto& [place, times] : trace.by_place) seconds += times.*what;
  return seconds;
}
double simulated(const Trace& trace) { return trace.serial + seconds_of(&LoopTimes::span, trace); }

// What is done on each number of threads, in turns; kept is the quickest round of each, which others disturbed least.
class Rounds {
 public:
  template <class Work>
  void add(std::size_t i, const Work& work) {
    begin_trace();
    work();
    Trace trace = end_trace();
    if (best_[i].serial == 0 || simulated(trace) < simulated(best_[i])) best_[i] = std::move(trace);
  }
  const Trace& operator[](std::size_t i) const { return best_[i]; }

 private:
  std::array<Trace, kThreads.size()> best_{};
};

// The names of functions by addresses in them, as the linker's table has them; this program is not moved when it is
// loaded.
std::vector<std::string> functions_at(const std::vector<const void*>& places) {
  std::string command = "addr2line -Cfe '" + std::filesystem::read_symlink("/proc/self/exe").string() + "'";
  for (const void* place : places) {
    std::array<char, 32> address{};
    std::snprintf(address.data(), address.size(), " %#zx", reinterpret_cast<std::uintptr_t>(place) - 1);
    command += address.data();
  }
  std::vector<std::string> names;
  std::FILE* lines = popen(command.c_str(), "r");
  std::array<char, 4096> line{};
  for (bool is_name = true; lines != nullptr && std::fgets(line.data(), line.size(), lines) != nullptr;
       is_name = !is_name) {
    if (is_name) names.emplace_back(line.data());
  }
  if (lines != nullptr) pclose(lines);
  names.resize(places.size());
  for (std::string& name : names) {
    for (const std::string& word :
         {std::string("impasto::v0_1::"), std::string("(anonymous namespace)::"), std::string("\n")}) {
      for (std::size_t at = name.find(word); at != std::string::npos; at = name.find(word)) name.erase(at, word.size());
    }
  }
  return names;
}

// Where the threads wait longest: in serial code, and in loops beyond an equal share of their pieces.
void print_losses(const Trace& trace, int threads) {
  std::vector<std::pair<double, const void*>> places;
  for (const auto& [place, loop] : trace.by_place) places.emplace_back(loop.work / threads - loop.span, place);
  std::sort(places.begin(), places.end());
  places.resize(std::min(places.size(), kShown));
  std::vector<const void*> addresses;
  for (const auto& [loss, place] : places) addresses.push_back(place);
  const std::vector<std::string> names = functions_at(addresses);
  std::printf("lost on %d threads: %.2f ms in serial code, and\n", threads, 1e3 * trace.serial * (1 - 1.0 / threads));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const LoopTimes& loop = trace.by_place.at(addresses[i]);
    std::printf("  %6.2f of %7.2f ms  %2td loops of %5.1f pieces  %.150s\n", -1e3 * places[i].first, 1e3 * loop.work,
                loop.loops, static_cast<double>(loop.pieces) / static_cast<double>(loop.loops), names[i].c_str());
  }
}

void print(const std::string& what, const Rounds& rounds) {
  std::printf("\n%s\nthreads  all work, ms  simulated, ms  speed-up  serial, ms  loops  speed-up, 10 us a loop\n",
              what.c_str());
  const double alone = simulated(rounds[0]);
  for (std::size_t i = 0; i < kThreads.size(); ++i) {
    const Trace& trace = rounds[i];
    const double work = trace.serial + seconds_of(&LoopTimes::work, trace), all = simulated(trace);
    std::ptrdiff_t loops = 0;
    for (const auto& [place, times] : trace.by_place) loops += times.loops;
    std::printf("%7d  %12.1f  %13.2f  %8.1f  %10.2f  %5td  %8.1f\n", kThreads[i], 1e3 * work, 1e3 * all, alone / all,
                1e3 * trace.serial, loops, alone / (all + kWaking * static_cast<double>(loops)));
  }
  for (std::size_t i = 2; i < kThreads.size(); ++i) print_losses(rounds[i], kThreads[i]);
  std::fflush(stdout);
}

void run(const Case& one, const Image& content, const Image& style) {
  const Weights weights = one.weights();
  Options options = preset(one.preset, weights);
  options.width = one.width;
  options.height = one.height;
  options.scale_count = 1;
  std::array<std::unique_ptr<Stylizer>, kThreads.size()> stylizers;
  Rounds set_up, steps;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kThreads.size(); ++i) {
      stylizers[i].reset();
      set_up.add(i, [&] {
        stylizers[i] = std::make_unique<Stylizer>(content, style, weights, options, Context(kThreads[i]));
      });
    }
  }
  for (const auto& stylizer : stylizers) stylizer->step();  // the first touch of its memory
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kThreads.size(); ++i) steps.add(i, [&] { stylizers[i]->step(); });
  }
  print(one.name() + ": from decoded pictures to the first step", set_up);
  print(one.name() + ": a step", steps);
}

int run_all(int count, char** words) {
  const Image content = load_image(count > 2 ? words[1] : "data/content.jpg");
  const Image style = load_image(count > 2 ? words[2] : "data/style.jpg");
  for (const Case& one : kCases) {
    if (count <= 3 || one.name().find(words[3]) != std::string::npos) run(one, content, style);
  }
  return 0;
}

}  // namespace
}  // namespace impasto

int main(int count, char** words) { return impasto::run_all(count, words); }
