#include "berth/image/create_recipe.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "berth/base/json.h"
#include "berth/base/sha256.h"
#include "berth/base/utc_text.h"
#include "berth/image/base_recipe.h"
#include "berth/image/builder.h"
#include "berth/image/create_scripts.h"
#include "berth/image/reference.h"
#include "berth/image/trust.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostInSummary = 12;

class KeyMaker {
 public:
  void add(std::string_view text) {
    hash_.update(text);
    hash_.update(std::string_view("\0", 1));  // so that no two lists run into each other
  }
  std::string key() && { return "sha256:" + std::move(hash_).hex(); }

 private:
  Sha256 hash_;
};

bool is_own_base(std::string_view name) {
  constexpr std::string_view kLibrary = "library/";  // where names without an organisation lie
  if (name.starts_with(kLibrary)) name.remove_prefix(kLibrary.size());
  return name == python3_recipe().name || name == python2_recipe().name || name == python3_recipe().short_name ||
         name == python2_recipe().short_name || name == "python";
}

// A text as a Python literal. JSON's is one, for what is neither a surrogate nor beyond the basic plane in Python 2.
std::string literal(std::string_view text) { return print_json(Json(text)); }

std::vector<Package> packages_of(const CreateRecipe& recipe) {
  std::vector<Package> packages;
  for (const LockedPackage& one : recipe.packages) packages.push_back(one.package);
  return packages;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
}

}  // namespace

