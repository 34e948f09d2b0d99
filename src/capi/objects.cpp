// Contexts, weights, pictures and options for C.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <new>
#include <string>
#include <utility>

#include "capi/border.h"
#include "capi/handles.h"
#include "impasto/option_fields.h"

namespace {

using impasto::capi::given;
using impasto::capi::guarded;
using impasto::capi::make_handle;

impasto::SimdTarget target_named(const std::string& name) {
  std::string names;
  for (const impasto::SimdTarget target : impasto::available_targets()) {
    if (to_string(target) == name) return target;
    names += (names.empty() ? "" : ", ") + to_string(target);
  }
  impasto::fail(impasto::ErrorCode::usage, "the target '", name, "' is not one of this machine and build; choose of ",
                names, ", or NULL for the best");
}

const impasto::OptionField& field_named(const std::string& name) {
  for (const impasto::OptionField& field : impasto::option_fields()) {
    if (field.name == name) return field;
  }
  impasto::fail(impasto::ErrorCode::usage, "there is no setting '", name, "'; impasto_option_name() lists all of them");
}

impasto::Sample sample_of(int sample) {
  impasto::require(sample >= IMPASTO_U8 && sample <= IMPASTO_F32, impasto::ErrorCode::usage, "the sample type ", sample,
                   " does not exist; choose IMPASTO_U8, IMPASTO_U16 or IMPASTO_F32");
  return static_cast<impasto::Sample>(sample);
}

impasto::Channels channels_of(int channels) {
  impasto::require(channels >= IMPASTO_RGB && channels <= IMPASTO_BGRA, impasto::ErrorCode::usage, "the channels ",
                   channels, " do not exist; choose IMPASTO_RGB, IMPASTO_RGBA, IMPASTO_BGR or IMPASTO_BGRA");
  return static_cast<impasto::Channels>(channels);
}

// A host's two functions as a resource.
class HostMemory : public std::pmr::memory_resource {
 public:
  HostMemory(impasto_allocate take, impasto_release give_back, void* user)
      : allocate_(take), release_(give_back), user_(user) {}

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    void* memory = allocate_(bytes, alignment, user_);
    if (memory == nullptr) throw std::bad_alloc();
    // Here, since compilers take the address that a memory_resource gives for aligned.
    if (reinterpret_cast<std::uintptr_t>(memory) % alignment == 0) return memory;
    release_(memory, bytes, alignment, user_);
    impasto::fail(impasto::ErrorCode::usage, "allocate() gave ", bytes, " bytes at an address that is no multiple of ",
                  alignment, "; let it respect the alignment it is asked for");
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t alignment) override {
    release_(memory, bytes, alignment, user_);
  }
  bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override { return this == &other; }

  impasto_allocate allocate_;
  impasto_release release_;
  void* user_;
};

template <class Layout>
Layout layout_of(const impasto_pixels* pixels, const char* name) {
  const impasto_pixels& p = given(pixels, name);
  return {p.data, p.width, p.height, sample_of(p.sample), channels_of(p.channels), p.stride};
}

}  // namespace

impasto_status impasto_context_new(int threads, const char* target, impasto_context** out) {
  return make_handle(out, [&] {
    return target == nullptr ? impasto::Context(threads) : impasto::Context(threads, target_named(target));
  });
}

void impasto_context_free(impasto_context* context) { delete context; }

int impasto_context_threads(const impasto_context* context) {
  return context == nullptr ? impasto::available_cores() : context->context.threads();
}

impasto_status impasto_context_set_log(impasto_context* context, impasto_log log, void* user) {
  return guarded([&] {
    impasto::Context& changed = given(context, "context").context;
    if (log == nullptr) {
      changed = changed.with_log({});
      return;
    }
    changed = changed.with_log([log, user](impasto::LogLevel level, const std::string& message) {
      log(level == impasto::LogLevel::warning ? IMPASTO_WARNING : IMPASTO_INFO, message.c_str(), user);
    });
  });
}

impasto_status impasto_context_set_stop(impasto_context* context, impasto_stop stop, void* user) {
  return guarded([&] {
    impasto::Context& changed = given(context, "context").context;
    impasto::StopQuestion question;
    if (stop != nullptr) question = [stop, user] { return stop(user) != 0; };
    changed = changed.with_stop(question);
  });
}

