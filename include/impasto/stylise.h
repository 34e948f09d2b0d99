// The painter: two pictures in, one out (Gatys, Ecker, Bethge: "Image Style Transfer Using Convolutional Neural
// Networks", CVPR 2016).
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "impasto/benchmark.h"
#include "impasto/checkpoint.h"
#include "impasto/context.h"
#include "impasto/export.h"
#include "impasto/image.h"
#include "impasto/options.h"
#include "impasto/style_cache.h"
#include "impasto/weights.h"

namespace impasto::IMPASTO_ABI {

/// Weighted terms of the objective; total = content + style + tv.
struct Losses {
  double total = 0;
  double content = 0;
  double style = 0;
  double tv = 0;
};

/// A layer's share of a loss, already weighted.
struct LayerLoss {
  std::string layer;  ///< as Options names it
  bool is_style = false;
  double loss = 0;
};

/// What one step did: an iteration of the optimiser.
struct Step {
  int step = 0;   ///< 1 for the first, counted over all scales
  int steps = 0;  ///< of the whole run, as far as it is known: a scale may end early (Options::stop_when_flat)
  int epoch = 0;  ///< 1 for the first
  int epochs = 0;
  bool ends_epoch = false;
  int scale = 1;  ///< 1 for the coarsest
  int scales = 1;
  int width = 0;  ///< of the picture at this scale
  int height = 0;
  Losses losses;        ///< Adam: of the picture before this step's update; L-BFGS: of the new picture
  int evaluations = 1;  ///< of loss and gradient
  /// L2 norm over all pixels and channels, in normalised units (`normalise`), of the loss's gradient where `losses`
  /// are.
  double gradient_norm = 0;
  double change_norm = 0;  ///< the same of what this step added to the picture
  bool restarted = false;  ///< L-BFGS found no way down, forgot its history and went on along the gradient
  double seconds = 0;      ///< wall time of this step
};

/// Picture values <-> the units the optimiser works in: (value - mean) / deviation per channel, with torchvision's
/// mean (.485, .456, .406) and deviation (.229, .224, .225). H x W x 3. A picture with alpha is seen on white.
IMPASTO_API std::vector<float> normalise(const Image& image);
/// Throws Error(input) unless values.size() is width * height * 3.
IMPASTO_API Image denormalise(std::span<const float> values, int width, int height);

struct StylePicture {
  Image image;
  double weight = 1;  ///< its share among several, above 0
  Image mask;         ///< which of its places are meant (Pictures::content_mask); empty: all
};

/// What a painting is made from. Masks are read by their brightness, or by their colours, at any size: they are resized
/// to the picture they belong to; edges may be soft.
struct Pictures {
  Image content;
  std::vector<StylePicture> styles;  ///< at least one
  /// Where which part of the styles goes. Grey: white takes the white of the styles' masks, black their black. With
  /// colours: each plain colour is a region and takes that colour's region of the styles' masks. Empty: everywhere all.
  Image content_mask;
  Image protect;  ///< white: stays as the content; black: is painted. Empty: all is painted
  Image smooth;   ///< grey: the share of the total-variation weight at a place. Empty: 1 everywhere
  /// Where the styles' statistics are taken from if they are there, and kept if not; null: they are measured.
  std::shared_ptr<StyleCache> style_cache = nullptr;
};

struct PaintingSize {
  int width;
  int height;
};

/// The size a painting of `content` will have: options.width x height, or options.size along the content's longer side.
IMPASTO_API PaintingSize painting_size(const Image& content, const Options& options);

/// The sizes a painting has from the coarsest scale to the last, its own. Throws Error(usage) for scale_sizes that are
/// larger than the painting.
IMPASTO_API std::vector<PaintingSize> painting_sizes(const Image& content, const Options& options);

/// Bytes that a run holds beside weights and targets.
struct PlannedMemory {
  std::size_t arena = 0;      ///< maps, gradients and scratch of one evaluation, sharing memory where they can
  std::size_t pictures = 0;   ///< the picture, its gradient, Adam's best one and the one before, the average
  std::size_t optimiser = 0;  ///< L-BFGS's pairs or Adam's moments
  std::size_t regions = 1;    ///< that the painting is evaluated in, and how many of them
  std::size_t kept = 1;       ///< keep their maps for going back; those of the others are computed twice
};

/// Bytes that a painting will take at most, beside pictures and weights that are loaded already. Close to what the
/// system then counts, not exact.
struct MemoryEstimate {
  std::size_t targets = 0;   ///< while the styles and the content are measured; the styles' own size counts
  std::size_t painting = 0;  ///< while it is painted, with the shortest history of L-BFGS
  std::size_t arena = 0;     ///< of `painting`: maps, gradients and scratch of an evaluation, as PlannedMemory
  int history = 0;           ///< pairs that L-BFGS would keep now, of those that Options::lbfgs asks for; 0: it is Adam
  std::size_t pairs = 0;     ///< what the pairs behind the first take beside `painting`
  int region_size = 0;       ///< Options::region_size as it would be chosen now, of the last scale; 0: in one
  std::size_t regions = 1;   ///< that make
  std::size_t kept = 1;      ///< of those, the ones whose maps are kept for going back; the others' are computed twice
  double work = 1;           ///< an evaluation's time, about, as a multiple of that in one region
  std::size_t peak() const { return targets > painting ? targets : painting; }
};

/// Known at once, before the work: nothing is computed and little memory taken. Errors as Stylizer's.
IMPASTO_API MemoryEstimate estimate_memory(const Pictures& pictures, const Weights& weights, const Options& options,
                                           const Context& context = Context());

/// Bytes that this process could still take: of the machine's memory and swap, the control groups it is in, and its
/// limit of address space. The largest size where the system does not tell.
IMPASTO_API std::size_t available_memory();

/// A painting in progress, for hosts with a loop of their own; `stylise` below is the loop for everybody else.
/// Construction resizes, matches colours, plans all memory and computes the targets of the first scale; the first step
/// of a scale takes what it needs, the others allocate nothing. Thread safety: one thread at a time per object;
/// different objects are independent.
class IMPASTO_API Stylizer {
 public:
  /// Throws Error(usage) for options that do not fit, Error(input) for a picture too small for the deepest layer or
  /// masks that do not fit each other, Error(io) when memory does not suffice.
  Stylizer(const Pictures& pictures, const Weights& weights, const Options& options,
           const Context& context = Context());
  /// One style, no masks.
  Stylizer(const Image& content, const Image& style, const Weights& weights, const Options& options,
           const Context& context = Context());
  /// A painting as save() left it: with the same pictures and weights, on the same SIMD target, its steps give the same
  /// bits as if it had never stopped, whatever the number of threads. `context`: as above. Throws what the
  /// constructor does, and Error(input) for a file that is no checkpoint, is damaged or newer, or was saved with other
  /// pictures, weights, target or convolution.
  static Stylizer resume(const std::filesystem::path& checkpoint, const Pictures& pictures, const Weights& weights,
                         const ResumeOptions& how = {}, const Context& context = Context());
  ~Stylizer();
  Stylizer(Stylizer&&) noexcept;
  Stylizer& operator=(Stylizer&&) noexcept;

