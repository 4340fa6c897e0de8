#include "berth/image/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "berth/base/utf8.h"
#include "berth/image/reference.h"
#include "berth/image/strict_json.h"

namespace berth::image {
namespace {

constexpr std::string_view kConfigTypes[] = {"application/vnd.oci.image.config.v1+json",
                                             "application/vnd.docker.container.image.v1+json"};

struct LayerType {
  std::string_view media_type;
  Packing packing;
};
constexpr LayerType kLayerTypes[] = {
    {"application/vnd.oci.image.layer.v1.tar", Packing::Plain},
    {"application/vnd.oci.image.layer.v1.tar+gzip", Packing::Gzip},
    {"application/vnd.oci.image.layer.v1.tar+zstd", Packing::Zstd},
    {"application/vnd.docker.image.rootfs.diff.tar", Packing::Plain},
    {"application/vnd.docker.image.rootfs.diff.tar.gzip", Packing::Gzip},
};

constexpr std::string_view kRootNames[] = {"schemaVersion", "mediaType", "config",       "layers",
                                           "manifests",     "subject",   "artifactType", "annotations"};
constexpr std::string_view kDescriptorNames[] = {"mediaType", "digest",   "size",         "urls",
                                                 "data",      "platform", "artifactType", "annotations"};
constexpr std::string_view kPlatformNames[] = {"os",         "architecture", "variant",
                                               "os.version", "os.features",  "features"};
constexpr std::string_view kConfigNames[] = {"created", "author", "architecture", "os",         "variant",
                                             "config",  "rootfs", "history",      "os.version", "os.features"};
constexpr std::string_view kRunNames[] = {"User",       "ExposedPorts", "Env",        "Entrypoint",  "Cmd",  "Volumes",
                                          "WorkingDir", "Labels",       "StopSignal", "Healthcheck", "Shell"};

std::unexpected<Error> corrupt(std::string_view where, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read the image's {}: {}", where, why));
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 100;
  return to_visible(text.substr(0, kMost), false);
}

Result<Descriptor> read_descriptor(const Json& json, const std::string& where) {
  if (!json.is_object()) return corrupt(where, "it is no object");
  BERTH_CHECK_OK(check_spelling(json, kDescriptorNames, where));
  Descriptor descriptor;
  descriptor.media_type = json.text_or("mediaType", "");
  descriptor.digest = json.text_or("digest", "");
  if (!is_digest(descriptor.digest)) {
    return corrupt(where,
                   fmt::format("its digest '{}' is not 'sha256:' and 64 hexadecimal digits", shown(descriptor.digest)));
  }
  const Json* size = json.find("size");
  if (size == nullptr || !size->is_int() || *size->as_int() < 0)
    return corrupt(where, "its size is no number of bytes");
  descriptor.size_bytes = static_cast<std::uint64_t>(*size->as_int());
  return descriptor;
}

Result<LayerDescriptor> read_layer(const Json& json, std::size_t number) {
  const std::string where = fmt::format("manifest: layer {}", number);
  BERTH_TRY(Descriptor descriptor, read_descriptor(json, where));
  LayerDescriptor layer;
  static_cast<Descriptor&>(layer) = std::move(descriptor);
  const auto type = std::ranges::find(kLayerTypes, layer.media_type, &LayerType::media_type);
  if (type == std::ranges::end(kLayerTypes)) {
    if (layer.media_type.contains("nondistributable") || layer.media_type.contains("foreign")) {
      return fail(Errc::InvalidInput,
                  fmt::format("read the image's {}: its bytes lie outside the registry, and are not "
                              "fetched from there",
                              where));
    }
    return fail(Errc::InvalidInput, fmt::format("read the image's {}: '{}' is no type of a layer that is known here",
                                                where, shown(layer.media_type)));
  }
  layer.packing = type->packing;
  if (layer.size_bytes > kMaxLayerBytes) {
    return fail(Errc::Exhausted, fmt::format("read the image's {}: it has {} bytes, and {} are the most", where,
                                             layer.size_bytes, kMaxLayerBytes));
  }
  return layer;
}

Result<ImageManifest> read_image_manifest(const Json& json, std::string media_type) {
  ImageManifest manifest = {.media_type = std::move(media_type)};
  const Json* config = json.find("config");
  if (config == nullptr) return corrupt("manifest", "it names no configuration");
  BERTH_TRY(manifest.config, read_descriptor(*config, "manifest: config"));
  if (std::ranges::find(kConfigTypes, manifest.config.media_type) == std::ranges::end(kConfigTypes)) {
    return fail(Errc::InvalidInput, fmt::format("read the image's manifest: '{}' is no configuration of a container's "
                                                "image; the registry holds something else under this name",
                                                shown(manifest.config.media_type)));
  }
  if (manifest.config.size_bytes > kMaxConfigBytes) {
    return fail(Errc::Exhausted, fmt::format("read the image's manifest: its configuration has {} bytes, and {} are "
                                             "the most",
                                             manifest.config.size_bytes, kMaxConfigBytes));
  }
  const Json* layers = json.find("layers");
  if (layers == nullptr || !layers->is_array()) return corrupt("manifest", "it has no list of layers");
  if (layers->as_array()->empty()) return corrupt("manifest", "it has no layer");
  if (layers->as_array()->size() > kMaxLayers) {
    return fail(Errc::Exhausted, fmt::format("read the image's manifest: it has {} layers, and {} are the most",
                                             layers->as_array()->size(), kMaxLayers));
  }
  for (const Json& layer : *layers->as_array()) {
    BERTH_TRY(LayerDescriptor read, read_layer(layer, manifest.layers.size() + 1));
    manifest.layers.push_back(std::move(read));
  }
  if (manifest.layer_bytes() > kMaxImageBytes) {
    return fail(Errc::Exhausted, fmt::format("read the image's manifest: its layers have {} bytes, and {} are the most",
                                             manifest.layer_bytes(), kMaxImageBytes));
  }
  return manifest;
}

Result<ImageIndex> read_index(const Json& json, std::string media_type) {
  ImageIndex index = {.media_type = std::move(media_type)};
  const Json* manifests = json.find("manifests");
  if (manifests == nullptr || !manifests->is_array()) return corrupt("index", "it has no list of manifests");
  if (manifests->as_array()->size() > kMaxLayers) {
    return fail(Errc::Exhausted, fmt::format("read the image's index: it has {} entries, and {} are the most",
                                             manifests->as_array()->size(), kMaxLayers));
  }
  for (const Json& one : *manifests->as_array()) {
    const std::string where = fmt::format("index: entry {}", index.entries.size() + 1);
    BERTH_TRY(Descriptor descriptor, read_descriptor(one, where));
    if (descriptor.size_bytes > kMaxManifestBytes) {
      return fail(Errc::Exhausted, fmt::format("read the image's {}: it has {} bytes, and {} are the most", where,
                                               descriptor.size_bytes, kMaxManifestBytes));
    }
    IndexEntry entry;
    static_cast<Descriptor&>(entry) = std::move(descriptor);
    if (const Json* platform = one.find("platform"); platform != nullptr && platform->is_object()) {
      BERTH_CHECK_OK(check_spelling(*platform, kPlatformNames, where));
      entry.os = platform->text_or("os", "");
      entry.architecture = platform->text_or("architecture", "");
      entry.variant = platform->text_or("variant", "");
    }
    index.entries.push_back(std::move(entry));
  }
  return index;
}

// The type without what may stand behind it ("; charset=utf-8").
std::string_view bare_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type;
}

// What kind of document this is, by all that say so.
Result<std::string> settle_type(const Json& json, std::string_view content_type) {
  std::string written = json.text_or("mediaType", "");
  const std::string_view told = bare_type(content_type);
  if (!written.empty() && !told.empty() && written != told && told != "application/json") {
    return corrupt("manifest",
                   fmt::format("the registry calls it '{}', and it calls itself '{}'", shown(told), shown(written)));
  }
  const bool has_layers = json.find("layers") != nullptr || json.find("config") != nullptr;
  const bool has_manifests = json.find("manifests") != nullptr;
  if (has_layers && has_manifests) return corrupt("manifest", "it is a manifest and an index at once");
  if (!written.empty()) return written;
  if (!told.empty() && told != "application/json") return std::string(told);
  // OCI lets a document leave its type out; what it holds tells then.
  return std::string(has_manifests ? kOciIndexType : kOciManifestType);
}

}  // namespace

