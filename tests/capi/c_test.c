/* The C API from C: paints in memory and from files, is told of errors, stops, and counts memory. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "impasto/impasto_c.h"

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: not true: %s (last error: %s)\n", __FILE__, __LINE__, #condition, impasto_last_error()); \
      exit(1);                                                                                                         \
    }                                                                                                                  \
  } while (0)
#define WIDTH 48
#define HEIGHT 40

static uint8_t content_bytes[HEIGHT][WIDTH][4], style_bytes[HEIGHT][WIDTH][3];

static void draw(void) {
  for (int y = 0; y < HEIGHT; ++y) {
    for (int x = 0; x < WIDTH; ++x) {
      for (int c = 0; c < 3; ++c) {
        content_bytes[y][x][c] = (uint8_t)(x * 5 + c * 20);
        style_bytes[y][x][c] = (uint8_t)((x / 4 + y / 6) % 2 == 0 ? 220 - 40 * c : 30 + 60 * c);
      }
      content_bytes[y][x][3] = 255;
    }
  }
}

static impasto_image* picture(void* data, impasto_channels channels) {
  const impasto_pixels pixels = {data, WIDTH, HEIGHT, 0, IMPASTO_U8, channels};
  impasto_image* image = NULL;
  CHECK(impasto_image_from_pixels(&pixels, &image) == IMPASTO_OK);
  return image;
}

struct progress {
  int calls, stop_at;
  impasto_stylizer* cancel;
  double last;
};

static int observe(const impasto_step* step, void* user) {
  struct progress* progress = user;
  CHECK(step->step >= 1 && step->steps == 6 && isfinite(step->total));
  CHECK(fabs(step->total - step->content - step->style - step->tv) < 1e-6 * step->total);
  progress->calls++;
  progress->last = step->total;
  if (progress->cancel != NULL && progress->calls == 1) impasto_stylizer_cancel(progress->cancel);
  return progress->calls != progress->stop_at;
}

static void test_pictures(void) {
  impasto_image* image = picture(content_bytes, IMPASTO_BGRA);
  CHECK(impasto_image_width(image) == WIDTH && impasto_image_height(image) == HEIGHT);
  static uint16_t words[HEIGHT][WIDTH + 3][3]; /* three pixels of gap after each row */
  memset(words, 0x5A, sizeof words);
  const impasto_pixels target = {words, WIDTH, HEIGHT, sizeof words[0], IMPASTO_U16, IMPASTO_RGB};
  CHECK(impasto_image_copy_to(image, &target) == IMPASTO_OK);
  CHECK(words[7][9][0] == 257 * content_bytes[7][9][2] && words[7][9][2] == 257 * content_bytes[7][9][0]);
  CHECK(words[7][WIDTH][0] == 0x5A5A);
  const impasto_pixels small = {words, WIDTH - 1, HEIGHT, 0, IMPASTO_U16, IMPASTO_RGB};
  CHECK(impasto_image_copy_to(image, &small) == IMPASTO_ERROR_INPUT);
  const impasto_pixels unknown = {words, WIDTH, HEIGHT, 0, 9, IMPASTO_RGB};
  CHECK(impasto_image_copy_to(image, &unknown) == IMPASTO_ERROR_USAGE);
  impasto_image_free(image);
}

struct host {
  size_t held, most;
  int calls, warnings;
  size_t offset; /* of what it gives from where it was asked to */
  char last[200];
};

static void* host_allocate(size_t bytes, size_t alignment, void* user) {
  struct host* host = user;
  void* block = malloc(bytes + 2 * alignment);
  if (block == NULL) return NULL;
  char* memory = (char*)block + alignment - (uintptr_t)block % alignment;
  memcpy(memory - sizeof block, &block, sizeof block); /* for the release */
  host->calls++;
  host->held += bytes;
  if (host->held > host->most) host->most = host->held;
  return memory + host->offset;
}

static void host_release(void* memory, size_t bytes, size_t alignment, void* user) {
  struct host* host = user;
  (void)alignment;
  void* block;
  memcpy(&block, (char*)memory - host->offset - sizeof block, sizeof block);
  host->held -= bytes;
  free(block);
}

static void host_log(int level, const char* message, void* user) {
  struct host* host = user;
  if (level == IMPASTO_WARNING) host->warnings++;
  snprintf(host->last, sizeof host->last, "%s", message);
}

static int host_stop(void* user) {
  int* questions = user;
  return --*questions < 0;
}