  /// Of the whole painting, whatever the scale it is at.
  int width() const noexcept;
  int height() const noexcept;
  /// Iterations of all scales together.
  int steps() const noexcept;
  /// At the last scale, and the sum of it.
  PlannedMemory planned_memory() const;
  std::size_t planned_bytes() const;
  /// Pairs that L-BFGS keeps: options().lbfgs.history, or fewer where memory holds fewer. Regions that the painting is
  /// evaluated in, and how many of them keep their maps, are options().region_size and planned_memory().
  int history() const noexcept;
  const Context& context() const noexcept;
  const Options& options() const noexcept;

  /// One iteration of the optimiser; the next scale begins by itself. Throws Error(diverged) when the loss is not
  /// finite; the picture then is the best finite one seen. Error(io) when memory does not suffice for the next scale,
  /// Error(usage) when finished.
  Step step();
  bool finished() const noexcept;
  /// Wall time since construction began.
  double seconds() const;

  /// Writes all that the next step depends on, atomically; between steps. `notes` come back by read_checkpoint().
  /// Throws Error(io) when the disk refuses; the old file is whole then.
  void save(const std::filesystem::path& file, const std::map<std::string, std::string>& notes = {}) const;
  /// The same, of a copy that is written by a thread of its own while the next steps go on; where memory does not hold
  /// the copy besides what the painting needs, it is save(). One file at a time: what is still being written is waited
  /// for first, and what that met is thrown by the next save, save_beside or finish_save.
  void save_beside(const std::filesystem::path& file, const std::map<std::string, std::string>& notes = {}) const;
  /// Waits until what save_beside began is on the disk. Throws Error(io) when it is not.
  void finish_save() const;

  /// Losses of the start, before the first step; 0 before they are known.
  Losses start_losses() const;
  /// The losses of the last evaluation, layer by layer from the picture up; with L-BFGS that may be a trial that was
  /// turned down.
  std::vector<LayerLoss> layer_losses() const;

  /// From now on every step notes what each of its ops costs, forgetting what was noted before, or no longer does.
  void set_profiling(bool on);
  /// The ops of a step in their order, without resizing, targets and Adam; all seconds 0 unless profiled.
  std::vector<OpCost> op_costs() const;

  /// The painting as it would be if the run ended now, width() x height(), 0..1 RGB (unclipped): with the colours that
  /// Options::colour asks for, protected parts, the average of iterates, and the content's alpha.
  Image image() const;
  /// The same, at the size of the present scale: cheaper to look at.
  Image preview() const;
  /// What is optimised, in normalised units, H x W x 3: exactly at the last scale, before that enlarged to it.
  std::vector<float> values() const;

 private:
  struct State;
  explicit Stylizer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

enum class Outcome { finished, stopped, diverged };

struct Result {
  Image image;                ///< the painting
  std::vector<float> values;  ///< what was optimised, in normalised units, enlarged if the run ended at a coarser scale
  Outcome outcome = Outcome::finished;
  int steps = 0;        ///< taken
  int evaluations = 0;  ///< of loss and gradient
  Losses first;         ///< before the first step
  Losses last;          ///< of the last step, as Step::losses
  double seconds = 0;   ///< since the Stylizer's construction began
};

/// Called after every step; returning false stops the run after it (Outcome::stopped). May look at the picture.
/// Exceptions it throws pass through `stylise`.
using Observer = std::function<bool(const Stylizer&, const Step&)>;

/// Paints a picture in the style of others. Errors as Stylizer's; a loss that is not finite ends the run with
/// Outcome::diverged and the best picture seen, or with Error(diverged) when the context checks numbers.
IMPASTO_API Result stylise(const Pictures& pictures, const Weights& weights, const Options& options,
                           const Observer& observer = {}, const Context& context = Context());
/// One style, no masks.
IMPASTO_API Result stylise(const Image& content, const Image& style, const Weights& weights, const Options& options,
                           const Observer& observer = {}, const Context& context = Context());

/// The loop alone, for a Stylizer that the caller made (and may have set to profile): takes the steps that are left.
IMPASTO_API Result stylise(Stylizer& stylizer, const Observer& observer = {});

}  // namespace impasto::IMPASTO_ABI
