/* The same from C, with a line of progress and the memory it takes: in_c CONTENT STYLE PAINTING */
#include <stdio.h>

#include "impasto/impasto_c.h"

static int report(const impasto_step* step, void* user) {
  fprintf((FILE*)user, "step %d of %d: loss %g\n", step->step, step->steps, step->total);
  return 1; /* 0 would stop the run */
}

int main(int argc, char** argv) {
  impasto_weights* weights = NULL;
  impasto_options* options = NULL;
  impasto_image *content = NULL, *style = NULL, *painting = NULL;
  impasto_stylizer* stylizer = NULL;
  if (argc != 4) {
    fprintf(stderr, "usage: in_c CONTENT STYLE PAINTING\n");
    return 2;
  }
  /* Each call is made only when all before it went well. */
  impasto_status status = impasto_weights_builtin(&weights);
  if (status == IMPASTO_OK) status = impasto_options_new("draft", weights, &options);
  if (status == IMPASTO_OK) status = impasto_options_set(options, "size", "96");
  if (status == IMPASTO_OK) status = impasto_image_load(argv[1], &content);
  if (status == IMPASTO_OK) status = impasto_image_load(argv[2], &style);
  if (status == IMPASTO_OK) {
    const impasto_image* styles[] = {style};
    status = impasto_stylizer_new(content, styles, NULL, 1, weights, options, NULL, &stylizer);
  }
  if (status == IMPASTO_OK) {
    printf("%zu MiB\n", impasto_stylizer_planned_bytes(stylizer) >> 20);
    status = impasto_stylizer_run(stylizer, report, stdout);
  }
  if (status == IMPASTO_OK) status = impasto_stylizer_image(stylizer, &painting);
  if (status == IMPASTO_OK) status = impasto_image_save(painting, argv[3]);
  if (status != IMPASTO_OK) fprintf(stderr, "%s\n", impasto_last_error());
  impasto_image_free(painting);
  impasto_stylizer_free(stylizer);
  impasto_image_free(style);
  impasto_image_free(content);
  impasto_options_free(options);
  impasto_weights_free(weights);
  return status == IMPASTO_OK ? 0 : 1;
}
