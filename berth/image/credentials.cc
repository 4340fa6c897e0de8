#include "berth/image/credentials.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "berth/base/base64.h"
#include "berth/base/json.h"
#include "berth/base/utf8.h"
#include "berth/image/reference.h"
#include "berth/sys/file.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

constexpr JsonLimits kLimits = {.depth = 16, .values = 20'000};
constexpr std::size_t kMaxFileBytes = 1 << 20;
constexpr std::size_t kMaxHelperBytes = 64 << 10;
constexpr std::string_view kTokenUser = "<token>";  // what helpers write for a user whose secret is a token
constexpr std::size_t kMostOfPlace = 120;           // that is told of what stands for a registry
constexpr std::string_view kHub = "docker.io";

// What the tools have written through the years for one registry: "https://index.docker.io/v1/", "host", "host/team".
std::string normalized_place(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  for (const std::string_view version : {"/v1", "/v2"}) {
    if (text.ends_with(version)) text.remove_suffix(version.size());
  }
  const std::size_t slash = std::min(text.find('/'), text.size());
  const Reference host = normalized({.registry = std::string(text.substr(0, slash)), .path = "x/y"});
  return host.registry + std::string(text.substr(slash));
}

std::unexpected<Error> corrupt(std::string_view why) {
  return fail(Errc::Corrupt, fmt::format("read credentials: {}", why));
}

// Errors: Corrupt, with what is wrong and nothing of what stands there.
Result<Credentials> read_entry(const Json& entry) {
  Credentials credentials;
  if (entry.is_null()) return credentials;
  if (!entry.is_object()) return fail(Errc::Corrupt, "it is no object");
  for (const char* key : {"auth", "username", "password", "identitytoken"}) {
    const Json* value = entry.find(key);
    if (value == nullptr || value->is_null() || value->is_string()) continue;
    return fail(Errc::Corrupt, fmt::format("its '{}' is no text", key));
  }
  credentials.identity_token = entry.text_or("identitytoken", "");
  credentials.user = entry.text_or("username", "");
  credentials.password = entry.text_or("password", "");
  const std::string both = entry.text_or("auth", "");
  if (both.empty()) return credentials;
  const auto decoded = from_base64(both);
  if (!decoded) return fail(Errc::Corrupt, "its 'auth' is not base64");
  std::string text = *decoded;
  while (text.ends_with('\0')) text.pop_back();
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return fail(Errc::Corrupt, "its 'auth' is not of the form user:password");
  credentials.user = text.substr(0, colon);
  credentials.password = text.substr(colon + 1);
  return credentials;
}

bool fits(std::string_view where, std::string_view full) {
  return full == where || (full.starts_with(where) && full[where.size()] == '/');
}

// The entry that says most of where `full` is; null for none.
const Credentials* find_entry(const CredentialFile& file, std::string_view full) {
  const CredentialFile::Entry* best = nullptr;
  for (const CredentialFile::Entry& entry : file.entries) {
    const bool is_empty = entry.credentials.user.empty() && entry.credentials.identity_token.empty();
    if (is_empty || !fits(entry.where, full)) continue;
    if (best == nullptr || entry.where.size() > best->where.size()) best = &entry;
  }
  return best == nullptr ? nullptr : &best->credentials;
}

// Adds what `file` says to `found`. Errors: those of a helper for this very registry.
Result<FoundCredentials> look_in(const CredentialFile& file, std::string_view registry, std::string_view full,
                                 FoundCredentials found) {
  if (const auto helper = file.helpers.find(registry); helper != file.helpers.end()) {
    BERTH_TRY(found.credentials, ask_helper(helper->second, registry));
    return found;
  }
  if (const Credentials* entry = find_entry(file, full)) {
    found.credentials = *entry;
    return found;
  }
  if (file.helper_for_all.empty()) return found;
  auto told = ask_helper(file.helper_for_all, registry);
  if (told) {
    found.credentials = *std::move(told);
  } else {
    found.warnings.push_back(told.error().message());
  }
  return found;
}

// Our variables but for those that every tool gets.
std::vector<std::string> own_environment() {
  std::vector<std::string> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view variable = *at;
    const std::string_view name = variable.substr(0, variable.find('='));
    if (name != "PATH" && name != "HOME" && name != "LANG") variables.emplace_back(variable);
  }
  return variables;
}

// The key of an entry, without what may be a password in it.
std::string shown(std::string_view where) {
  if (const std::size_t at = where.rfind('@'); at != std::string_view::npos) where.remove_prefix(at + 1);
  return to_visible(where.substr(0, kMostOfPlace), false);
}

}  // namespace

std::string Credentials::basic() const { return "Basic " + to_base64(user + ":" + password); }

