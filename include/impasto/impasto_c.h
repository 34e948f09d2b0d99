/* Impasto for C and for whatever calls C: Python's ctypes, C#, Rust, Swift.
 *
 * Objects are opaque: made by a function that ends in _new, _load, ... into `*out`, and freed by theirs; freeing NULL
 * does nothing. A function that can fail returns an impasto_status, leaves `*out` NULL when it fails, and leaves a
 * sentence in impasto_last_error(), which belongs to the calling thread. No C++ exception crosses this border.
 * Strings are UTF-8 and end in 0; those returned live as long as the object they come from, unless stated otherwise.
 * What is given to a _new function may be freed right after it: objects share what they need.
 *
 * Thread safety: an impasto_weights, impasto_context and impasto_image may be read by many threads at a time; every
 * other object belongs to one thread at a time, but for impasto_stylizer_cancel. */
#ifndef IMPASTO_IMPASTO_C_H
#define IMPASTO_IMPASTO_C_H

/* The C headers: a C compiler has no <cstddef>. */
#include <stddef.h> /* NOLINT(modernize-deprecated-headers) */

#include "impasto/export.h"
#include "impasto/version.h"

/* C's own ways and names. NOLINTBEGIN(modernize-use-using, readability-identifier-naming) */

#ifdef __cplusplus
extern "C" {
#endif

/** How a call ended; impasto/error.h says who can mend what. Internal: a defect of the library. */
typedef enum impasto_status {
  IMPASTO_OK = 0,
  IMPASTO_ERROR_USAGE = 1,
  IMPASTO_ERROR_INPUT = 2,
  IMPASTO_ERROR_IO = 3,
  IMPASTO_ERROR_DIVERGED = 4,
  IMPASTO_ERROR_INTERNAL = 5,
  IMPASTO_ERROR_STOPPED = 6
} impasto_status;

/** What went wrong in this thread's last call that failed; "" when none did. Until the thread's next failure. */
IMPASTO_API const char* impasto_last_error(void);
/** Of the library that runs; IMPASTO_VERSION is that of the headers. */
IMPASTO_API const char* impasto_version(void);

typedef struct impasto_context impasto_context;
typedef struct impasto_weights impasto_weights;
typedef struct impasto_image impasto_image;
typedef struct impasto_options impasto_options;
typedef struct impasto_stylizer impasto_stylizer;

/* Context: where a run computes. NULL in its place below: all cores, best instructions. */

/** `threads` 1..1024, 0: all cores. `target`: "avx3", "avx2", "sse4", ..., or NULL for the best. */
IMPASTO_API impasto_status impasto_context_new(int threads, const char* target, impasto_context** out);
IMPASTO_API void impasto_context_free(impasto_context* context);
IMPASTO_API int impasto_context_threads(const impasto_context* context);

/* The functions below change a context for what is made with it from then on; what was made before goes on as it was.
 */

typedef enum impasto_log_level { IMPASTO_INFO = 0, IMPASTO_WARNING = 1 } impasto_log_level;
/** Told a sentence a person may want to know while a run goes on; on the thread that called. */
typedef void (*impasto_log)(int level, const char* message, void* user);
/** `log` NULL: nobody is told. */
IMPASTO_API impasto_status impasto_context_set_log(impasto_context* context, impasto_log log, void* user);

/** Asked while a stylizer is being made whether to stop; not 0 ends it by IMPASTO_ERROR_STOPPED. */
typedef int (*impasto_stop)(void* user);
/** `stop` NULL: nobody is asked. */
IMPASTO_API impasto_status impasto_context_set_stop(impasto_context* context, impasto_stop stop, void* user);

/** Where large numbers live, in place of the system's memory. `allocate` gives `bytes` at a multiple of `alignment`, or
 * NULL; `release` takes them back. Called from any thread that computes with the context, and until the last object
 * made with it is freed. Both or neither are NULL. */
typedef void* (*impasto_allocate)(size_t bytes, size_t alignment, void* user);
typedef void (*impasto_release)(void* memory, size_t bytes, size_t alignment, void* user);
IMPASTO_API impasto_status impasto_context_set_allocator(impasto_context* context, impasto_allocate allocate,
                                                         impasto_release release, void* user);
/** At most so many bytes of large numbers at a time, 0: no limit. A painting that needs more is IMPASTO_ERROR_IO. */
IMPASTO_API impasto_status impasto_context_set_memory_limit(impasto_context* context, size_t bytes);
/** Bytes of them held now by what was made with the context since its allocator and limit were set. */
IMPASTO_API size_t impasto_context_memory_held(const impasto_context* context);

/* Weights: loaded once, used by many. */

/** The network that comes with the library, and the one whose weights come from formulas (impasto/weights.h). */
IMPASTO_API impasto_status impasto_weights_builtin(impasto_weights** out);
IMPASTO_API impasto_status impasto_weights_formula(impasto_weights** out);
IMPASTO_API impasto_status impasto_weights_load(const char* file, const impasto_context* context,
                                                impasto_weights** out);
IMPASTO_API void impasto_weights_free(impasto_weights* weights);
/** One line for people: source, file, preprocessing. */
IMPASTO_API const char* impasto_weights_description(const impasto_weights* weights);
/** "VGG19", whose shape the formula network has too, "VGG16", or, of a file that ends where the two part, "VGG19 or
    VGG16". */
IMPASTO_API const char* impasto_weights_architecture(const impasto_weights* weights);
/** Convolutions, and the name of each, 0 to count - 1, such as "block1_conv1"; NULL outside of that. */
IMPASTO_API int impasto_weights_layer_count(const impasto_weights* weights);
IMPASTO_API const char* impasto_weights_layer(const impasto_weights* weights, int index);

/* Pictures. */

typedef enum impasto_sample { IMPASTO_U8 = 0, IMPASTO_U16 = 1, IMPASTO_F32 = 2 } impasto_sample;
typedef enum impasto_channels { IMPASTO_RGB = 0, IMPASTO_RGBA = 1, IMPASTO_BGR = 2, IMPASTO_BGRA = 3 } impasto_channels;

/** A picture in your memory; impasto/pixels.h has ranges and alignment. `stride` in bytes, 0: rows without a gap. */
typedef struct impasto_pixels {
  void* data; /**< only read by impasto_image_from_pixels */
  int width;
  int height;
  ptrdiff_t stride;
  int sample;   /**< an impasto_sample */
  int channels; /**< an impasto_channels */
} impasto_pixels;

IMPASTO_API impasto_status impasto_image_from_pixels(const impasto_pixels* pixels, impasto_image** out);
/** JPEG, PNG, TIFF or WebP, by its content. */
IMPASTO_API impasto_status impasto_image_load(const char* file, impasto_image** out);
/** By the ending of the name. */
IMPASTO_API impasto_status impasto_image_save(const impasto_image* image, const char* file);
IMPASTO_API void impasto_image_free(impasto_image* image);
IMPASTO_API int impasto_image_width(const impasto_image* image);
IMPASTO_API int impasto_image_height(const impasto_image* image);
/** Writes the picture into your memory, whose size must be the picture's. */
IMPASTO_API impasto_status impasto_image_copy_to(const impasto_image* image, const impasto_pixels* target);

/* Options: a preset, and every setting by name, as `impasto stylise --help` and preset files have them. */

IMPASTO_API impasto_status impasto_options_new(const char* preset, const impasto_weights* weights,
                                               impasto_options** out);
IMPASTO_API void impasto_options_free(impasto_options* options);
/** `value` as text: "512", "0.5", "true", "block1_conv1=1,block2_conv1=2". */
IMPASTO_API impasto_status impasto_options_set(impasto_options* options, const char* name, const char* value);
/** The setting as text, until the next call with these options; `*out` is "" for what is not set. */
IMPASTO_API impasto_status impasto_options_get(impasto_options* options, const char* name, const char** out);
/** All settings: name and a few words of help for 0 to count - 1; NULL outside of that. */
IMPASTO_API int impasto_option_count(void);
IMPASTO_API const char* impasto_option_name(int index);
IMPASTO_API const char* impasto_option_help(int index);

/** All there is to know about a setting, for forms and other languages; impasto/option_fields.h explains each member.
 * Strings are never NULL and live as long as the library. */
typedef struct impasto_option_info {
  const char* name;
  const char* title;
  const char* group;
  const char* help;
  const char* kind;    /**< "number", "whole", "choice", "wholes", "layers" or "scales" */
  const char* choices; /**< of a choice: "max,avg,l2"; else "" */
  const char* unit;    /**< "pixels"; "" for none */
  double least;        /**< may be minus infinity */
  double most;         /**< may be infinity */
  int without_least;   /**< 1: `least` itself is refused */
  int without_most;
  const char* needs;  /**< the setting that decides whether this one counts; "" for none */
  const char* needed; /**< its texts with which this one counts: "adam" */
  int rare;           /**< 1: for preset files rather than for a first form */
} impasto_option_info;

/** IMPASTO_ERROR_USAGE for an index outside 0 to count - 1. */
IMPASTO_API impasto_status impasto_option_info_at(int index, impasto_option_info* out);

/* A painting. */

/** One step of the optimiser, as impasto/stylise.h has it. */
typedef struct impasto_step {
  int step;  /**< 1 for the first */
  int steps; /**< of the whole run, as far as it is known */
  int epoch;
  int epochs;
  int width; /**< of the picture at this scale */
  int height;
  double total; /**< content + style + tv */
  double content;
  double style;
  double tv;
  double seconds; /**< wall time of this step */
} impasto_step;

/** Called after every step; 0 stops the run. May call impasto_stylizer_image and _cancel, nothing else of it. */
typedef int (*impasto_progress)(const impasto_step* step, void* user);

/** `styles`: `count` pictures, 1 or more; `shares`: one number above 0 each, or NULL for equal ones. */
IMPASTO_API impasto_status impasto_stylizer_new(const impasto_image* content, const impasto_image* const* styles,
                                                const double* shares, int count, const impasto_weights* weights,
                                                const impasto_options* options, const impasto_context* context,
                                                impasto_stylizer** out);
IMPASTO_API void impasto_stylizer_free(impasto_stylizer* stylizer);
IMPASTO_API int impasto_stylizer_width(const impasto_stylizer* stylizer);
IMPASTO_API int impasto_stylizer_height(const impasto_stylizer* stylizer);
/** Bytes a run holds beyond weights and targets, known before the first step; 0 if they cannot be told. */
IMPASTO_API size_t impasto_stylizer_planned_bytes(const impasto_stylizer* stylizer);

/** Steps until the painting is finished, `progress` (may be NULL) returns 0, or the run is cancelled; all are
 * IMPASTO_OK. Going on later is allowed. */
IMPASTO_API impasto_status impasto_stylizer_run(impasto_stylizer* stylizer, impasto_progress progress, void* user);
/** One step, for a loop of your own; `step` may be NULL. */
IMPASTO_API impasto_status impasto_stylizer_step(impasto_stylizer* stylizer, impasto_step* step);
/** 1 when all steps are done. */
IMPASTO_API int impasto_stylizer_finished(const impasto_stylizer* stylizer);
/** From any thread, at any time: a run in progress ends after its present step, or the next one before its first. */
IMPASTO_API void impasto_stylizer_cancel(impasto_stylizer* stylizer);
/** The painting as it is now, at its full size. */
IMPASTO_API impasto_status impasto_stylizer_image(const impasto_stylizer* stylizer, impasto_image** out);

/** Writes where the painting stands, atomically, between steps. */
IMPASTO_API impasto_status impasto_stylizer_save(const impasto_stylizer* stylizer, const char* file);
/** A painting as impasto_stylizer_save left it, with the options it had then: its steps give the bits of one that never
 * stopped. Pictures and weights have to be the same, the SIMD target too, unless `force` is not 0. */
IMPASTO_API impasto_status impasto_stylizer_resume(const char* file, const impasto_image* content,
                                                   const impasto_image* const* styles, const double* shares, int count,
                                                   const impasto_weights* weights, int force,
                                                   const impasto_context* context, impasto_stylizer** out);

#ifdef __cplusplus
}
#endif

/* NOLINTEND(modernize-use-using, readability-identifier-naming) */

#endif