static impasto_status paint_in(const impasto_context* context, size_t* planned) {
  impasto_image *content = picture(content_bytes, IMPASTO_RGBA), *style = picture(style_bytes, IMPASTO_RGB);
  impasto_weights* weights = NULL;
  impasto_options* options = NULL;
  impasto_stylizer* stylizer = NULL;
  CHECK(impasto_weights_builtin(&weights) == IMPASTO_OK);
  CHECK(impasto_options_new("default", weights, &options) == IMPASTO_OK);
  CHECK(impasto_options_set(options, "size", "96") == IMPASTO_OK);
  CHECK(impasto_options_set(options, "iterations", "3") == IMPASTO_OK);
  const impasto_image* styles[] = {style};
  impasto_status status = impasto_stylizer_new(content, styles, NULL, 1, weights, options, context, &stylizer);
  if (status == IMPASTO_OK) {
    if (planned != NULL) *planned = impasto_stylizer_planned_bytes(stylizer);
    status = impasto_stylizer_run(stylizer, NULL, NULL);
  }
  impasto_stylizer_free(stylizer);
  impasto_options_free(options);
  impasto_weights_free(weights);
  impasto_image_free(style);
  impasto_image_free(content);
  return status;
}

static void test_context(void) {
  struct host host = {0};
  size_t planned = 0;
  impasto_context* context = NULL;
  CHECK(impasto_context_new(1, NULL, &context) == IMPASTO_OK);
  CHECK(impasto_context_set_allocator(context, host_allocate, NULL, &host) == IMPASTO_ERROR_USAGE);
  CHECK(impasto_context_set_allocator(context, host_allocate, host_release, &host) == IMPASTO_OK);
  CHECK(impasto_context_set_log(context, host_log, &host) == IMPASTO_OK);
  CHECK(paint_in(context, &planned) == IMPASTO_OK);
  CHECK(host.calls > 10 && host.held == 0 && host.most > planned / 2 && host.warnings == 0);
  CHECK(impasto_context_memory_held(context) == 0);
  const size_t limit = host.most - planned / 16;
  CHECK(impasto_context_set_memory_limit(context, limit) == IMPASTO_OK);
  host.most = 0;
  CHECK(paint_in(context, NULL) == IMPASTO_OK); /* with a shorter history */
  CHECK(host.most <= limit && host.warnings == 1 && strstr(host.last, "instead of") != NULL);
  CHECK(impasto_context_set_memory_limit(context, 4096) == IMPASTO_OK);
  CHECK(paint_in(context, NULL) == IMPASTO_ERROR_IO && strstr(impasto_last_error(), "limit") != NULL);
  CHECK(impasto_context_set_memory_limit(context, 0) == IMPASTO_OK);
  int questions = 3;
  CHECK(impasto_context_set_stop(context, host_stop, &questions) == IMPASTO_OK);
  CHECK(paint_in(context, NULL) == IMPASTO_ERROR_STOPPED && questions == -1);
  CHECK(strstr(impasto_last_error(), "nothing is painted") != NULL && host.held == 0);
  CHECK(impasto_context_set_stop(context, NULL, NULL) == IMPASTO_OK);
  host.offset = 4;
  CHECK(paint_in(context, NULL) == IMPASTO_ERROR_USAGE && strstr(impasto_last_error(), "multiple of 64") != NULL);
  CHECK(host.held == 0);
  impasto_context_free(context);
  CHECK(impasto_context_set_memory_limit(NULL, 1) == IMPASTO_ERROR_USAGE);
}

static void test_errors(void) {
  impasto_image* image = (impasto_image*)content_bytes;
  CHECK(impasto_image_load("no such file.jpg", &image) == IMPASTO_ERROR_INPUT && image == NULL);
  CHECK(strstr(impasto_last_error(), "no such file.jpg") != NULL);
  CHECK(impasto_image_load(NULL, &image) == IMPASTO_ERROR_USAGE);
  CHECK(strstr(impasto_last_error(), "'file' is a null pointer") != NULL);
  CHECK(impasto_image_load("x.png", NULL) == IMPASTO_ERROR_USAGE);
  impasto_context* context = NULL;
  CHECK(impasto_context_new(-1, NULL, &context) == IMPASTO_ERROR_USAGE && context == NULL);
  CHECK(impasto_context_new(2, "mmx", &context) == IMPASTO_ERROR_USAGE);
  impasto_weights* weights = NULL;
  CHECK(impasto_weights_load("no such weights", NULL, &weights) == IMPASTO_ERROR_INPUT && weights == NULL);
  impasto_image_free(NULL);
  impasto_weights_free(NULL);
  impasto_stylizer_free(NULL);
}