std::uint64_t ImageManifest::layer_bytes() const {
  std::uint64_t sum = 0;  // each is bounded, so that it cannot overflow
  for (const LayerDescriptor& layer : layers) sum += layer.size_bytes;
  return sum;
}

Result<std::variant<ImageManifest, ImageIndex>> parse_manifest(std::string_view body, std::string_view content_type) {
  using Either = std::variant<ImageManifest, ImageIndex>;
  if (body.size() > kMaxManifestBytes) {
    return fail(Errc::Exhausted, fmt::format("read the image's manifest: it has {} bytes, and {} are the most",
                                             body.size(), kMaxManifestBytes));
  }
  BERTH_TRY(const Json json, parse_strict_json(body, "manifest"));
  if (!json.is_object()) return corrupt("manifest", "it is no object");
  BERTH_CHECK_OK(check_spelling(json, kRootNames, "manifest"));
  const Json* version = json.find("schemaVersion");
  if (version != nullptr && version->is_int() && *version->as_int() == 1) {
    return fail(Errc::InvalidInput,
                "read the image's manifest: it has the form of Docker before 2016 (schema 1), which holds no digests "
                "of what it names; have the image pushed again");
  }
  if (version == nullptr || !version->is_int() || *version->as_int() != 2) {
    return corrupt("manifest", "its schemaVersion is not 2");
  }
  BERTH_TRY(std::string type, settle_type(json, content_type));
  if (type == kOciManifestType || type == kDockerManifestType) {
    BERTH_TRY(ImageManifest manifest, read_image_manifest(json, std::move(type)));
    return Either(std::move(manifest));
  }
  if (type == kOciIndexType || type == kDockerIndexType) {
    BERTH_TRY(ImageIndex index, read_index(json, std::move(type)));
    return Either(std::move(index));
  }
  return fail(Errc::InvalidInput,
              fmt::format("read the image's manifest: '{}' is no manifest of an image", shown(type)));
}

