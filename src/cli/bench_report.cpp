#include "cli/bench_report.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "cli/json_text.h"
#include "cli/text.h"

namespace impasto::cli {
namespace {

constexpr int kDigits = 6;

// A rate in GFLOP/s and its share of the peak; blank for what is not counted.
std::string rate_text(double seconds, double flops, double peak) {
  if (flops == 0 || seconds == 0) return format("%9s %5s", "", "");
  const double gflops = 1e-9 * flops / seconds;
  return format("%9.0f %4.0f%%", gflops, 100 * gflops / peak);
}

std::string row(const std::string& name, const std::string& shape, const OpCost& cost, double peak) {
  return format("%-30s %-16s %9.2f", name.c_str(), shape.c_str(), 1000 * cost.forward_seconds) +
         rate_text(cost.forward_seconds, cost.forward_flops, peak) + format(" %9.2f", 1000 * cost.backward_seconds) +
         rate_text(cost.backward_seconds, cost.backward_flops, peak) + "\n";
}

void add(OpCost& sum, const OpCost& cost) {
  sum.forward_seconds += cost.forward_seconds;
  sum.backward_seconds += cost.backward_seconds;
  sum.forward_flops += cost.forward_flops;
  sum.backward_flops += cost.backward_flops;
}

std::string op_table(const BenchReport& report) {
  constexpr double kSmallShare = 0.005;  // of the step
  const double small = kSmallShare * 1e-3 * report.step_ms_min();
  std::string lines = format("%-30s %-16s %9s%9s %5s %9s%9s %5s\n", "op", "shape", "forward", "GFLOP/s", "peak",
                             "backward", "GFLOP/s", "peak");
  OpCost all, others;
  int other_count = 0;
  for (const OpCost& op : report.ops) {
    add(all, op);
    if (op.forward_flops + op.backward_flops == 0 && op.forward_seconds + op.backward_seconds < small) {
      add(others, op);
      ++other_count;
    } else {
      lines += row(op.name, shape_text(op.shape), op, report.peak_gflops);
    }
  }
  if (other_count > 0) lines += row("others", std::to_string(other_count) + " ops", others, report.peak_gflops);
  lines += row("all", "", all, report.peak_gflops);
  const double rest = report.step_ms_min() - 1000 * (all.forward_seconds + all.backward_seconds);
  return lines + format("Adam and the rest: %.2f ms. Times in ms, the shortest of each op.\n", std::max(rest, 0.0));
}

std::string real(double value) { return number_text(value, kDigits); }

std::string json_op(const OpCost& op, double peak) {
  const double seconds = op.forward_seconds + op.backward_seconds;
  const double gflops = seconds == 0 ? 0 : 1e-9 * (op.forward_flops + op.backward_flops) / seconds;
  return "{\"name\": " + json_string(op.name) +
         ", \"shape\": " + json_list(op.shape, " ", [](std::size_t size) { return std::to_string(size); }) +
         ", \"forward_ms\": " + real(1000 * op.forward_seconds) +
         ", \"backward_ms\": " + real(1000 * op.backward_seconds) +
         ", \"forward_gflop\": " + real(1e-9 * op.forward_flops) +
         ", \"backward_gflop\": " + real(1e-9 * op.backward_flops) + ", \"gflops\": " + real(gflops) +
         ", \"share_of_peak\": " + real(gflops / peak) + "}";
}

}  // namespace

double BenchReport::step_ms_min() const { return *std::min_element(step_ms.begin(), step_ms.end()); }

double BenchReport::step_ms_median() const {
  std::vector<double> sorted = step_ms;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

std::string table_text(const BenchReport& r) {
  return format("%s, %d x %d, %d %s, %s, convolutions: %s\n", r.preset.c_str(), r.width, r.height, r.threads,
                r.threads == 1 ? "thread" : "threads", r.simd.c_str(), r.conv.c_str()) +
         "weights  " + r.weights + "\n" +
         format("step     %.1f ms at best, %.1f ms median of %zu; the first ends %.0f ms after the program's start\n",
                r.step_ms_min(), r.step_ms_median(), r.step_ms.size(), r.first_step_ms) +
         format("memory   %.0f MiB planned, %.0f MiB resident at most\n", r.planned_mib, r.peak_rss_mib) +
         format("peak     %.0f GFLOP/s of multiply-adds in registers\n\n", r.peak_gflops) + op_table(r);
}

std::string json_text(const BenchReport& r) {
  JsonObject json;
  json.add("width", std::to_string(r.width));
  json.add("height", std::to_string(r.height));
  json.add("threads", std::to_string(r.threads));
  json.add("simd", json_string(r.simd));
  json.add("conv", json_string(r.conv));
  json.add("memory", json_string(r.memory));
  json.add("preset", json_string(r.preset));
  json.add("weights", json_string(r.weights));
  json.add("step_ms_min", real(r.step_ms_min()));
  json.add("step_ms_median", real(r.step_ms_median()));
  json.add("step_ms", json_list(r.step_ms, " ", real));
  json.add("first_step_ms", real(r.first_step_ms));
  json.add("planned_mib", real(r.planned_mib));
  json.add("peak_rss_mib", real(r.peak_rss_mib));
  json.add("peak_gflops", real(r.peak_gflops));
  json.add("layers", json_list(r.ops, "\n    ", [&](const OpCost& op) { return json_op(op, r.peak_gflops); }));
  return json.text();
}

}  // namespace impasto::cli
