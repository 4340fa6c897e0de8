// What an image with libraries and packages is made of, and what it says of itself. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/image/inventory.h"
#include "berth/image/library_lock.h"
#include "berth/image/package_manager.h"
#include "berth/image/requirement.h"

namespace berth::image {

// Labels by which a later run decides without building.
inline constexpr std::string_view kRequestLabel = "berth.request";  // hash of what was asked for, and of the base
inline constexpr std::string_view kLockLabel = "berth.lock";        // hash of what it is made of

// The version of every image that is created; the revision counts up behind it.
inline constexpr std::string_view kCreatedVersion = "1.0.0";

// What a person asks for, checked.
struct CreateRequest {
  std::string name;  // as references have it, without registry and tag: "example_name", "team/tools"
  std::vector<Requirement> dependencies;
  std::vector<PackageWish> packages;
  bool allow_sources = false;  // libraries that have no wheel may be built: their own code runs, apart
  // What says where all that is found: addresses without credentials, package sources. It is asked for elsewhere
  // when it changes, and what comes may still be the same.
  std::vector<std::string> origins;
  // For the labels; empty where nothing is said.
  std::string description;
  std::string authors;
  std::string source;  // where the recipe is kept
};

// "example_name" or "localhost/example_name". Errors: InvalidInput for upper case, a tag, a digest or a registry, with
// what to write; for names that Berth's own base images have.
Result<std::string> parse_image_name(std::string_view text);

struct LockedPackage {
  Package package;
  std::string sha256;  // of its file; empty while nothing has been fetched
};

// The base, as far as the recipe depends on it.
struct CreateBase {
  std::string name;            // "berth/python3-deb:3.11.2.1"
  bool is_local = false;       // no registry has it under that name: it was made on this machine
  std::string digest;          // of its manifest
  std::string user;            // that it runs as; empty for root
  std::string created;         // RFC 3339
  std::string python;          // the program, by its name: "python3"
  std::string python_version;  // "3.11.2"
  std::string distribution;    // for people: "Debian GNU/Linux 12 (bookworm)"
  OsRelease os = {};           // whose advisories speak of what is installed
  std::optional<PackageManager> manager;
};

// Everything that decides the image's content.
struct CreateRecipe {
  CreateRequest request;
  CreateBase base;
  std::vector<LockedLibrary> libraries;
  std::vector<LockedPackage> packages;
};

// Hash of the request, the base's digest and the way images are made: equal requests of the same indexes have equal
// ones.
std::string request_key(const CreateRequest& request, std::string_view base_digest);
// Hash of all that the image is made of. Equal recipes make equal layers.
std::string lock_key(const CreateRecipe& recipe);

// The shell script that installs from kBuildFolder (its folders `packages` and `libraries`, its file
// `requirements.txt`) and leaves nothing behind that the same packages would not leave again.
std::string install_script(const CreateRecipe& recipe, std::int64_t time);

// A Python program that checks the finished image: interpreter, versions, and that what was asked for can be imported.
// It runs from its standard input, as the image repository has it, and needs no network.
std::string verify_script(const CreateRecipe& recipe);

// For the image repository: a Dockerfile that installs the same on exactly the same base, and its build.conf.
std::string dockerfile(const CreateRecipe& recipe);
std::string build_conf();

// What the image says of itself (the annotations of the OCI image specification, and Berth's own labels). `tag` is its
// own, `time` its date, `licences` those of its libraries as an SPDX expression.
std::vector<std::pair<std::string, std::string>> labels_of(const CreateRecipe& recipe, std::string_view tag,
                                                           std::int64_t time, std::string_view licences);

// "mechanize 0.4.10, html5lib 1.1; wget 1.21.3": for people, bounded.
std::string summary_of(const CreateRecipe& recipe);

}  // namespace berth::image
