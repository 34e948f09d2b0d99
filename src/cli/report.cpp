#include "cli/report.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/base64.h"
#include "cli/build_text.h"
#include "cli/json_text.h"
#include "cli/resident_memory.h"
#include "cli/text.h"
#include "impasto/error.h"
#include "impasto/text_file.h"
#include "impasto/version.h"
#include "impasto/weights_tools.h"
#include "impasto_report_page.h"

namespace impasto::cli {
namespace {

// What keeps a page near a megabyte: long sides in pixels, snapshots beside the last, points of a curve.
constexpr int kPaintingSide = 1280, kStyleSide = 640, kFrameSide = 240;
constexpr std::size_t kFrames = 23, kPoints = 1000;
constexpr int kDigits = 5;

std::string real(double value) { return json_number(value, kDigits); }

// `image` as large as `like` is when its long side is shrunk to `side`.
std::string jpeg_text(const Image& image, const Image& like, int side) {
  const double factor = std::min(1.0, static_cast<double>(side) / std::max(like.width(), like.height()));
  const auto scaled = [&](int length) { return std::max(1, static_cast<int>(std::lround(length * factor))); };
  const int width = scaled(like.width()), height = scaled(like.height());
  const bool same = image.width() == width && image.height() == height;
  const EncodeOptions small{.jpeg_quality = 88, .keep_metadata = false};
  return json_string(base64(encode_image(same ? image : resize(image, width, height), "page.jpg", small)));
}

std::string picture(const std::string& name, const Image& image, const std::string& jpeg, double share = 0) {
  JsonObject json;
  json.add("name", json_string(name));
  json.add("width", std::to_string(image.width()));
  json.add("height", std::to_string(image.height()));
  if (share > 0) json.add("share", real(share));
  json.add("jpeg", jpeg);
  return json.text();
}

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  char text[32] = "";
  if (gmtime_r(&now, &parts) != nullptr) std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

std::string html_text(const std::string& text) {
  std::string safe;
  for (const char c : utf8_text(text)) {
    const char* entity = c == '&'   ? "&amp;"
                         : c == '<' ? "&lt;"
                         : c == '>' ? "&gt;"
                         : c == '"' ? "&quot;"
                         : c == '@' ? "&#64;"  // or a name might hold the page's own marks
                                    : nullptr;
    safe += entity == nullptr ? std::string(1, c) : entity;
  }
  return safe;
}

// JSON inside <script>: no text of it may end the element or begin a comment.
std::string script_text(std::string json) {
  for (std::size_t i = 0; (i = json.find('<', i)) != std::string::npos;) json.replace(i, 1, "\\u003c");
  return json;
}

std::string sha256_text(const std::filesystem::path& file) {
  try {
    return sha256_of(file);
  } catch (const Error& error) {
    return std::string("unknown: ") + error.what();
  }
}

std::string ending(const RunEnd& end) {
  const Result& result = end.result;
  const std::string step = "after step " + std::to_string(result.steps) + " of " + std::to_string(end.stylizer.steps());
  if (!end.failure.empty()) return "Ended " + step + " by an error: " + end.failure + ".";
  if (result.outcome == Outcome::finished) return "";
  if (result.outcome == Outcome::stopped) return "Stopped " + step + "; the painting is what there was then.";
  return "Diverged " + step + ": loss or gradient stopped being finite numbers; the painting is the best until then.";
}

// What a reader should know about how the run went; nothing if all went well.
std::string notice(const RunEnd& end) {
  std::string text = ending(end);
  for (const std::string& sentence : end.given_up) text += (text.empty() ? "" : " ") + sentence + ".";
  return text;
}

std::string title(const StyliseRequest& request) {
  std::string text = request.content.filename().string() + " in the style of ";
  for (const StyleFile& style : request.styles) {
    text += (&style == &request.styles.front() ? "" : " and ") + style.file.filename().string();
  }
  return text;
}

std::string series(const char* kind, const std::string& name, const std::string& values) {
  return "{\"kind\": " + json_string(kind) + ", \"name\": " + json_string(name) + ", \"values\": " + values + "}";
}

}  // namespace

Report::Report(const StyliseRequest& request, const Pictures& pictures, const FoundWeights& found,
               const Context& context)
    : request_(request),
      pictures_(pictures),
      found_(found),
      context_(context),
      date_(now_text()),
      film_(kFrames),
      rows_(kPoints) {}

void Report::begin(Stylizer& stylizer) {
  stylizer.set_profiling(true);
  film_.add([&] { return frame(stylizer.preview(), 0); });
}

void Report::step(const Stylizer& stylizer, const Step& step) {
  rows_.add([&] { return Row{step, stylizer.layer_losses()}; });
  if (static_cast<int>(scales_.size()) < step.scale) scales_.push_back({step.width, step.height, step.step});
  Scale& scale = scales_.back();
  ++scale.steps;
  scale.evaluations += step.evaluations;
  scale.seconds += step.seconds;
  scale.ops.clear();
  for (const OpCost& op : stylizer.op_costs()) {
    const double seconds = op.forward_seconds + op.backward_seconds;
    if (seconds > 0) scale.ops[op.name.substr(0, op.name.find(' '))] += seconds;
  }
  if (step.ends_epoch) film_.add([&] { return frame(stylizer.preview(), step.step); });
}

Report::Frame Report::frame(const Image& image, int step) const {
  JsonObject json;
  json.add("step", std::to_string(step));
  json.add("width", std::to_string(image.width()));
  json.add("height", std::to_string(image.height()));
  json.add("jpeg", jpeg_text(image, image, kFrameSide));
  return {step, json.text()};
}

std::string Report::curves() const {
  const auto values = [&](auto&& value_of) {
    return json_list(rows_.items(), "", [&](const Row& row) { return real(value_of(row)); });
  };
  const auto losses = [&](double Losses::*term) {
    return values([&](const Row& row) { return row.step.losses.*term; });
  };
  std::vector<std::string> all = {series("term", "total", losses(&Losses::total)),
                                  series("term", "content", losses(&Losses::content)),
                                  series("term", "style", losses(&Losses::style))};
  const auto& rows = rows_.items();
  if (std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.step.losses.tv != 0; })) {
    all.push_back(series("term", "smoothness", losses(&Losses::tv)));
  }
  for (std::size_t k = 0; !rows.empty() && k < rows.front().layers.size(); ++k) {
    const LayerLoss& layer = rows.front().layers[k];
    all.push_back(series(layer.is_style ? "style" : "content", layer.layer,
                         values([&](const Row& row) { return k < row.layers.size() ? row.layers[k].loss : 0; })));
  }
  all.push_back(series("gradient", "L2 norm", values([](const Row& row) { return row.step.gradient_norm; })));
  all.push_back(series("change", "L2 norm", values([](const Row& row) { return row.step.change_norm; })));
  JsonObject json;
  json.add("every", std::to_string(rows_.every()));
  json.add("steps", json_list(rows, "", [](const Row& row) { return std::to_string(row.step.step); }));
  json.add("series", json_list(all, "\n", [](const std::string& one) { return one; }));
  return json.text();
}

