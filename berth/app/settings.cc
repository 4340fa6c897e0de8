#include "berth/app/settings.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

#include "berth/app/setting_keys.h"
#include "berth/app/user_places.h"
#include "berth/base/sha256.h"
#include "berth/content/yaml_reader.h"
#include "berth/image/signature_records.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

using content::YamlNode;

constexpr std::size_t kLargestFile = 1 << 20;
constexpr std::uint32_t kMostSpares = 200;  // a zygote has room for some more children (container/fork_plan.h)

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

Result<void> read_network_items(const YamlNode& node, const Place& place, NetworkSettings& network) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of items to networks");
  for (const auto& [key, value] : node.entries()) {
    const Place here = place.below(key->text());
    BERTH_CHECK_OK(with(net::parse_network_profile, network.items[std::string(key->text())])(*value, here));
  }
  return {};
}

Result<void> read_variables(const YamlNode& node, const Place& place, ContainerSettings& containers) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) return fail(Errc::InvalidInput, place.text(node) + " is no mapping of names to values");
  for (const auto& [key, value] : node.entries()) {
    const Place here = place.below(key->text());
    std::string name;
    BERTH_CHECK_OK(with(parse_variable_name, name)(*key, here));
    BERTH_CHECK_OK(with(any_text, containers.variables[name])(*value, here));
  }
  return {};
}

Result<std::optional<net::Destination>> proxy_or_none(std::string_view text) {
  if (text.empty()) return std::nullopt;
  BERTH_TRY(net::Destination proxy, parse_proxy(text));
  return proxy;
}

Result<void> check_for_user(const Settings& settings) {
  if (!settings.ordinary_user || settings.user_namespace) return {};
  return fail(Errc::InvalidInput,
              "the setting 'isolation.user_namespace' is off, and only root can run containers "
              "without one; set it to on in ~/.config/berth/berth.yaml");
}

// The fingerprint with one more file in it, which counts as the same however its path is spelled.
std::string fingerprint_with(const std::string& before, const std::filesystem::path& file, std::string_view text) {
  std::error_code is_unresolved;  // as a pipe's is, which has no other name
  const std::filesystem::path resolved = std::filesystem::canonical(file, is_unresolved);
  const std::filesystem::path& name = is_unresolved ? file : resolved;
  return sha256_hex(fmt::format("{}\n{}\n{}", before, name.native(), text));
}

// What stands in the files of the keys is a part of the settings, as if it stood in the configuration itself.
void take_signing_keys(Settings& settings) {
  read_signing_keys(settings.trust);
  for (const image::SignatureRule& rule : settings.trust.signatures) {
    for (const image::PublicKey& key : rule.keys) {
      settings.fingerprint = fingerprint_with(settings.fingerprint, key.path, key.fingerprint);
    }
  }
  settings.trust.find_verified = [state = settings.state](const std::string& digest) {
    return image::find_signatures(state, digest);
  };
}

}  // namespace

