#include "berth/image/image_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/json.h"

namespace berth::image {
namespace {

constexpr JsonLimits kLimits = {.depth = 32, .values = 100'000};
constexpr std::size_t kMaxItems = 4096;
constexpr std::size_t kMaxText = 128 << 10;  // what the kernel takes as one argument or variable
constexpr std::size_t kMaxUser = 256;

std::unexpected<Error> refuse(std::string_view member, std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read the image's config: {}: {}", member, why));
}

Result<std::string> text_member(const Json& config, std::string_view member) {
  const Json* value = config.find(member);
  if (value == nullptr || value->is_null()) return std::string();
  if (!value->is_string()) return refuse(member, "it is not a text");
  if (value->as_string()->size() > kMaxText) return refuse(member, "it is over the limit of 128 KiB");
  if (value->as_string()->contains('\0')) return refuse(member, "it holds a NUL");
  return *value->as_string();
}

Result<std::vector<std::string>> list_member(const Json& config, std::string_view member) {
  std::vector<std::string> texts;
  const Json* value = config.find(member);
  if (value == nullptr || value->is_null()) return texts;
  if (!value->is_array()) return refuse(member, "it is not a list");
  if (value->as_array()->size() > kMaxItems) return refuse(member, fmt::format("it has more than {} items", kMaxItems));
  for (const Json& item : *value->as_array()) {
    if (!item.is_string()) return refuse(member, "an item is not a text");
    if (item.as_string()->size() > kMaxText) return refuse(member, "an item is over the limit of 128 KiB");
    if (item.as_string()->contains('\0')) return refuse(member, "an item holds a NUL");
    texts.push_back(*item.as_string());
  }
  return texts;
}

Result<std::vector<std::string>> env_member(const Json& config) {
  BERTH_TRY(const std::vector<std::string> written, list_member(config, "Env"));
  std::vector<std::string> env;
  for (const std::string& variable : written) {
    const std::size_t equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos) return refuse("Env", "an item is not of the form NAME=value");
    const std::string_view name = std::string_view(variable).substr(0, equals + 1);
    const auto earlier = std::ranges::find_if(env, [&](const std::string& other) { return other.starts_with(name); });
    if (earlier != env.end()) {
      *earlier = variable;
    } else {
      env.push_back(variable);
    }
  }
  return env;
}

Result<std::vector<std::pair<std::string, std::string>>> labels_member(const Json& config) {
  std::vector<std::pair<std::string, std::string>> labels;
  const Json* value = config.find("Labels");
  if (value == nullptr || value->is_null()) return labels;
  if (!value->is_object()) return refuse("Labels", "it is not an object");
  if (value->as_object()->size() > kMaxItems)
    return refuse("Labels", fmt::format("it has more than {} items", kMaxItems));
  for (const auto& [name, label] : *value->as_object()) {
    if (!label.is_string()) return refuse("Labels", "an item is not a text");
    labels.emplace_back(name, *label.as_string());
  }
  return labels;
}

// The names of the members are the folders.
Result<std::vector<std::string>> volumes_member(const Json& config) {
  std::vector<std::string> volumes;
  const Json* value = config.find("Volumes");
  if (value == nullptr || value->is_null()) return volumes;
  if (!value->is_object()) return refuse("Volumes", "it is not an object");
  if (value->as_object()->size() > kMaxItems) {
    return refuse("Volumes", fmt::format("it has more than {} items", kMaxItems));
  }
  for (const auto& [folder, options] : *value->as_object()) volumes.push_back(folder);
  return volumes;
}

bool is_plain(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
}

}  // namespace

std::string ImageConfig::env_value(std::string_view name) const {
  for (const std::string& variable : env) {
    if (variable.starts_with(name) && variable.size() > name.size() && variable[name.size()] == '=') {
      return variable.substr(name.size() + 1);
    }
  }
  return {};
}

std::string ImageConfig::label(std::string_view name) const {
  const auto found = std::ranges::find(labels, name, &std::pair<std::string, std::string>::first);
  return found == labels.end() ? std::string() : found->second;
}

Result<ImageConfig> parse_image_config(std::string_view json) {
  if (json.size() > kMaxConfigBytes)
    return fail(Errc::Corrupt, "read the image's config: it is over the limit of 1 MiB");
  auto parsed = parse_json(json, kLimits);
  if (!parsed) return fail(Errc::Corrupt, fmt::format("read the image's config: {}", parsed.error().message()));
  const Json* run = parsed->find("config");
  if (run == nullptr || run->is_null()) return ImageConfig();
  return read_image_config(*run);
}

Result<ImageConfig> read_image_config(const Json& run) {
  ImageConfig config;
  if (!run.is_object()) return refuse("config", "it is not an object");
  BERTH_TRY(config.env, env_member(run));
  BERTH_TRY(config.user, text_member(run, "User"));
  BERTH_TRY(config.workdir, text_member(run, "WorkingDir"));
  BERTH_TRY(config.entrypoint, list_member(run, "Entrypoint"));
  BERTH_TRY(config.cmd, list_member(run, "Cmd"));
  BERTH_TRY(config.labels, labels_member(run));
  BERTH_TRY(config.volumes, volumes_member(run));
  if (config.user.size() > kMaxUser || !is_plain(config.user)) return refuse("User", "it is not the name of a user");
  if (!config.workdir.empty() && !config.workdir.starts_with('/')) return refuse("WorkingDir", "it is not absolute");
  return config;
}

}  // namespace berth::image
