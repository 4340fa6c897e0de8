#include "berth/app/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "berth/content/suggestion.h"
#include "berth/content/yaml_reader.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

using content::YamlNode;

constexpr std::size_t kLargestFile = 1 << 20;

// Where a value stands, for errors.
struct Place {
  std::string_view file;
  std::string key;

  std::string text(const YamlNode& node) const {
    return fmt::format("{}:{}:{}: '{}'", file, node.line, node.column, key);
  }
  Place below(std::string_view part) const {
    return {file, key.empty() ? std::string(part) : fmt::format("{}.{}", key, part)};
  }
};

using SetValue = std::function<Result<void>(const YamlNode&, const Place&)>;
struct Key {
  std::string_view name;
  SetValue set;
};

Result<void> read_mapping(const YamlNode& node, const Place& place, const std::vector<Key>& keys) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of keys to values");
  for (const auto& [key, value] : node.entries()) {
    const Place here = place.below(key->text());
    const SetValue* set = nullptr;
    std::vector<std::string> names;
    for (const Key& known : keys) {
      names.emplace_back(known.name);
      if (known.name == key->text()) set = &known.set;
    }
    if (set == nullptr) {
      return fail(Errc::InvalidInput,
                  fmt::format("{} is no setting{}", here.text(*key), content::suggestion_for(key->text(), names)));
    }
    BERTH_CHECK_OK((*set)(*value, here));
  }
  return {};
}

// A setter of one text, through a parser.
template <class Parse, class T>
SetValue with(Parse parse, T& into) {
  return [parse, &into](const YamlNode& node, const Place& place) -> Result<void> {
    if (!node.is_scalar()) return fail(Errc::InvalidInput, place.text(node) + " needs one value");
    auto value = parse(node.text());
    if (!value) return std::unexpected(std::move(value).error().in(place.text(node)));
    into = *std::move(value);
    return {};
  };
}

Result<std::string> any_text(std::string_view text) { return std::string(text); }

Result<std::string> absolute_path(std::string_view text) {
  if (text.starts_with('/')) return std::string(text);
  return fail(Errc::InvalidInput, fmt::format("'{}' is no absolute path", text));
}

Result<bool> on_or_off(std::string_view text) {
  if (text == "on" || text == "true" || text == "yes") return true;
  if (text == "off" || text == "false" || text == "no") return false;
  return fail(Errc::InvalidInput, fmt::format("'{}' is neither on nor off", text));
}

Result<void> read_substitutes(const YamlNode& node, const Place& place, image::SubstitutionTable& table) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of names to local images");
  for (const auto& [key, value] : node.entries()) {
    if (!value->is_scalar()) {
      return fail(Errc::InvalidInput, place.below(key->text()).text(*value) + " needs one value");
    }
    auto row = image::parse_substitution(key->text(), value->text());
    if (!row) return std::unexpected(std::move(row).error().in(place.below(key->text()).text(*key)));
    table.push_back(*std::move(row));
  }
  return {};
}

std::filesystem::path user_config_folder() {
  if (const char* folder = std::getenv("XDG_CONFIG_HOME"); folder != nullptr && *folder == '/') return folder;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/nonexistent") / ".config";
}

}  // namespace

Result<Settings> read_settings(Settings settings, std::string_view text, std::string_view name) {
  BERTH_TRY(const content::YamlDocument document, content::parse_yaml(text, name));
  std::string version;
  const auto group = [](std::vector<Key> keys) -> SetValue {
    return
        [keys = std::move(keys)](const YamlNode& node, const Place& place) { return read_mapping(node, place, keys); };
  };
  const auto substitutes = [&](const YamlNode& node, const Place& place) {
    return read_substitutes(node, place, settings.substitutes);
  };
  const auto count_of = [](const char* what) {
    return [what](std::string_view given) { return parse_count(given, what); };
  };
  const std::vector<Key> keys = {
      {"version", with(any_text, version)},
      {"storage", group({{"root", with(any_text, settings.storage)},
                         {"runtime", with(absolute_path, settings.runtime)},
                         {"cache", with(absolute_path, settings.cache)}})},
      {"images", group({{"substitute", substitutes},
                        {"default", group({{"python3", with(any_text, settings.default_python3)},
                                           {"python2", with(any_text, settings.default_python2)}})}})},
      {"isolation", group({{"user_namespace", with(on_or_off, settings.user_namespace)}})},
      {"limits", group({{"memory", with(parse_bytes, settings.limits.memory_bytes)},
                        {"cpus", with(parse_cpus, settings.limits.cpus)},
                        {"pids", with(count_of("processes"), settings.limits.pids)},
                        {"timeout", with(parse_duration, settings.limits.wall_time)},
                        {"writable", with(parse_bytes, settings.limits.writable_bytes)},
                        {"writable_files", with(count_of("files"), settings.limits.writable_files)},
                        {"open_files", with(count_of("open files"), settings.limits.open_files_soft)},
                        {"open_files_hard", with(count_of("open files"), settings.limits.open_files_hard)},
                        {"message", with(parse_bytes, settings.limits.frame_bytes)},
                        {"output", with(parse_bytes, settings.limits.output_bytes)}})},
      {"server",
       group({{"version", with(any_text, settings.server_version)}, {"build", with(any_text, settings.server_build)}})},
  };
  BERTH_CHECK_OK(read_mapping(document.root(), {name, ""}, keys));
  if (version != "1") {
    return fail(Errc::InvalidInput,
                fmt::format("{}: 'version' must be 1, as the first key of the file; this is '{}'", name, version));
  }
  const container::Limits& limits = settings.limits;
  if (limits.open_files_soft > limits.open_files_hard) {
    return fail(Errc::InvalidInput, fmt::format("{}: 'limits.open_files' is {}, above 'limits.open_files_hard', which "
                                                "is {}; raise that as well",
                                                name, limits.open_files_soft, limits.open_files_hard));
  }
  return settings;
}

std::vector<std::filesystem::path> configuration_files() {
  if (const char* path = std::getenv("BERTH_CONFIG"); path != nullptr && *path != '\0') return {path};
  std::vector<std::filesystem::path> files = {"/etc/berth/berth.yaml"};
  if (::geteuid() != 0) files.push_back(user_config_folder() / "berth/berth.yaml");
  return files;
}

Result<Settings> load_settings() {
  Settings settings;
  const auto read_over = [&](const std::filesystem::path& path, bool must_exist) -> Result<void> {
    auto text = sys::read_file(path, kLargestFile);
    if (!text && text.error().code() == Errc::NotFound && !must_exist) return {};
    if (!text) return std::unexpected(std::move(text).error().in("read the configuration"));
    BERTH_TRY(settings, read_settings(std::move(settings), *text, path.native()));
    return {};
  };
  const char* named = std::getenv("BERTH_CONFIG");
  const bool must_exist = named != nullptr && *named != '\0';
  for (const auto& path : configuration_files()) BERTH_CHECK_OK(read_over(path, must_exist));
  return settings;
}

}  // namespace berth::app
