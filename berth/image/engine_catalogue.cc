#include "berth/image/engine_catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "berth/image/engine_images.h"
#include "berth/image/named_images.h"
#include "berth/image/short_names.h"
#include "berth/image/stored_names.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;  // of what an engine says of all
constexpr std::size_t kMostImages = 2000;     // of one command, whose words the kernel bounds
constexpr JsonLimits kLimits = {.depth = 64, .values = 4'000'000};
constexpr JsonLimits kStepLimits = {.depth = 8, .values = 20'000};

std::unexpected<Error> refuse(std::string_view what, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read what the engine says of {}: {}", what, why));
}

sys::ToolOptions options_for(const sys::EngineProgram& program) {
  sys::ToolOptions options;
  options.time_limit = std::chrono::seconds(60);
  options.environment = program.environment;
  options.output_limit_bytes = kMostBytes;
  return options;
}

// A number of bytes, which Docker writes as text.
std::uint64_t bytes_of(const Json* value) {
  if (value == nullptr) return 0;
  if (value->is_int()) return static_cast<std::uint64_t>(std::max<std::int64_t>(*value->as_int(), 0));
  std::uint64_t bytes = 0;
  const std::string* text = value->as_string();
  if (text == nullptr) return 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), bytes);
  return error == std::errc() && end == text->data() + text->size() ? bytes : 0;
}

// The first of the two members that is there.
const Json* either(const Json& json, std::string_view docker, std::string_view podman) {
  const Json* value = json.find(docker);
  return value != nullptr ? value : json.find(podman);
}

std::string text_of(const Json* value) {
  return value != nullptr && value->is_string() ? *value->as_string() : std::string();
}

SizedStep step_of(const Json& json) {
  SizedStep step;
  step.size_bytes = bytes_of(either(json, "Size", "size"));
  step.step = {.created = text_of(either(json, "CreatedAt", "created")),
               .created_by = text_of(json.find("CreatedBy")),
               .comment = text_of(either(json, "Comment", "comment")),
               .has_layer = step.size_bytes > 0};
  return step;
}

}  // namespace

Result<std::vector<EngineImage>> parse_inspected_images(std::string_view json) {
  const auto parsed = parse_json(json, kLimits);
  if (!parsed) return refuse("its images", parsed.error().message());
  const Json::Array* list = parsed->as_array();
  if (list == nullptr) return refuse("its images", "it is no list");
  std::vector<EngineImage> images;
  for (const Json& one : *list) {
    EngineImage image;
    BERTH_TRY(image.image, read_inspected_image(one));
    image.size_bytes = bytes_of(one.find("Size"));
    image.architecture = one.text_or("Architecture", "");
    const Json* files = one.find("RootFS");
    const Json* layers = files != nullptr && files->is_object() ? files->find("Layers") : nullptr;
    if (layers != nullptr && layers->is_array()) image.layers = layers->as_array()->size();
    image.document = one;
    images.push_back(std::move(image));
  }
  return images;
}

Result<EngineCatalogue> EngineCatalogue::parse(std::string name, std::string_view listed, std::string_view inspected) {
  EngineCatalogue catalogue(std::move(name));
  BERTH_TRY(std::vector<EngineImage> all, parse_inspected_images(inspected));
  for (EngineImage& one : all) {
    std::string id = one.image.id;
    catalogue.inspected_.insert_or_assign(std::move(id), std::move(one));
  }
  catalogue.images_ = parse_engine_list(listed);
  std::erase_if(catalogue.images_, [&](const StoredImage& one) { return !catalogue.inspected_.contains(one.id); });
  for (StoredImage& one : catalogue.images_) {
    LocalImage& image = catalogue.inspected_.find(one.id)->second.image;
    one.created = image.created;
    image.digest = one.digest;
    image.other_digests = one.other_digests;
    image.names = one.names;
  }
  return catalogue;
}

Result<EngineCatalogue> EngineCatalogue::read(const sys::EngineProgram& program) {
  const std::vector<std::string> question = {
      program.name, "image", "ls", "--no-trunc", "--digests", "--format", std::string(kListFormat)};
  BERTH_TRY(const auto listed, sys::run_tool(question, options_for(program)));
  const std::vector<StoredImage> images = parse_engine_list(listed.out);
  if (images.empty()) return parse(program.name, listed.out, "[]");
  if (images.size() > kMostImages) {
    return fail(Errc::Exhausted, fmt::format("look at the images of {}: it has {}, and {} are the most", program.name,
                                             images.size(), kMostImages));
  }
  std::vector<std::string> inspect = {program.name, "image", "inspect"};
  for (const StoredImage& one : images) inspect.push_back(one.id);
  sys::ToolOptions options = options_for(program);
  options.any_status = true;  // one that has gone meanwhile is an error of its; it tells of the others
  BERTH_TRY(const auto inspected, sys::run_tool(inspect, options));
  auto catalogue = parse(program.name, listed.out, inspected.out);
  if (inspected.status == 0 || (catalogue && !catalogue->images().empty())) return catalogue;
  return fail(Errc::Unavailable, fmt::format("run {} image inspect: exit status {}: {}", program.name, inspected.status,
                                             inspected.err.substr(0, 400)));
}

const EngineImage* EngineCatalogue::find(std::string_view id) const {
  const auto found = inspected_.find(id);
  return found == inspected_.end() ? nullptr : &found->second;
}

Result<LocalImage> EngineCatalogue::find_image(const Reference& wanted) const {
  const StoredImage* found = pick_image(pointers_to(images_), with_long_name(wanted));
  if (found == nullptr)
    return not_found(fmt::format("among the images of {}", name_), images_, wanted, name_ + " pull");
  return find(found->id)->image;
}

Result<std::vector<SizedStep>> parse_engine_history(std::string_view text) {
  std::vector<SizedStep> steps;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty()) continue;
    const auto json = parse_json(line, kStepLimits);
    if (!json) return refuse("an image's history", "a line is no object");
    // Podman prints all of them as one list.
    for (const Json& one : json->is_array() ? *json->as_array() : Json::Array{*json}) {
      if (!one.is_object()) return refuse("an image's history", "a line is no object");
      steps.push_back(step_of(one));
    }
  }
  std::ranges::reverse(steps);
  return steps;
}

Result<std::vector<SizedStep>> read_engine_history(const sys::EngineProgram& program, const std::string& id) {
  const std::vector<std::string> question = {program.name,    "image",    "history",    "--no-trunc",
                                             "--human=false", "--format", "{{json .}}", id};
  BERTH_TRY(const auto said, sys::run_tool(question, options_for(program)));
  return parse_engine_history(said.out);
}

}  // namespace berth::image