Result<std::string> parse_image_name(std::string_view text) {
  const auto refused = [&](std::string_view reason) {
    return fail(Errc::InvalidInput, fmt::format("image name '{}': {}", text, reason));
  };
  if (std::ranges::any_of(text, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return refused("names of images are in lower case");
  }
  BERTH_TRY(const Reference reference,
            parse_reference(text).context([&] { return fmt::format("image name '{}'", text); }));
  if (!reference.tag.empty() || !reference.digest.empty()) {
    return refused("the tag is given by Berth: leave it out");
  }
  if (!reference.registry.empty() && !is_created_here(reference)) {
    return refused("an image is made on this machine; leave the registry out, and push it there afterwards");
  }
  if (is_own_base(reference.path)) return refused("Berth's own base images have that name; choose another");
  return reference.path;
}

namespace {

// All but where it is looked for.
KeyMaker asked_for(const CreateRequest& request, std::string_view base_digest) {
  KeyMaker maker;
  maker.add("1");  // counts up when images come to be made in another way
  maker.add(base_digest);
  maker.add(request.name);
  for (const Requirement& one : request.dependencies) maker.add("d " + to_string(one));
  for (const PackageWish& one : request.packages) maker.add("p " + to_string(one));
  maker.add(request.allow_sources ? "sources, built with what was judged" : "wheels");
  for (const std::string* text : {&request.description, &request.authors, &request.source}) maker.add(*text);
  maker.add(install_template());
  maker.add(verify_template());
  return maker;
}

}  // namespace

std::string request_key(const CreateRequest& request, std::string_view base_digest) {
  KeyMaker maker = asked_for(request, base_digest);
  for (const std::string& one : request.origins) maker.add("o " + one);
  return std::move(maker).key();
}

std::string lock_key(const CreateRecipe& recipe) {
  KeyMaker maker = asked_for(recipe.request, recipe.base.digest);
  for (const LockedLibrary& one : recipe.libraries) {
    // What is built from its source is known by that: the wheel may come out otherwise each time.
    maker.add(fmt::format("{} {} {}", one.name, one.version, one.sha256));
    for (const LockedLibrary& needed : one.built_with) {
      maker.add(fmt::format("b {} {} {}", needed.name, needed.version, needed.sha256));
    }
  }
  for (const LockedPackage& one : recipe.packages) {
    maker.add(fmt::format("{} {} {}", one.package.name, one.package.version, one.package.architecture));
  }
  return std::move(maker).key();
}

std::string install_script(const CreateRecipe& recipe, std::int64_t time) {
  std::string script(install_template());
  std::string packages = ":";
  if (!recipe.packages.empty() && recipe.base.manager) {
    packages = install_line(*recipe.base.manager, fmt::format("{}/packages", kBuildFolder));
  }
  std::string libraries = ":";
  if (!recipe.libraries.empty()) {
    libraries = fmt::format(
        "{} -m pip install --quiet --no-index --find-links {}/libraries --no-deps --require-hashes --no-compile "
        "--no-cache-dir --no-input --root-user-action=ignore --requirement {}/requirements.txt",
        recipe.base.python, kBuildFolder, kBuildFolder);
  }
  replace_all(script, "@FOLDER@", kBuildFolder);
  replace_all(script, "@TIME@", std::to_string(time));
  replace_all(script, "@PYTHON@", recipe.base.python);
  replace_all(script, "@PACKAGES@", packages);
  replace_all(script, "@LIBRARIES@", libraries);
  return script;
}

std::string verify_script(const CreateRecipe& recipe) {
  std::string versions;
  std::string imports;
  for (const LockedLibrary& one : recipe.libraries) {
    versions += fmt::format("    {}: {},\n", literal(one.name), literal(one.version));
  }
  for (const Requirement& one : recipe.request.dependencies) imports += fmt::format("    {},\n", literal(one.name));
  std::string script(verify_template());
  replace_all(script, "@VERSION@", literal(recipe.base.python_version));
  replace_all(script, "@LIBRARIES@", versions);
  replace_all(script, "@ASKED@", imports);
  return script;
}

std::string dockerfile(const CreateRecipe& recipe) {
  const CreateBase& base = recipe.base;
  std::string text = fmt::format("# {}\n", recipe.request.name);
  if (base.is_local) {
    text += "# The base lies on the machine where this was made: push it to a registry, and name it as it is there\n";
  }
  text += fmt::format("FROM {}{}@{}\n", base.is_local ? "localhost/" : "", base.name, base.digest);
  const bool other_user = !recipe.base.user.empty() && recipe.base.user != "root" && recipe.base.user != "0";
  if (other_user) text += "USER root\n";
  if (!recipe.packages.empty() && recipe.base.manager) {
    text += "\n" + dockerfile_line(*recipe.base.manager, packages_of(recipe));
  }
  if (!recipe.libraries.empty()) {
    text += "\nCOPY requirements.txt .\n";
    text += fmt::format(
        "RUN PIP_BREAK_SYSTEM_PACKAGES=1 {} -m pip install --no-cache-dir --no-deps --require-hashes \\\n"
        "      -r requirements.txt \\\n && rm requirements.txt\n",
        recipe.base.python);
  }
  if (other_user) text += fmt::format("\nUSER {}\n", recipe.base.user);
  return text;
}

std::string build_conf() { return fmt::format("version={}\n", kCreatedVersion); }

std::vector<std::pair<std::string, std::string>> labels_of(const CreateRecipe& recipe, std::string_view tag,
                                                           std::int64_t time, std::string_view licences) {
  const std::string key = lock_key(recipe);
  const std::string prefix = "org.opencontainers.image.";
  const std::string description = recipe.request.description.empty()
                                      ? fmt::format("Python {} of {} with {}", recipe.base.python_version,
                                                    recipe.base.distribution, summary_of(recipe))
                                      : recipe.request.description;
  return {{prefix + "title", recipe.request.name},
          {prefix + "description", description},
          {prefix + "version", std::string(tag)},
          {prefix + "revision", key},
          {prefix + "created", utc_text(std::chrono::system_clock::from_time_t(time))},
          {prefix + "source", recipe.request.source},
          {prefix + "authors", recipe.request.authors},
          {prefix + "licenses", std::string(licences)},
          {prefix + "base.name", recipe.base.name},
          {prefix + "base.digest", recipe.base.digest},
          {std::string(kRequestLabel), request_key(recipe.request, recipe.base.digest)},
          {std::string(kLockLabel), key},
          // The base's own, which would be taken for ours.
          {std::string(kInputsLabel), key},
          {std::string(kContentLabel), key}};
}

std::string summary_of(const CreateRecipe& recipe) {
  std::vector<std::string> parts;
  for (const LockedLibrary& one : recipe.libraries) parts.push_back(fmt::format("{} {}", one.name, one.version));
  for (const LockedPackage& one : recipe.packages) {
    parts.push_back(fmt::format("{} {}", one.package.name, one.package.version));
  }
  if (parts.empty()) return "nothing new";
  const std::size_t more = parts.size() > kMostInSummary ? parts.size() - kMostInSummary : 0;
  parts.resize(parts.size() - more);
  return fmt::format("{}{}", fmt::join(parts, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace berth::image
