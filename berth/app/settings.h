// What the operator has set: read once at the start, handed down in parts. docs/configuration.md lists the keys.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/app/container_settings.h"
#include "berth/app/image_settings.h"
#include "berth/app/network_settings.h"
#include "berth/app/serve_settings.h"
#include "berth/base/result.h"
#include "berth/container/engine_kind.h"
#include "berth/container/limits.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"
#include "berth/sys/own_namespace.h"

namespace berth::app {

struct Settings {
  std::filesystem::path storage;  // graph root; empty: that of the machine, or of the user
  std::filesystem::path runtime = "/run/berth";
  std::filesystem::path cache = "/var/cache/berth";
  std::filesystem::path state = "/var/lib/berth";
  // Who asks, where that is not root: then the places above are the user's own, and containers are made in the user's
  // own namespace (sys/own_namespace.h). Said here because in that namespace the process looks like root.
  std::optional<sys::User> ordinary_user;
  image::SubstitutionTable substitutes;
  image::TrustPolicy trust = image::default_trust();
  RegistryRows registries;
  IndexSettings indexes;                    // of images that are created
  std::string default_python3 = "python3";  // for items that name no image
  std::string default_python2 = "python";
  std::filesystem::path python2_sources;  // package sources of the Python 2 base; empty: the machine's own archives
  std::filesystem::path debugpy = "/usr/lib/python3/dist-packages";  // folder that holds the package
  bool user_namespace = true;
  container::EngineKind engine = container::EngineKind::Native;  // who makes the containers of calls
  container::Limits limits;
  std::vector<std::string> shared_items;  // items, by id or name, whose calls share a process
  bool warm_calls = false;                // a call that comes again in one process of ours may run in a zygote's child
  NetworkSettings network;
  std::vector<std::string> other_investigations;  // items, by id or name, that may reach any investigation
  ContainerSettings containers;
  std::string server_version = "8.9.0";  // what demisto.demistoVersion() tells content
  std::string server_build = "0";
  std::string server_platform = "xsoar";  // which of the vendor's products content takes the server for
  ServeSettings serve;
  std::string fingerprint;  // of the files that load_settings read, keys of signatures among them: the same for two
                            // processes with the same settings

  // Where the daemon listens.
  std::filesystem::path socket() const { return serve.socket.empty() ? runtime / "berth.sock" : serve.socket; }
};

// Reads one configuration file over `settings`. Keys that are not known are errors, with a suggestion.
// Errors: InvalidInput, with file, line, key and remedy.
Result<Settings> read_settings(Settings settings, std::string_view text, std::string_view name);

// The files that load_settings looks for, the one that counts more last.
std::vector<std::filesystem::path> configuration_files();

// The settings of this process: the system file, the user's file, the environment (BERTH_CONFIG names one file instead
// of both). Files that are not there are passed over, but for one named by BERTH_CONFIG.
Result<Settings> load_settings();

// Where the storage of images is looked for, in this process or after it has entered the user's own namespace.
image::StoragePlaces storage_places(const Settings& settings);

// "1g", "512MiB", "1000000": a number of bytes. Errors: InvalidInput with what is accepted.
Result<std::uint64_t> parse_bytes(std::string_view text);
// "300", "90s", "5m", "1h30m": a time. Errors: InvalidInput.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// "0.5", "2". Errors: InvalidInput.
Result<double> parse_cpus(std::string_view text);
// "256". Errors: InvalidInput; `what` names the value.
Result<std::uint32_t> parse_count(std::string_view text, std::string_view what);

}  // namespace berth::app