static void test_options(const impasto_weights* weights) {
  impasto_options* options = NULL;
  const char* text = NULL;
  CHECK(impasto_options_new("no such preset", weights, &options) == IMPASTO_ERROR_USAGE && options == NULL);
  CHECK(impasto_options_new("bold", weights, &options) == IMPASTO_OK);
  CHECK(impasto_options_set(options, "style-weight", "0.25") == IMPASTO_OK);
  CHECK(impasto_options_get(options, "style-weight", &text) == IMPASTO_OK && strcmp(text, "0.25") == 0);
  CHECK(impasto_options_set(options, "style-weight", "much") == IMPASTO_ERROR_USAGE);
  CHECK(impasto_options_set(options, "strange", "1") == IMPASTO_ERROR_USAGE);
  CHECK(impasto_options_get(options, "style-weight", &text) == IMPASTO_OK && strcmp(text, "0.25") == 0);
  CHECK(impasto_option_count() > 20 && impasto_option_name(-1) == NULL);
  impasto_option_info none;
  CHECK(impasto_option_info_at(impasto_option_count(), &none) == IMPASTO_ERROR_USAGE);
  CHECK(impasto_option_info_at(0, NULL) == IMPASTO_ERROR_USAGE);
  for (int i = 0; i < impasto_option_count(); ++i) {
    CHECK(strlen(impasto_option_help(i)) > 0);
    CHECK(impasto_options_get(options, impasto_option_name(i), &text) == IMPASTO_OK);
    impasto_option_info info;
    CHECK(impasto_option_info_at(i, &info) == IMPASTO_OK && strcmp(info.name, impasto_option_name(i)) == 0);
    if (strcmp(info.name, "pool") == 0) {
      CHECK(strcmp(info.kind, "choice") == 0 && strcmp(info.choices, "auto,max,avg,l2") == 0 && info.unit[0] == 0);
    }
    if (strcmp(info.name, "size") == 0) {
      CHECK(strcmp(info.kind, "whole") == 0 && info.least == 1 && info.most == 1048576 && !info.without_most);
      CHECK(strcmp(info.unit, "pixels") == 0 && strcmp(info.group, "Size") == 0 && !info.rare);
    }
    if (strcmp(info.name, "adam-beta1") == 0) {
      CHECK(info.least == 0 && info.most == 1 && !info.without_least && info.without_most);
      CHECK(strcmp(info.needs, "optimiser") == 0 && strcmp(info.needed, "adam") == 0);
    }
  }
  impasto_options_free(options);
}

/* Of the first step, taken by a painting that was saved before it and resumed. */
static double first_total = 0;

static void test_checkpoint(const impasto_stylizer* stylizer, const impasto_image* content,
                            const impasto_image* const* styles, const double* shares, const impasto_weights* weights) {
  const char* file = "c_test.checkpoint";
  impasto_stylizer* resumed = NULL;
  impasto_step step;
  CHECK(impasto_stylizer_save(stylizer, NULL) == IMPASTO_ERROR_USAGE);
  CHECK(impasto_stylizer_save(stylizer, "no/such/folder") == IMPASTO_ERROR_IO);
  CHECK(impasto_stylizer_save(stylizer, file) == IMPASTO_OK);
  CHECK(impasto_stylizer_resume("none", content, styles, shares, 2, weights, 0, NULL, &resumed) == IMPASTO_ERROR_INPUT);
  CHECK(impasto_stylizer_resume(file, content, styles, NULL, 2, weights, 0, NULL, &resumed) == IMPASTO_ERROR_INPUT);
  CHECK(impasto_stylizer_resume(file, content, styles, shares, 2, weights, 0, NULL, &resumed) == IMPASTO_OK);
  CHECK(impasto_stylizer_step(resumed, &step) == IMPASTO_OK && step.step == 1 && step.steps == 6);
  first_total = step.total;
  impasto_stylizer_free(resumed);
  remove(file);
}

