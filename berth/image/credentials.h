// Who we are to a registry: from the files and helpers that the machine's own tools use.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"

namespace berth::image {

// A name with a password, or a token that stands for both. Never printed.
struct Credentials {
  std::string user;
  std::string password;
  std::string identity_token;

  // The value of a header `Authorization`, for the first of the two.
  std::string basic() const;
};

// What one file says, in the form that auth.json and Docker's config.json share.
struct CredentialFile {
  struct Entry {
    std::string where;  // "registry.example:5000", "registry.example/team", normalised
    Credentials credentials;
  };
  std::vector<Entry> entries;
  std::map<std::string, std::string, std::less<>> helpers;  // by registry
  std::string helper_for_all;                               // empty: none
};

// Errors: Corrupt, with what is wrong, never with what is in it; Exhausted by depth or number of values.
Result<CredentialFile> parse_credential_file(std::string_view json);

// The files in the order in which they count: $REGISTRY_AUTH_FILE alone where it is set; else the tools' auth.json of
// this login and of the user, then Docker's config.json. `root` and `uid` say whose.
std::vector<std::filesystem::path> credential_files(uid_t uid, const std::function<std::string(const char*)>& variable);

// Asks the helper `docker-credential-NAME` for a registry. A helper is a program on PATH, named by letters, digits,
// '-', '_' and '.'; it has our environment, in which its own settings stand, and ten seconds, and what it prints is
// bounded.
// Errors: InvalidInput for another name; NotFound when there is no such helper; those of sys::run_tool; Corrupt.
// Nothing: it knows none.
Result<std::optional<Credentials>> ask_helper(std::string_view name, std::string_view registry,
                                              std::chrono::milliseconds time_limit = std::chrono::seconds(10));

struct FoundCredentials {
  std::optional<Credentials> credentials;  // nothing: nobody knows any
  // Helpers for all registries (`credsStore`) that could not be asked, with the file that names them. They may know
  // nothing of this registry, so it is asked without a name and password then.
  std::vector<std::string> warnings;
};

// What the first of `files` that knows something says for the image `path` of `registry`. Files that are not there are
// passed over. Errors: those of reading a file, and of a helper that it names for this registry (`credHelpers`), with
// the file's name.
Result<FoundCredentials> find_credentials(const std::vector<std::filesystem::path>& files, std::string_view registry,
                                          std::string_view path);

}  // namespace berth::image
