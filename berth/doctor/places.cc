#include "berth/doctor/places.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "berth/doctor/words.h"

namespace berth::doctor {
namespace {

constexpr mode_t kOthersPass = 0001;
constexpr mode_t kOthersWrite = 0022;
constexpr mode_t kSticky = 01000;

std::string octal(mode_t mode) { return fmt::format("{:04o}", mode); }

// What is wrong with the folder that is to hold what nobody else may change; nothing when all is well.
std::optional<CheckResult> wrong_with_folder(const PlaceFacts& facts, const char* setting) {
  const FileFacts& folder = facts.chain.back();
  const std::string path = folder.path.native();
  if (facts.read_only) {
    return failure(path + " lies on a file system that is mounted read-only",
                   fmt::format("mount it read-write, or set '{}'", setting));
  }
  if (folder.exists && !folder.is_folder) {
    return failure(path + " is no folder", fmt::format("move it away, or set '{}'", setting));
  }
  if (!facts.writable) {
    return failure(fmt::format("{} cannot be {}", path, folder.exists ? "written to" : "made"),
                   fmt::format("give it to the user that runs berth, or set '{}'", setting));
  }
  if (!folder.exists) return std::nullopt;
  if (folder.owner != facts.uid) {
    return failure(fmt::format("{} belongs to uid {}", path, folder.owner),
                   fmt::format("'chown {} {}', once you know what is in it", facts.uid, path));
  }
  if ((folder.mode & kOthersWrite) != 0) {
    return failure(fmt::format("{} has mode {}: others can write to it", path, octal(folder.mode)),
                   fmt::format("'chmod go-w {}', once you know what is in it", path));
  }
  // Who can rename a folder above can put another one there.
  for (const FileFacts& above : facts.chain) {
    const bool others_rename = (above.mode & kOthersWrite) != 0 && (above.mode & kSticky) == 0;
    if (above.exists && others_rename) {
      return failure(fmt::format("{} has mode {}: others can put another folder in place of {}", above.path.native(),
                                 octal(above.mode), path),
                     fmt::format("'chmod go-w {}', or set '{}'", above.path.native(), setting));
    }
  }
  return std::nullopt;
}

std::string description(const PlaceFacts& facts) {
  const FileFacts& folder = facts.chain.back();
  if (!folder.exists) return folder.path.native() + " is made when it is needed";
  return fmt::format("{}, mode {}, {}", folder.path.native(), octal(folder.mode), facts.type);
}

}  // namespace

PlaceFacts place_facts(const Asked& asked, const std::filesystem::path& folder) {
  PlaceFacts facts{.root = asked.root, .uid = asked.uid};
  std::filesystem::path walked;
  for (const auto& part : folder) {
    walked /= part;
    if (!part.empty()) facts.chain.push_back(file_facts(walked));
  }
  if (facts.chain.empty()) facts.chain.push_back({.path = folder});
  const auto nearest = nearest_folder(folder);
  // With the rights that the process really has, not those of who started it.
  facts.writable = ::faccessat(AT_FDCWD, nearest.c_str(), W_OK | X_OK, AT_EACCESS) == 0;
  if (const auto file_system = file_system_of(nearest)) {
    facts.type = file_system->type;
    facts.read_only = file_system->read_only;
  }
  return facts;
}

CheckResult judge_runtime_folder(const PlaceFacts& facts) {
  if (auto wrong = wrong_with_folder(facts, "storage.runtime")) return *wrong;
  // A container's init, which is nobody in particular on the host, goes through; an ordinary user's is that user.
  for (const FileFacts& folder : facts.chain) {
    if (facts.root && folder.exists && (folder.mode & kOthersPass) == 0) {
      return failure(fmt::format("{} has mode {}: a container's init cannot pass through it", folder.path.native(),
                                 octal(folder.mode)),
                     fmt::format("'chmod o+x {}', or set 'storage.runtime' to a folder below such as everybody may "
                                 "pass through",
                                 folder.path.native()));
    }
  }
  if (facts.type == "nfs" || facts.type == "cifs" || facts.type == "smb2" || facts.type == "9p") {
    return failure(fmt::format("{} lies on {}, where locks and mounts are not this machine's alone",
                               facts.chain.back().path.native(), facts.type),
                   "set 'storage.runtime' to a folder on tmpfs or a local disk");
  }
  return ok(description(facts));
}

CheckResult judge_cache_folder(const PlaceFacts& facts) {
  if (auto wrong = wrong_with_folder(facts, "storage.cache")) return *wrong;
  return ok(description(facts));
}

ConfigurationFacts configuration_facts(const Asked& asked) {
  ConfigurationFacts facts{.uid = asked.uid, .refused = asked.refused, .user_namespace = asked.settings.user_namespace};
  for (const auto& path : app::configuration_files()) {
    if (const FileFacts file = file_facts(path); file.exists) facts.files.push_back(file);
  }
  return facts;
}

CheckResult judge_configuration(const ConfigurationFacts& facts) {
  if (facts.refused) {
    return failure(facts.refused->message(),
                   "correct that place; docs/configuration.md lists the keys and their values");
  }
  std::vector<std::string> names;
  for (const FileFacts& file : facts.files) {
    const std::string path = file.path.native();
    names.push_back(path);
    if ((file.mode & kOthersWrite) != 0) {
      return failure(fmt::format("{} has mode {}: others can change what isolates them", path, octal(file.mode)),
                     fmt::format("'chmod go-w {}', once you know what is in it", path));
    }
    if (file.owner != 0 && file.owner != facts.uid) {
      return failure(fmt::format("{} belongs to uid {}, who can change it", path, file.owner),
                     fmt::format("'chown {} {}', once you know what is in it", facts.uid, path));
    }
  }
  if (!facts.user_namespace) {
    return warning("isolation.user_namespace is off: ids in containers are those of this machine",
                   "set it to 'on', as soon as user namespaces can be had");
  }
  return ok(names.empty() ? "no file: the defaults hold" : listed(names));
}

}  // namespace berth::doctor
