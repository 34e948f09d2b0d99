// A painting for C.
#include "capi/border.h"
#include "capi/handles.h"

namespace {

using impasto::capi::given;
using impasto::capi::guarded;
using impasto::capi::make_handle;

impasto::Pictures pictures_of(const impasto_image* content, const impasto_image* const* styles, const double* shares,
                              int count) {
  impasto::require(count >= 1 && count <= 1000, impasto::ErrorCode::usage, "a painting of ", count,
                   " styles was asked for; give 1 to 1000");
  impasto::Pictures pictures;
  pictures.content = given(content, "content").image;
  given(styles, "styles");
  for (int i = 0; i < count; ++i) {
    pictures.styles.push_back(
        {.image = given(styles[i], "styles").image, .weight = shares == nullptr ? 1 : shares[i], .mask = {}});
  }
  return pictures;
}

impasto_step to_c(const impasto::Step& step) {
  return {.step = step.step,
          .steps = step.steps,
          .epoch = step.epoch,
          .epochs = step.epochs,
          .width = step.width,
          .height = step.height,
          .total = step.losses.total,
          .content = step.losses.content,
          .style = step.losses.style,
          .tv = step.losses.tv,
          .seconds = step.seconds};
}

}  // namespace

impasto_status impasto_stylizer_new(const impasto_image* content, const impasto_image* const* styles,
                                    const double* shares, int count, const impasto_weights* weights,
                                    const impasto_options* options, const impasto_context* context,
                                    impasto_stylizer** out) {
  return make_handle(out, [&] {
    return impasto::Stylizer(pictures_of(content, styles, shares, count), given(weights, "weights").weights,
                             given(options, "options").options,
                             context == nullptr ? impasto::Context() : context->context);
  });
}

void impasto_stylizer_free(impasto_stylizer* stylizer) { delete stylizer; }

int impasto_stylizer_width(const impasto_stylizer* stylizer) {
  return stylizer == nullptr ? 0 : stylizer->stylizer.width();
}

int impasto_stylizer_height(const impasto_stylizer* stylizer) {
  return stylizer == nullptr ? 0 : stylizer->stylizer.height();
}

size_t impasto_stylizer_planned_bytes(const impasto_stylizer* stylizer) {
  size_t bytes = 0;
  guarded([&] { bytes = given(stylizer, "stylizer").stylizer.planned_bytes(); });
  return bytes;
}

impasto_status impasto_stylizer_run(impasto_stylizer* stylizer, impasto_progress progress, void* user) {
  return guarded([&] {
    impasto_stylizer& painting = given(stylizer, "stylizer");
    while (!painting.stylizer.finished() && !painting.cancelled.exchange(false)) {
      const impasto_step step = to_c(painting.stylizer.step());
      if (progress != nullptr && progress(&step, user) == 0) return;
    }
  });
}

impasto_status impasto_stylizer_step(impasto_stylizer* stylizer, impasto_step* step) {
  return guarded([&] {
    const impasto_step done = to_c(given(stylizer, "stylizer").stylizer.step());
    if (step != nullptr) *step = done;
  });
}

int impasto_stylizer_finished(const impasto_stylizer* stylizer) {
  return stylizer == nullptr || stylizer->stylizer.finished() ? 1 : 0;
}

void impasto_stylizer_cancel(impasto_stylizer* stylizer) {
  if (stylizer != nullptr) stylizer->cancelled = true;
}

impasto_status impasto_stylizer_save(const impasto_stylizer* stylizer, const char* file) {
  return guarded([&] { given(stylizer, "stylizer").stylizer.save(&given(file, "file")); });
}

impasto_status impasto_stylizer_resume(const char* file, const impasto_image* content,
                                       const impasto_image* const* styles, const double* shares, int count,
                                       const impasto_weights* weights, int force, const impasto_context* context,
                                       impasto_stylizer** out) {
  return make_handle(out, [&] {
    return impasto::Stylizer::resume(&given(file, "file"), pictures_of(content, styles, shares, count),
                                     given(weights, "weights").weights, {.iterations = {}, .force = force != 0},
                                     context == nullptr ? impasto::Context() : context->context);
  });
}

impasto_status impasto_stylizer_image(const impasto_stylizer* stylizer, impasto_image** out) {
  return make_handle(out, [&] { return given(stylizer, "stylizer").stylizer.image(); });
}
