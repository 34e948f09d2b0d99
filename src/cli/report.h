// The page of a run: what --report writes. report_page.html is its form, this its content.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cli/find_weights.h"
#include "cli/run_observer.h"
#include "cli/stylise_options.h"
#include "cli/thinned.h"
#include "impasto/stylise.h"

namespace impasto::cli {

/// Gathers while the run goes on, writes at its end, atomically. Borrows request, pictures and weights.
class Report : public RunObserver {
 public:
  Report(const StyliseRequest& request, const Pictures& pictures, const FoundWeights& found, const Context& context);

  /// The start is the first snapshot, and ops are timed from now on.
  void begin(Stylizer& stylizer) override;
  void step(const Stylizer& stylizer, const Step& step) override;
  void end(const RunEnd& end) override;

 private:
  struct Row {
    Step step;
    std::vector<LayerLoss> layers;
  };
  struct Scale {
    int width = 0, height = 0, first = 0, steps = 0, evaluations = 0;
    double seconds = 0;
    std::map<std::string, double> ops;  // seconds of an evaluation, by kind
  };
  struct Frame {
    int step;
    std::string json;
  };
  Frame frame(const Image& image, int step) const;
  std::string film(const Result& result) const;
  std::string curves() const;
  std::string scales() const;
  std::string ops() const;
  std::string facts(const Stylizer& stylizer, const std::filesystem::path& painting) const;

  const StyliseRequest& request_;
  const Pictures& pictures_;
  const FoundWeights& found_;
  Context context_;
  std::string date_;
  Thinned<Frame> film_;
  Thinned<Row> rows_;
  std::vector<Scale> scales_;
};

}  // namespace impasto::cli
