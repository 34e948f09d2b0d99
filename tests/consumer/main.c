/* Uses the installed library from C: an object of its own, and an error that is told. */
#include <stdio.h>
#include <string.h>

#include "impasto/impasto_c.h"

int main(void) {
  impasto_weights* weights = NULL;
  impasto_image* image = NULL;
  if (impasto_weights_builtin(&weights) != IMPASTO_OK) return 1;
  printf("impasto %s from C: %s\n", impasto_version(), impasto_weights_description(weights));
  impasto_weights_free(weights);
  return impasto_image_load("no such file.jpg", &image) == IMPASTO_ERROR_INPUT &&
                 strstr(impasto_last_error(), "no such file.jpg") != NULL
             ? 0
             : 1;
}