static impasto_stylizer* painting(const impasto_weights* weights) {
  impasto_options* options = NULL;
  impasto_context* context = NULL;
  impasto_stylizer* stylizer = NULL;
  impasto_image* content = picture(content_bytes, IMPASTO_RGBA);
  impasto_image* style = picture(style_bytes, IMPASTO_RGB);
  const impasto_image* styles[2] = {style, content};
  const double shares[2] = {3, 1};
  CHECK(impasto_context_new(1, NULL, &context) == IMPASTO_OK && impasto_context_threads(context) == 1);
  CHECK(impasto_options_new("draft", weights, &options) == IMPASTO_OK);
  CHECK(impasto_options_set(options, "size", "48") == IMPASTO_OK);
  CHECK(impasto_options_set(options, "iterations", "6") == IMPASTO_OK);
  CHECK(impasto_options_set(options, "scales", "1") == IMPASTO_OK);
  CHECK(impasto_stylizer_new(content, styles, shares, 0, weights, options, context, &stylizer) == IMPASTO_ERROR_USAGE);
  CHECK(impasto_stylizer_new(content, styles, shares, 2, weights, options, context, &stylizer) == IMPASTO_OK);
  test_checkpoint(stylizer, content, styles, shares, weights);
  impasto_image_free(content);
  impasto_image_free(style);
  impasto_options_free(options);
  impasto_context_free(context);
  CHECK(impasto_stylizer_width(stylizer) == 48 && impasto_stylizer_height(stylizer) == 40);
  CHECK(impasto_stylizer_planned_bytes(stylizer) > 3 * 4 * WIDTH * HEIGHT);
  return stylizer;
}

static void test_painting(const impasto_weights* weights) {
  struct progress progress = {0};
  impasto_stylizer* stylizer = painting(weights);
  progress.cancel = stylizer;
  CHECK(impasto_stylizer_run(stylizer, observe, &progress) == IMPASTO_OK);
  CHECK(progress.calls == 1 && !impasto_stylizer_finished(stylizer));
  const double first = progress.last;
  CHECK(first == first_total);
  progress.cancel = NULL;
  progress.stop_at = 3;
  CHECK(impasto_stylizer_run(stylizer, observe, &progress) == IMPASTO_OK && progress.calls == 3);
  impasto_step step;
  CHECK(impasto_stylizer_step(stylizer, &step) == IMPASTO_OK && step.step == 4);
  progress.stop_at = 0;
  CHECK(impasto_stylizer_run(stylizer, observe, &progress) == IMPASTO_OK && progress.calls == 5);
  CHECK(impasto_stylizer_finished(stylizer) && progress.last < first);
  CHECK(impasto_stylizer_step(stylizer, NULL) == IMPASTO_ERROR_USAGE);

  impasto_image *image = NULL, *again = NULL;
  static uint8_t result[HEIGHT][WIDTH][3], reread[HEIGHT][WIDTH][3];
  const impasto_pixels target = {result, WIDTH, HEIGHT, 0, IMPASTO_U8, IMPASTO_RGB};
  const impasto_pixels second = {reread, WIDTH, HEIGHT, 0, IMPASTO_U8, IMPASTO_RGB};
  CHECK(impasto_stylizer_image(stylizer, &image) == IMPASTO_OK);
  impasto_stylizer_free(stylizer);
  CHECK(impasto_image_copy_to(image, &target) == IMPASTO_OK);
  CHECK(impasto_image_save(image, "c_test.png") == IMPASTO_OK);
  CHECK(impasto_image_load("c_test.png", &again) == IMPASTO_OK);
  CHECK(impasto_image_copy_to(again, &second) == IMPASTO_OK);
  CHECK(memcmp(result, reread, sizeof result) == 0);
  impasto_image_free(image);
  impasto_image_free(again);
  remove("c_test.png");
}

static void test_formula(void) {
  impasto_weights* weights = NULL;
  CHECK(impasto_weights_formula(&weights) == IMPASTO_OK);
  CHECK(strcmp(impasto_weights_architecture(weights), "VGG19") == 0 && impasto_weights_layer_count(weights) == 16);
  impasto_weights_free(weights);
}

int main(void) {
  impasto_weights* weights = NULL;
  CHECK(strcmp(impasto_version(), IMPASTO_VERSION) == 0 && impasto_last_error()[0] == '\0');
  CHECK(impasto_weights_builtin(&weights) == IMPASTO_OK);
  CHECK(strlen(impasto_weights_description(weights)) > 0);
  CHECK(strcmp(impasto_weights_architecture(weights), "VGG16") == 0);
  CHECK(impasto_weights_layer_count(weights) == 11 && impasto_weights_layer(weights, 100) == NULL);
  CHECK(strcmp(impasto_weights_layer(weights, 0), "block1_conv1") == 0);
  test_formula();
  draw();
  test_pictures();
  test_context();
  test_errors();
  test_options(weights);
  test_painting(weights);
  impasto_weights_free(weights);
  puts("The C API does what its header says.");
  return 0;
}
