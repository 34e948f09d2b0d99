#include "cli/given_pictures.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/streamed_picture.h"
#include "impasto/error.h"

namespace impasto::cli {

void check_masks(const StyliseRequest& request) {
  const auto refuse = [](const std::string& sentence) { throw Error(ErrorCode::usage, sentence); };
  const std::size_t masks = request.style_masks.size(), styles = request.styles.size();
  if (masks > 0 && masks != styles) {
    refuse("--style-mask is given " + std::to_string(masks) + " times for " + std::to_string(styles) +
           " style pictures; give one for each, in their order");
  }
  if (request.content_mask && masks == 0) {
    refuse("--content-mask is given without --style-mask; say where each region takes its style");
  }
  if (masks > 0 && !request.content_mask) {
    refuse("--style-mask is given without --content-mask; say where in the content each region's style goes");
  }
}

Pictures load_pictures(const StyliseRequest& request, const DecodeOptions& decode) {
  const auto load_mask = [&](const std::optional<std::filesystem::path>& file) {
    return file ? load_picture(*file) : Image();
  };
  Pictures pictures{.content = load_picture(request.content, decode),
                    .styles = {},
                    .content_mask = load_mask(request.content_mask),
                    .protect = load_mask(request.protect),
                    .smooth = load_mask(request.smooth)};
  for (std::size_t i = 0; i < request.styles.size(); ++i) {
    const StyleFile& style = request.styles[i];
    pictures.styles.push_back({load_picture(style.file, decode), style.weight,
                               i < request.style_masks.size() ? load_picture(request.style_masks[i]) : Image()});
  }
  if (request.style_cache) pictures.style_cache = std::make_shared<StyleCache>(*request.style_cache);
  return pictures;
}

}  // namespace impasto::cli