Result<CredentialFile> parse_credential_file(std::string_view json) {
  auto parsed = parse_json(json, kLimits);
  // The parser's own words hold no part of the text.
  if (!parsed) return corrupt(parsed.error().message());
  CredentialFile file;
  if (!parsed->is_object()) return corrupt("it is no object");
  if (const Json* auths = parsed->find("auths"); auths != nullptr && !auths->is_null()) {
    if (!auths->is_object()) return corrupt("'auths' is no object");
    for (const auto& [where, entry] : *auths->as_object()) {
      auto credentials = read_entry(entry);
      if (!credentials) {
        return corrupt(fmt::format("the entry '{}' of 'auths': {}; log in anew there, or take it out", shown(where),
                                   credentials.error().message()));
      }
      file.entries.push_back({normalized_place(where), *std::move(credentials)});
    }
  }
  if (const Json* helpers = parsed->find("credHelpers"); helpers != nullptr && !helpers->is_null()) {
    if (!helpers->is_object()) return corrupt("'credHelpers' is no object");
    for (const auto& [where, name] : *helpers->as_object()) {
      if (!name.is_string()) {
        return corrupt(fmt::format("the entry '{}' of 'credHelpers': the helper's name is no text", shown(where)));
      }
      file.helpers[normalized_place(where)] = *name.as_string();
    }
  }
  file.helper_for_all = parsed->text_or("credsStore", "");
  return file;
}

std::vector<std::filesystem::path> credential_files(uid_t uid,
                                                    const std::function<std::string(const char*)>& variable) {
  if (const std::string file = variable("REGISTRY_AUTH_FILE"); !file.empty()) return {file};
  std::vector<std::filesystem::path> files;
  const std::string runtime = variable("XDG_RUNTIME_DIR");
  if (!runtime.empty()) files.push_back(std::filesystem::path(runtime) / "containers/auth.json");
  files.push_back(fmt::format("/run/containers/{}/auth.json", uid));
  const std::string home = variable("HOME");
  const std::string config = variable("XDG_CONFIG_HOME");
  if (!config.empty()) {
    files.push_back(std::filesystem::path(config) / "containers/auth.json");
  } else if (!home.empty()) {
    files.push_back(std::filesystem::path(home) / ".config/containers/auth.json");
  }
  const std::string docker = variable("DOCKER_CONFIG");
  if (!docker.empty()) {
    files.push_back(std::filesystem::path(docker) / "config.json");
  } else if (!home.empty()) {
    files.push_back(std::filesystem::path(home) / ".docker/config.json");
  }
  return files;
}

Result<std::optional<Credentials>> ask_helper(std::string_view name, std::string_view registry,
                                              std::chrono::milliseconds time_limit) {
  const auto is_sign = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  if (name.empty() || name.size() > 64 || !std::ranges::all_of(name, is_sign)) {
    return fail(Errc::InvalidInput,
                "ask a credential helper: its name is not letters, digits, '-', '_' and '.', and no path");
  }
  const std::string program = fmt::format("docker-credential-{}", name);
  const std::string asked = registry == kHub ? "https://index.docker.io/v1/" : std::string(registry);
  const auto path = sys::find_program(program);
  if (!path) return fail(Errc::NotFound, fmt::format("ask the credential helper: '{}' is not on PATH", program));
  sys::ToolOptions options;
  options.time_limit = time_limit;
  options.output_limit_bytes = kMaxHelperBytes;
  options.input = asked;
  options.watch = sys::check_interrupted;
  options.any_status = true;
  options.environment = own_environment();
  BERTH_TRY(const sys::ToolOutput ran,
            sys::run_tool({*path, "get"}, options).context([] { return "ask the credential helper"; }));
  if (ran.status != 0) {
    // A helper says in words alone that it knows nothing. Its other words may hold a secret.
    if (ran.out.contains("credentials not found")) return std::optional<Credentials>();
    return fail(Errc::Unavailable,
                fmt::format("ask the credential helper: '{} get' ended with exit status {}", *path, ran.status));
  }
  const auto answer = parse_json(ran.out, kLimits);
  if (!answer || !answer->is_object()) {
    return fail(Errc::Corrupt, fmt::format("ask the credential helper '{}': its answer is no JSON object", program));
  }
  const std::string user = answer->text_or("Username", "");
  const std::string secret = answer->text_or("Secret", "");
  if (secret.empty()) return std::optional<Credentials>();
  if (user == kTokenUser || user.empty()) return std::optional(Credentials{.identity_token = secret});
  return std::optional(Credentials{.user = user, .password = secret});
}

Result<FoundCredentials> find_credentials(const std::vector<std::filesystem::path>& files, std::string_view registry,
                                          std::string_view path) {
  const std::string full = fmt::format("{}/{}", registry, path);
  FoundCredentials found;
  for (const std::filesystem::path& name : files) {
    const auto where = [&] { return fmt::format("'{}'", name.native()); };
    auto text = sys::read_file(name, kMaxFileBytes);
    if (!text && text.error().code() == Errc::NotFound) continue;
    if (!text) return std::unexpected(std::move(text).error().in("read credentials"));
    BERTH_TRY(const CredentialFile file, parse_credential_file(*text).context(where));
    const std::size_t known = found.warnings.size();
    BERTH_TRY(found, look_in(file, registry, full, std::move(found)).context(where));
    for (std::size_t i = known; i < found.warnings.size(); ++i) {
      found.warnings[i] = fmt::format("{} ('credsStore'): {}; the registry '{}' is asked without a name and password",
                                      where(), found.warnings[i], registry);
    }
    if (!found.credentials) continue;
    found.warnings.clear();  // nobody needed that helper
    return found;
  }
  return found;
}

}  // namespace berth::image