Result<IndexEntry> choose_entry(const ImageIndex& index, std::string_view architecture) {
  std::string there;
  for (const IndexEntry& entry : index.entries) {
    if (entry.os == "linux" && entry.architecture == architecture) return entry;
    if (entry.os != "unknown" && !entry.architecture.empty()) {
      there += fmt::format("{}{}/{}", there.empty() ? "" : ", ", shown(entry.os), shown(entry.architecture));
    }
  }
  // An index may name another one without a word about platforms.
  for (const IndexEntry& entry : index.entries) {
    const bool is_index = entry.media_type == kOciIndexType || entry.media_type == kDockerIndexType;
    if (is_index && entry.architecture.empty()) return entry;
  }
  return fail(Errc::NotFound, fmt::format("choose from the image's index: there is none for linux/{}{}", architecture,
                                          there.empty() ? "" : "; there is " + there));
}

bool is_only_choice(const ImageIndex& index, const IndexEntry& entry) {
  const auto could_be_meant = [&](const IndexEntry& other) {
    return other.os == entry.os && other.architecture == entry.architecture;
  };
  const bool usual = entry.variant.empty() || (entry.architecture == "arm64" && entry.variant == "v8");
  return entry.os == "linux" && usual && std::ranges::count_if(index.entries, could_be_meant) == 1;
}

std::string_view own_architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
#error "name this architecture as images do"
#endif
}