Result<Settings> read_settings(Settings settings, std::string_view text, std::string_view name) {
  BERTH_TRY(const content::YamlDocument document, content::parse_yaml(text, name));
  std::string version;
  const auto substitutes = [&](const YamlNode& node, const Place& place) {
    return read_substitutes(node, place, settings.substitutes);
  };
  NetworkSettings& network = settings.network;
  const auto network_items = [&](const YamlNode& node, const Place& place) {
    return read_network_items(node, place, network);
  };
  ContainerSettings& containers = settings.containers;
  const auto variables = [&](const YamlNode& node, const Place& place) {
    return read_variables(node, place, containers);
  };
  const auto count_of = [](const char* what) {
    return [what](std::string_view given) { return parse_count(given, what); };
  };
  const auto count_or_none = [](std::string_view given) {
    return given == "0" ? Result<std::uint32_t>(0) : parse_count(given, "calls that wait");
  };
  const auto spares_in = [](std::string_view given) -> Result<std::uint32_t> {
    BERTH_TRY(const std::uint32_t count, parse_count(given, "children"));
    if (count <= kMostSpares) return count;
    return fail(Errc::InvalidInput, fmt::format("'{}' is more than the {} children that may wait", given, kMostSpares));
  };
  const std::vector<Key> keys = {
      {"version", with(any_text, version)},
      {"storage", group({{"root", with(any_text, settings.storage)},
                         {"runtime", with(absolute_path, settings.runtime)},
                         {"cache", with(absolute_path, settings.cache)},
                         {"state", with(absolute_path, settings.state)}})},
      {"images",
       group({{"substitute", substitutes},
              {"trusted", trusted_images(settings.trust)},
              {"registries", registries_reached(settings.registries)},
              {"create", group({{"apt_sources", with(absolute_path, settings.indexes.apt_sources)},
                                {"package_hosts", list_with(index_address, settings.indexes.package_hosts)}})},
              {"python2_sources", with(absolute_path, settings.python2_sources)},
              {"default", group({{"python3", with(any_text, settings.default_python3)},
                                 {"python2", with(any_text, settings.default_python2)}})}})},
      {"engine", with(container::parse_engine, settings.engine)},
      {"debug", group({{"debugpy", with(absolute_path, settings.debugpy)}})},
      {"isolation", group({{"user_namespace", with(on_or_off, settings.user_namespace)}})},
      {"network",
       group({{"default", group({{"script", with(net::parse_network_profile, network.for_scripts)},
                                 {"integration", with(net::parse_network_profile, network.for_integrations)}})},
              {"items", network_items},
              {"allow_private", list_with(net::parse_address_range, network.allow_private)},
              {"metadata", list_with(any_text, network.metadata)},
              {"proxy", with(proxy_or_none, network.proxy)},
              {"resolvers", list_with(parse_resolver, network.resolvers)},
              {"way", with(parse_network_way, network.way)},
              {"subnet", with(parse_subnet, network.subnets.v4)}})},
      {"containers", group({{"proxy", group({{"http", with(parse_proxy_url, containers.http_proxy)},
                                             {"https", with(parse_proxy_url, containers.https_proxy)},
                                             {"no_proxy", with(any_text, containers.no_proxy)}})},
                            {"ca_bundle", with(absolute_path, containers.ca_bundle)},
                            {"environment", variables}})},
      {"rights", group({{"other_investigations", list_with(any_text, settings.other_investigations)}})},
      {"limits", group({{"memory", with(parse_bytes, settings.limits.memory_bytes)},
                        {"cpus", with(parse_cpus, settings.limits.cpus)},
                        {"pids", with(count_of("processes"), settings.limits.pids)},
                        {"timeout", with(parse_duration, settings.limits.wall_time)},
                        {"writable", with(parse_bytes, settings.limits.writable_bytes)},
                        {"writable_files", with(count_of("files"), settings.limits.writable_files)},
                        {"open_files", with(count_of("open files"), settings.limits.open_files_soft)},
                        {"open_files_hard", with(count_of("open files"), settings.limits.open_files_hard)},
                        {"message", with(parse_bytes, settings.limits.frame_bytes)},
                        {"output", with(parse_bytes, settings.limits.output_bytes)},
                        {"allow_unlimited", with(on_or_off, settings.limits.allow_unlimited)}})},
      {"calls",
       group({{"warm", with(on_or_off, settings.warm_calls)}, {"shared", list_with(any_text, settings.shared_items)}})},
      {"server", group({{"version", with(any_text, settings.server_version)},
                        {"build", with(any_text, settings.server_build)},
                        {"platform", with(any_text, settings.server_platform)}})},
      {"serve", group({{"socket", with(absolute_path, settings.serve.socket)},
                       {"calls", with(count_of("calls"), settings.serve.calls)},
                       {"calls_per_key", with(count_of("calls"), settings.serve.calls_per_key)},
                       {"waiting", with(count_or_none, settings.serve.waiting)},
                       {"idle_workers", with(count_of("processes"), settings.serve.idle_workers)},
                       {"idle_time", with(parse_duration, settings.serve.idle_time)},
                       {"zygotes", with(count_of("zygotes"), settings.serve.zygotes)},
                       {"zygote_memory", with(parse_bytes, settings.serve.zygote_memory)},
                       {"spares", with(spares_in, settings.serve.spares)},
                       {"prewarm", list_with(any_text, settings.serve.prewarm)},
                       {"connections", with(count_of("connections"), settings.serve.connections)},
                       {"drain", with(parse_duration, settings.serve.drain)},
                       {"instances", with(on_or_off, settings.serve.instances)},
                       {"fetch_every", with(parse_duration, settings.serve.fetch_every)}})},
  };
  BERTH_CHECK_OK(read_mapping(document.root(), {name, ""}, keys));
  if (version != "1") {
    return fail(Errc::InvalidInput,
                fmt::format("{}: 'version' must be 1, as the first key of the file; this is '{}'", name, version));
  }
  if (network.resolvers.size() > net::kMaxResolvers) {
    return fail(Errc::InvalidInput, fmt::format("{}: 'network.resolvers' names {} resolvers; {} are asked at most",
                                                name, network.resolvers.size(), net::kMaxResolvers));
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
  if (::geteuid() == 0) return files;
  const auto user = sys::invoking_user();
  const auto own = user ? places_of_user(*user, environment_of_process()) : std::unexpected(user.error());
  if (own) files.push_back(own->config / "berth.yaml");
  return files;
}

Result<Settings> load_settings() {
  Settings settings;
  settings.fingerprint = "no file";
  UserPlaces own;
  if (::geteuid() != 0) {
    BERTH_TRY(settings.ordinary_user, sys::invoking_user());
    BERTH_TRY(own, places_of_user(*settings.ordinary_user, environment_of_process()));
  }
  const auto take_own_places = [&] {
    if (!settings.ordinary_user) return;
    settings.storage.clear();
    settings.runtime = own.runtime;
    settings.cache = own.cache;
    settings.state = own.state;
  };
  take_own_places();
  const auto read_over = [&](const std::filesystem::path& path, bool must_exist) -> Result<void> {
    auto text = sys::read_file(path, kLargestFile);
    if (!text && text.error().code() == Errc::NotFound && !must_exist) return {};
    if (!text) return std::unexpected(std::move(text).error().in("read the configuration"));
    BERTH_TRY(settings, read_settings(std::move(settings), *text, path.native()));
    settings.fingerprint = fingerprint_with(settings.fingerprint, path, *text);
    return {};
  };
  if (const char* path = std::getenv("BERTH_CONFIG"); path != nullptr && *path != '\0') {
    BERTH_CHECK_OK(read_over(path, true));
    BERTH_CHECK_OK(check_for_user(settings));
    take_signing_keys(settings);
    return settings;
  }
  BERTH_CHECK_OK(read_over("/etc/berth/berth.yaml", false));
  // What the machine's file says of places is said of root's.
  take_own_places();
  if (settings.ordinary_user) BERTH_CHECK_OK(read_over(own.config / "berth.yaml", false));
  BERTH_CHECK_OK(check_for_user(settings));
  take_signing_keys(settings);
  return settings;
}

image::StoragePlaces storage_places(const Settings& settings) {
  image::StoragePlaces places = image::storage_places_of_process(settings.storage);
  places.root = !settings.ordinary_user;
  if (settings.ordinary_user) places.uid = settings.ordinary_user->uid;
  return places;
}

}  // namespace berth::app