impasto_status impasto_context_set_allocator(impasto_context* context, impasto_allocate allocate,
                                             impasto_release release, void* user) {
  return guarded([&] {
    impasto::Context& changed = given(context, "context").context;
    impasto::require((allocate == nullptr) == (release == nullptr), impasto::ErrorCode::usage,
                     "only one of allocate and release is given; give both, or NULL for both");
    changed = changed.with_memory_resource(allocate == nullptr ? nullptr
                                                               : std::make_shared<HostMemory>(allocate, release, user));
  });
}

impasto_status impasto_context_set_memory_limit(impasto_context* context, size_t bytes) {
  return guarded([&] {
    impasto::Context& changed = given(context, "context").context;
    changed = changed.with_memory_limit(bytes);
  });
}

size_t impasto_context_memory_held(const impasto_context* context) {
  return context == nullptr ? 0 : context->context.memory_held();
}

impasto_status impasto_weights_builtin(impasto_weights** out) {
  return make_handle(out, [] { return impasto::Weights::builtin(); });
}

impasto_status impasto_weights_formula(impasto_weights** out) {
  return make_handle(out, [] { return impasto::Weights::formula(); });
}

impasto_status impasto_weights_load(const char* file, const impasto_context* context, impasto_weights** out) {
  return make_handle(out, [&] {
    return impasto::Weights::load(&given(file, "file"), context == nullptr ? impasto::Context() : context->context);
  });
}

void impasto_weights_free(impasto_weights* weights) { delete weights; }

const char* impasto_weights_description(const impasto_weights* weights) {
  return weights == nullptr ? "" : weights->description.c_str();
}

const char* impasto_weights_architecture(const impasto_weights* weights) {
  return weights == nullptr ? "" : weights->architecture.c_str();
}

int impasto_weights_layer_count(const impasto_weights* weights) {
  return weights == nullptr ? 0 : static_cast<int>(weights->layers.size());
}

const char* impasto_weights_layer(const impasto_weights* weights, int index) {
  if (index < 0 || index >= impasto_weights_layer_count(weights)) return nullptr;
  return weights->layers[static_cast<std::size_t>(index)].c_str();
}

impasto_status impasto_image_from_pixels(const impasto_pixels* pixels, impasto_image** out) {
  return make_handle(out, [&] { return impasto::from_pixels(layout_of<impasto::PixelView>(pixels, "pixels")); });
}

impasto_status impasto_image_load(const char* file, impasto_image** out) {
  return make_handle(out, [&] { return impasto::load_image(&given(file, "file")); });
}

impasto_status impasto_image_save(const impasto_image* image, const char* file) {
  return guarded([&] { impasto::save_image(given(image, "image").image, &given(file, "file")); });
}

void impasto_image_free(impasto_image* image) { delete image; }

int impasto_image_width(const impasto_image* image) { return image == nullptr ? 0 : image->image.width(); }
int impasto_image_height(const impasto_image* image) { return image == nullptr ? 0 : image->image.height(); }

impasto_status impasto_image_copy_to(const impasto_image* image, const impasto_pixels* target) {
  return guarded(
      [&] { impasto::copy_to(given(image, "image").image, layout_of<impasto::PixelTarget>(target, "target")); });
}

impasto_status impasto_options_new(const char* preset, const impasto_weights* weights, impasto_options** out) {
  return make_handle(out,
                     [&] { return impasto::load_preset(&given(preset, "preset"), given(weights, "weights").weights); });
}

void impasto_options_free(impasto_options* options) { delete options; }

impasto_status impasto_options_set(impasto_options* options, const char* name, const char* value) {
  return guarded([&] {
    impasto::Options changed = given(options, "options").options;
    field_named(&given(name, "name")).set(changed, name, &given(value, "value"));
    options->options = std::move(changed);
  });
}

impasto_status impasto_options_get(impasto_options* options, const char* name, const char** out) {
  if (out != nullptr) *out = nullptr;
  return guarded([&] {
    given(out, "out");
    options->text = field_named(&given(name, "name")).get(given(options, "options").options);
    *out = options->text.c_str();
  });
}
