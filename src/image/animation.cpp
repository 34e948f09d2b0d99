#include "impasto/animation.h"

#include <filesystem>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/file.h"
#include "image/features.h"
#include "image/formats.h"

#ifdef IMPASTO_HAS_WEBP
#include "image/webp_handles.h"
#endif

namespace impasto::IMPASTO_ABI {
namespace {

// Throws Error(usage) for a name of another format than WebP.
const PictureFormat& require_moving(const std::filesystem::path& file) {
  const PictureFormat* format = format_of_ending(file);
  require(format && format->moves, ErrorCode::usage, "animation '", file.string(),
          "' cannot be written: only WebP holds one; choose a name that ends in .webp");
  return *format;
}

}  // namespace

#ifdef IMPASTO_HAS_WEBP

struct AnimationWriter::State {
  std::filesystem::path file;
  AnimationOptions options;
  WebPConfig config{};
  WebpAnimationHandle encoder;
  int width = 0, height = 0;
  int frames = 0;
  int time = 0;  // ms, when the next frame begins
  bool finished = false;

  void start(const Image& frame) {
    WebPAnimEncoderOptions animation;
    require(WebPAnimEncoderOptionsInit(&animation) != 0 && WebPConfigInit(&config) != 0, ErrorCode::io,
            "libwebp is of another version than its headers; build anew");
    animation.anim_params.loop_count = options.loops;
    config.quality = static_cast<float>(options.quality);
    width = frame.width();
    height = frame.height();
    encoder.reset(WebPAnimEncoderNew(width, height, &animation));
    require(encoder != nullptr, ErrorCode::io, "no memory is left for an animation of ", width, " x ", height,
            " pixels; close other programs or make it smaller");
  }

  void check(int good) const {
    require(good != 0, ErrorCode::io, "the animation '", file.string(), "' could not be encoded (",
            WebPAnimEncoderGetError(encoder.get()), "); make it smaller");
  }
};

AnimationWriter::AnimationWriter(const std::filesystem::path& file, const AnimationOptions& options)
    : state_(std::make_unique<State>()) {
  require_moving(file);
  require(options.quality >= 0 && options.quality <= 100, ErrorCode::usage, "WebP quality ", options.quality,
          " does not exist; choose 0 (smallest) to 100 (best)");
  require(options.loops >= 0 && options.loops <= 65535, ErrorCode::usage, "an animation cannot be shown ",
          options.loops, " times; choose 1 to 65535, or 0 for ever");
  check_writable(file);
  state_->file = file;
  state_->options = options;
}

void AnimationWriter::add(const Image& frame, int milliseconds) {
  State& state = *state_;
  require(!state.finished, ErrorCode::usage, "the animation '", state.file.string(),
          "' is finished; nothing can be added to it");
  // Times and durations have 24 bits in the file.
  require(milliseconds >= 1 && milliseconds < 1 << 24, ErrorCode::usage, "a frame cannot be shown for ", milliseconds,
          " ms; choose 1 to ", (1 << 24) - 1);
  require(state.time <= (1 << 30) - milliseconds, ErrorCode::usage, "the animation '", state.file.string(),
          "' is twelve days long; show its frames for a shorter time");
  require(!frame.empty(), ErrorCode::input, "a frame of an animation has no pixels; give it at least 1 x 1");
  require(state.frames == 0 || (frame.width() == state.width && frame.height() == state.height), ErrorCode::input,
          "a frame of ", frame.width(), " x ", frame.height(), " pixels does not fit the animation '",
          state.file.string(), "' of ", state.width, " x ", state.height, "; resize it first");
  with_memory_error("encoding a frame", [&] {
    PictureRows rows(frame, {.keep_metadata = false}, true, nullptr);
    WebpPicture picture(frame, rows);
    if (!state.encoder) state.start(frame);
    state.check(WebPAnimEncoderAdd(state.encoder.get(), &picture.get(), state.time, &state.config));
  });
  state.time += milliseconds;
  ++state.frames;
}

int AnimationWriter::frames() const noexcept { return state_->frames; }

void AnimationWriter::finish() {
  State& state = *state_;
  require(state.frames > 0 && !state.finished, ErrorCode::usage, "the animation '", state.file.string(),
          state.finished ? "' is finished already" : "' has no frame; add one first");
  WebpData whole;
  // A frame that is no frame tells how long the last one lasts.
  state.check(WebPAnimEncoderAdd(state.encoder.get(), nullptr, state.time, nullptr));
  state.check(WebPAnimEncoderAssemble(state.encoder.get(), &whole.data));
  write_file(state.file, {whole.data.bytes, whole.data.size});
  state.finished = true;
  state.encoder.reset();
}

#else

struct AnimationWriter::State {};

AnimationWriter::AnimationWriter(const std::filesystem::path& file, const AnimationOptions& /*options*/) {
  fail_absent(require_moving(file), text("animation '", file.string(), "' cannot be written"), ErrorCode::usage);
}

void AnimationWriter::add(const Image& /*frame*/, int /*milliseconds*/) {}
int AnimationWriter::frames() const noexcept { return 0; }
void AnimationWriter::finish() {}

#endif

AnimationWriter::~AnimationWriter() = default;
AnimationWriter::AnimationWriter(AnimationWriter&&) noexcept = default;
AnimationWriter& AnimationWriter::operator=(AnimationWriter&&) noexcept = default;

}  // namespace impasto::IMPASTO_ABI
