// The content picture: builds the stage and takes the photograph from a boat house roof by the river.
#include "pictures.h"
#include "render.h"
#include "stage.h"

namespace samples {
namespace {

constexpr int kSamplesPerPixel = 6;
constexpr float kDegree = kPi / 180;
// 14 m above the lawn; the lens sees 54.6 degrees across.
const Camera kCamera{{-12, 14, -60}, 9 * kDegree, -5.4f * kDegree, 0.969f};

}  // namespace

impasto::Image content_picture() {
  Stage stage;
  add_campus(stage);
  add_town(stage);
  add_nature(stage);
  add_people(stage);
  stage.world.build();
  return render(stage.world, stage.materials, kCamera, kWidth, kHeight, kSamplesPerPixel);
}

}  // namespace samples