std::string Report::ops() const {
  std::map<std::string, double> sums;
  for (const Scale& scale : scales_) {
    for (const auto& [name, seconds] : scale.ops) sums[name] += seconds * scale.evaluations;
  }
  std::vector<std::pair<std::string, double>> sorted(sums.begin(), sums.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return json_list(sorted, "\n", [](const auto& op) {
    return "{\"name\": " + json_string(op.first) + ", \"seconds\": " + real(op.second) + "}";
  });
}

std::string Report::scales() const {
  return json_list(scales_, "\n", [](const Scale& scale) {
    JsonObject json;
    json.add("width", std::to_string(scale.width));
    json.add("height", std::to_string(scale.height));
    json.add("first", std::to_string(scale.first));
    json.add("steps", std::to_string(scale.steps));
    json.add("evaluations", std::to_string(scale.evaluations));
    json.add("seconds", real(scale.seconds));
    return json.text();
  });
}

std::string Report::facts(const Stylizer& stylizer, const std::filesystem::path& painting) const {
  std::vector<std::pair<std::string, std::string>> facts = {{"Painting", painting.string()},
                                                            {"Weights", found_.weights.description()}};
  if (!found_.file.empty()) {
    facts.emplace_back("Weights file", found_.file.string());
    facts.emplace_back("SHA-256", sha256_text(found_.file));
  }
  const auto mask = [&](const char* name, const std::optional<std::filesystem::path>& file) {
    if (file) facts.emplace_back(name, file->string());
  };
  mask("Content mask", request_.content_mask);
  for (const std::filesystem::path& file : request_.style_masks) facts.emplace_back("Style mask", file.string());
  mask("Protected", request_.protect);
  mask("Smoothness mask", request_.smooth);
  facts.emplace_back("Seed", std::to_string(stylizer.options().seed));
  facts.emplace_back("SIMD", to_string(context_.target()));
  facts.emplace_back("Threads", std::to_string(context_.threads()));
  const PlannedMemory planned = stylizer.planned_memory();
  facts.emplace_back("Regions",
                     std::to_string(planned.regions) + ", the maps of " + std::to_string(planned.kept) + " kept");
  facts.emplace_back("Convolution", to_string(context_.convolution()) + ", memory " + to_string(context_.memory()));
  for (const char* name : {"IMPASTO_WEIGHTS", "IMPASTO_SIMD", "OMP_WAIT_POLICY"}) {
    if (const char* value = std::getenv(name)) facts.emplace_back(name, value);
  }
  facts.emplace_back("Version", std::string("Impasto ") + IMPASTO_VERSION + ", " + build_text());
  std::string libraries;
  for (const std::string& line : image_formats()) libraries += (libraries.empty() ? "" : "; ") + line;
  facts.emplace_back("Libraries", libraries);
  return json_list(facts, "\n", [](const auto& fact) {
    return "[" + json_string(fact.first) + ", " + json_string(fact.second) + "]";
  });
}

std::string Report::film(const Result& result) const {
  std::vector<Frame> frames = film_.items();
  if (frames.empty() || frames.back().step < result.steps) frames.push_back(frame(result.image, result.steps));
  return json_list(frames, "\n", [](const Frame& one) { return one.json; });
}

void Report::end(const RunEnd& end) {
  const Stylizer& stylizer = end.stylizer;
  const Result& result = end.result;
  const Image& image = result.image;
  const PlannedMemory planned = stylizer.planned_memory();
  JsonObject memory, json;
  memory.add("arena", std::to_string(planned.arena));
  memory.add("pictures", std::to_string(planned.pictures));
  memory.add("optimiser", std::to_string(planned.optimiser));
  memory.add("resident", std::to_string(peak_resident_bytes()));

  std::vector<std::string> styles;
  for (std::size_t i = 0; i < pictures_.styles.size(); ++i) {
    const StylePicture& style = pictures_.styles[i];
    styles.push_back(picture(request_.styles[i].file.string(), style.image,
                             jpeg_text(style.image, style.image, kStyleSide),
                             pictures_.styles.size() > 1 ? style.weight : 0));
  }
  const std::string sentence = notice(end);
  json.add("version", json_string(IMPASTO_VERSION));
  json.add("date", json_string(date_));
  json.add("notice", json_string(sentence));
  json.add("steps", std::to_string(result.steps));
  json.add("seconds", real(result.seconds));
  json.add("first", real(result.first.total));
  json.add("last", real(result.last.total));
  json.add("painting", picture(end.painting.string(), image, jpeg_text(image, image, kPaintingSide)));
  json.add("content",
           picture(request_.content.string(), pictures_.content, jpeg_text(pictures_.content, image, kPaintingSide)));
  json.add("styles", json_list(styles, "\n", [](const std::string& one) { return one; }));
  json.add("film", film(result));
  json.add("curves", curves());
  json.add("scales", scales());
  json.add("ops", ops());
  json.add("memory", memory.text());
  json.add("command", json_string(request_.command));
  json.add("facts", facts(stylizer, end.painting));
  json.add("preset", json_string(preset_text(stylizer.options())));

  std::string page = kReportPage;
  const std::string heading = html_text(title(request_)), data = script_text(json.text());
  for (const auto& [mark, text] : {std::pair{std::string("@TITLE@"), &heading}, {std::string("@DATA@"), &data}}) {
    for (std::size_t i = 0; (i = page.find(mark, i)) != std::string::npos; i += text->size())
      page.replace(i, mark.size(), *text);
  }
  save_text(page, *request_.report);
}

}  // namespace impasto::cli
