/* A host that loads the shared library, paints with two threads and unloads it: from its main thread, and from threads
 * that end before or after. What is left of the library must not run code that is gone. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "impasto/impasto_c.h"

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                  \
    }                                                                           \
  } while (0)
#define SIDE 48

static const char* library;

/* POSIX gives functions as void*, which C does not turn into one: the bytes are the same. */
static void find(void* handle, const char* name, void* function) {
  void* found = dlsym(handle, name);
  if (found == NULL) fprintf(stderr, "%s\n", dlerror());
  CHECK(found != NULL);
  *(void**)function = found;
}

static void paint(void* handle) {
  impasto_status (*context_new)(int, const char*, impasto_context**);
  impasto_status (*weights_builtin)(impasto_weights**);
  impasto_status (*from_pixels)(const impasto_pixels*, impasto_image**);
  impasto_status (*options_new)(const char*, const impasto_weights*, impasto_options**);
  impasto_status (*options_set)(impasto_options*, const char*, const char*);
  impasto_status (*stylizer_new)(const impasto_image*, const impasto_image* const*, const double*, int,
                                 const impasto_weights*, const impasto_options*, const impasto_context*,
                                 impasto_stylizer**);
  impasto_status (*stylizer_run)(impasto_stylizer*, impasto_progress, void*);
  find(handle, "impasto_context_new", &context_new);
  find(handle, "impasto_weights_builtin", &weights_builtin);
  find(handle, "impasto_image_from_pixels", &from_pixels);
  find(handle, "impasto_options_new", &options_new);
  find(handle, "impasto_options_set", &options_set);
  find(handle, "impasto_stylizer_new", &stylizer_new);
  find(handle, "impasto_stylizer_run", &stylizer_run);

  static uint8_t bytes[SIDE][SIDE][3];
  for (int i = 0; i < SIDE * SIDE * 3; ++i) (&bytes[0][0][0])[i] = (uint8_t)(i * 7 % 251);
  const impasto_pixels pixels = {bytes, SIDE, SIDE, 0, IMPASTO_U8, IMPASTO_RGB};
  impasto_context* context = NULL;
  impasto_weights* weights = NULL;
  impasto_image* image = NULL;
  impasto_options* options = NULL;
  impasto_stylizer* stylizer = NULL;
  CHECK(context_new(2, NULL, &context) == IMPASTO_OK);
  CHECK(weights_builtin(&weights) == IMPASTO_OK);
  CHECK(from_pixels(&pixels, &image) == IMPASTO_OK);
  CHECK(options_new("draft", weights, &options) == IMPASTO_OK);
  CHECK(options_set(options, "size", "48") == IMPASTO_OK);
  CHECK(options_set(options, "iterations", "2") == IMPASTO_OK);
  CHECK(options_set(options, "scales", "1") == IMPASTO_OK);
  CHECK(stylizer_new(image, (const impasto_image* const*)&image, NULL, 1, weights, options, context, &stylizer) ==
        IMPASTO_OK);
  CHECK(stylizer_run(stylizer, NULL, NULL) == IMPASTO_OK);

  const char* frees[] = {"impasto_stylizer_free", "impasto_options_free", "impasto_image_free", "impasto_weights_free",
                         "impasto_context_free"};
  void* objects[] = {stylizer, options, image, weights, context};
  for (int i = 0; i < 5; ++i) {
    void (*free_object)(void*);
    find(handle, frees[i], &free_object);
    free_object(objects[i]);
  }
}

static void load_paint_unload(void) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) fprintf(stderr, "%s\n", dlerror());
  CHECK(handle != NULL);
  paint(handle);
  CHECK(dlclose(handle) == 0);
}

static void pause_for(long milliseconds) {
  const struct timespec time = {0, milliseconds * 1000000};
  nanosleep(&time, NULL);
}

static void* painter(void* lingers) {
  load_paint_unload();
  if (lingers != NULL) pause_for(50); /* its helpers spin, then sleep */
  return NULL;
}

int main(int argc, char** argv) {
  CHECK(argc == 2);
  library = argv[1];
  static int yes;
  for (int i = 0; i < 4; ++i) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, painter, i % 2 == 0 ? NULL : &yes) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
  }
  for (int i = 0; i < 3; ++i) load_paint_unload();
  pause_for(50);
  void* left = dlopen(library, RTLD_NOW | RTLD_NOLOAD);
  printf("The library %s.\n", left == NULL ? "is gone" : "stays in memory");
  return 0;
}
