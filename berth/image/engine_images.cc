#include "berth/image/engine_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "berth/image/named_images.h"
#include "berth/image/short_names.h"
#include "berth/image/stored_names.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostInspectedBytes = 8 << 20;
constexpr JsonLimits kLimits = {.depth = 64, .values = 200'000};

std::string_view take_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find('\t'));
  line.remove_prefix(std::min(field.size() + 1, line.size()));
  return field;
}

// 64 hexadecimal digits, which Docker writes behind "sha256:" and Podman alone.
std::string id_of(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  return is_layer_id(text) ? std::string(text) : std::string();
}

// A digest that a row tells. It may be that of an index, and the id is that of the configuration: a signature may have
// been of either. What the engine tells stands before the id.
void add_digest(StoredImage& image, std::string_view digest) {
  if (!is_digest(digest) || has_digest(image, digest)) return;
  if (image.other_digests.empty()) {
    image.other_digests.push_back(std::exchange(image.digest, std::string(digest)));
  } else {
    image.other_digests.insert(image.other_digests.end() - 1, std::string(digest));
  }
}

std::unexpected<Error> refuse(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read what the engine says of the image: {}", why));
}

sys::ToolOptions options_for(const sys::EngineProgram& program) {
  sys::ToolOptions options;
  options.time_limit = std::chrono::seconds(60);
  options.environment = program.environment;
  return options;
}

}  // namespace

std::vector<StoredImage> parse_engine_list(std::string_view text) {
  std::vector<StoredImage> images;
  std::map<std::string, std::size_t> places;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view repository = take_field(line);
    const std::string_view tag = take_field(line);
    StoredImage image;
    image.id = id_of(take_field(line));
    if (image.id.empty()) continue;
    const std::string name = tag == "<none>" ? std::string(repository) : fmt::format("{}:{}", repository, tag);
    if (auto reference = parse_reference(name)) image.names.push_back(*std::move(reference));
    const auto [place, is_new] = places.emplace(image.id, images.size());
    if (is_new) {
      image.digest = "sha256:" + image.id;
      images.push_back(std::move(image));
    } else {
      std::ranges::move(image.names, std::back_inserter(images[place->second].names));
    }
    add_digest(images[place->second], line);
  }
  return images;
}

Result<LocalImage> parse_inspected_image(std::string_view json) {
  if (json.size() > kMostInspectedBytes) return refuse("it is over the limit of 8 MiB");
  const auto parsed = parse_json(json, kLimits);
  if (!parsed) return refuse(parsed.error().message());
  const Json::Array* list = parsed->as_array();
  if (list == nullptr || list->size() != 1) return refuse("it is no list of one image");
  return read_inspected_image(list->front());
}

Result<LocalImage> read_inspected_image(const Json& inspected) {
  if (!inspected.is_object()) return refuse("it is no object");
  LocalImage image;
  image.id = id_of(inspected.text_or("Id", ""));
  if (image.id.empty()) return refuse("Id: it is no digest");
  image.created = inspected.text_or("Created", "");
  const Json* config = inspected.find("Config");
  if (config != nullptr && !config->is_null()) {
    BERTH_TRY(image.config, read_image_config(*config));
  }
  return image;
}

Result<LocalImage> EngineImages::find(const Reference& wanted, const std::vector<StoredImage>& images) const {
  const StoredImage* found = pick_image(pointers_to(images), with_long_name(wanted));
  if (found == nullptr) {
    return not_found(fmt::format("among the images of {}", program_.name), images, wanted, program_.name + " pull");
  }
  return inspect(*found).context([&] { return fmt::format("read image '{}'", to_string(wanted)); });
}

Result<LocalImage> EngineImages::inspect(const StoredImage& found) const {
  BERTH_TRY(const auto inspected, sys::run_tool({program_.name, "image", "inspect", found.id}, options_for(program_)));
  BERTH_TRY(LocalImage image, parse_inspected_image(inspected.out));
  if (image.id != found.id) return fail(Errc::Corrupt, fmt::format("{} tells of another image", program_.name));
  image.digest = found.digest;
  image.other_digests = found.other_digests;
  image.names = found.names;
  return image;
}

Result<std::vector<StoredImage>> EngineImages::list() const {
  const std::vector<std::string> command = {
      program_.name, "image", "ls", "--no-trunc", "--digests", "--format", std::string(kListFormat)};
  BERTH_TRY(const auto listed, sys::run_tool(command, options_for(program_)));
  return parse_engine_list(listed.out);
}

Result<std::optional<LocalImage>> EngineImages::find_named(const Reference& name) const {
  BERTH_TRY(const std::vector<StoredImage> images, list());
  for (const StoredImage& image : images) {
    const bool has_it = std::ranges::any_of(
        image.names, [&](const Reference& one) { return one.tag == name.tag && is_same_name(one, name); });
    if (!has_it) continue;
    BERTH_TRY(LocalImage found, inspect(image));
    return found;
  }
  return std::nullopt;
}

Result<const ResolvedImage*> EngineImages::resolve(const Reference& wanted, const SubstitutionTable& table,
                                                   const TrustPolicy& trust) {
  BERTH_TRY(const std::vector<StoredImage> images, list());
  BERTH_TRY(resolved_, resolve_image([&](const Reference& one) { return find(one, images); }, wanted, table, trust));
  return &resolved_;
}

}  // namespace berth::image
