// libheif's structures, freed at the end of their scope.
#pragma once

#include <libheif/heif.h>

#include <memory>

#include "base/check.h"

namespace impasto::IMPASTO_ABI {

template <class T, auto Free>
struct HeifFree {
  void operator()(T* handle) const { Free(handle); }
};

using HeifContext = std::unique_ptr<heif_context, HeifFree<heif_context, heif_context_free>>;
using HeifHandle = std::unique_ptr<heif_image_handle, HeifFree<heif_image_handle, heif_image_handle_release>>;
using HeifImage = std::unique_ptr<heif_image, HeifFree<heif_image, heif_image_release>>;
using HeifEncoder = std::unique_ptr<heif_encoder, HeifFree<heif_encoder, heif_encoder_release>>;
using HeifNclx =
    std::unique_ptr<heif_color_profile_nclx, HeifFree<heif_color_profile_nclx, heif_nclx_color_profile_free>>;
using HeifDecoding =
    std::unique_ptr<heif_decoding_options, HeifFree<heif_decoding_options, heif_decoding_options_free>>;
using HeifEncoding =
    std::unique_ptr<heif_encoding_options, HeifFree<heif_encoding_options, heif_encoding_options_free>>;

/// Throws Error(io) when memory is short. Loads libheif's plug-ins where none has been loaded.
inline HeifContext heif_new_context() {
  HeifContext context(heif_context_alloc());
  require(context != nullptr, ErrorCode::io, "no memory is left for libheif; close other programs");
  return context;
}

}  // namespace impasto::IMPASTO_ABI
