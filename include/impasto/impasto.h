// Impasto: neural style transfer on a plain CPU. Start here.
//
//   impasto::Weights weights = impasto::Weights::builtin();
//   impasto::Result painting = impasto::stylise(impasto::load_image("content.jpg"), impasto::load_image("style.jpg"),
//                                               weights, impasto::preset("default", weights));
//   impasto::save_image(painting.image, "painting.jpg");
//
// The library never prints, exits, or touches global state; everything that fails throws impasto::Error.
#pragma once

#include "impasto/animation.h"
#include "impasto/benchmark.h"
#include "impasto/checkpoint.h"
#include "impasto/context.h"
#include "impasto/error.h"
#include "impasto/gradcheck.h"
#include "impasto/graph.h"
#include "impasto/image.h"
#include "impasto/inspect.h"
#include "impasto/npy.h"
#include "impasto/npz.h"
#include "impasto/optimisers.h"
#include "impasto/option_fields.h"
#include "impasto/options.h"
#include "impasto/parse.h"
#include "impasto/pixels.h"
#include "impasto/style_cache.h"
#include "impasto/stylise.h"
#include "impasto/text_file.h"
#include "impasto/version.h"
#include "impasto/weights.h"
#include "impasto/weights_tools.h"
#include "impasto/window.h"