namespace {

// Whether programs take `text` for a time (RFC 3339). Which days a month has is left to them.
bool is_time(std::string_view text) {
  const auto digits = [&](std::size_t least, std::size_t most) {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    if (count < least || count > most) return false;
    text.remove_prefix(count);
    return true;
  };
  const auto one_of = [&](std::string_view signs) {
    if (text.empty() || !signs.contains(text.front())) return false;
    text.remove_prefix(1);
    return true;
  };
  const bool is_moment = digits(4, 4) && one_of("-") && digits(2, 2) && one_of("-") && digits(2, 2) && one_of("T") &&
                         digits(1, 2) && one_of(":") && digits(2, 2) && one_of(":") && digits(2, 2);
  if (!is_moment) return false;
  if (one_of(".,") && !digits(1, text.size())) return false;
  if (text == "Z") return true;
  return one_of("+-") && digits(2, 2) && one_of(":") && digits(2, 2) && text.empty();
}

Result<void> check_time(const Json& holder, const std::string& where) {
  const Json* time = holder.find("created");
  if (time == nullptr || time->is_null() || (time->is_string() && is_time(*time->as_string()))) return {};
  const std::string text =
      time->is_string() ? fmt::format("'{}'", shown(*time->as_string())) : std::string("what it has");
  return corrupt("configuration",
                 fmt::format("{}created: {} is no time like 2026-01-31T12:00:00Z, and no storage takes the image so; "
                             "have it built anew",
                             where, text));
}

Result<void> check_times(const Json& config) {
  BERTH_CHECK_OK(check_time(config, ""));
  const Json* history = config.find("history");
  if (history == nullptr || !history->is_array()) return {};
  for (std::size_t i = 0; i < history->as_array()->size(); ++i) {
    const Json& step = (*history->as_array())[i];
    if (step.is_object()) BERTH_CHECK_OK(check_time(step, fmt::format("history[{}].", i)));
  }
  return {};
}

}  // namespace

Result<JudgedConfig> judge_config(std::string_view body, const ImageManifest& manifest) {
  JudgedConfig judged;
  BERTH_TRY(const Json json, parse_strict_json(body, "configuration"));
  if (!json.is_object()) return corrupt("configuration", "it is no object");
  BERTH_CHECK_OK(check_spelling(json, kConfigNames, "configuration"));
  if (const Json* run = json.find("config"); run != nullptr && run->is_object()) {
    BERTH_CHECK_OK(check_spelling(*run, kRunNames, "configuration: config"));
  }
  BERTH_CHECK_OK(check_times(json));
  BERTH_TRY(judged.config, parse_image_config(body));
  judged.created = json.text_or("created", "");
  judged.architecture = json.text_or("architecture", "");
  const std::string os = json.text_or("os", "linux");
  if (os != "linux")
    return fail(Errc::InvalidInput, fmt::format("use the image: it is for the system '{}'", shown(os)));
  if (!judged.architecture.empty() && judged.architecture != own_architecture()) {
    return fail(Errc::InvalidInput, fmt::format("use the image: it is for {}, and this machine is {}",
                                                shown(judged.architecture), own_architecture()));
  }
  const Json* rootfs = json.find("rootfs");
  const Json* ids = rootfs == nullptr ? nullptr : rootfs->find("diff_ids");
  if (ids == nullptr || !ids->is_array()) return corrupt("configuration", "it has no list of its layers");
  constexpr std::string_view kRootfsNames[] = {"type", "diff_ids"};
  BERTH_CHECK_OK(check_spelling(*rootfs, kRootfsNames, "configuration: rootfs"));
  for (const Json& id : *ids->as_array()) {
    const std::string* text = id.as_string();
    if (text == nullptr || !is_digest(*text)) return corrupt("configuration", "a layer's digest is none");
    judged.diff_ids.push_back(*text);
  }
  if (judged.diff_ids.size() != manifest.layers.size()) {
    return corrupt("configuration", fmt::format("it names {} layers, and the manifest {}", judged.diff_ids.size(),
                                                manifest.layers.size()));
  }
  return judged;
}

}  // namespace berth::image
