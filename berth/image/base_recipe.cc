#include "berth/image/base_recipe.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "berth/base/sha256.h"

namespace berth::image {
namespace {

constexpr std::string_view kPathRules[] = {
    "path-exclude=/usr/share/doc/*",           "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",           "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",        "path-include=/usr/share/locale/locale.alias",
    "path-exclude=/usr/share/lintian/*",
    "path-exclude=/usr/share/ieee-data/*.csv",  // the .txt twins are what netaddr reads
};

constexpr std::string_view kSetupScript = R"sh(#!/bin/sh
set -eu
root=$1
here=${0%/*}
for folder in bin sbin lib lib64; do
  mkdir -p "$root/usr/$folder"
  ln -s "usr/$folder" "$root/$folder"
done
mkdir -p "$root/var/lib/apt/lists" "$root/var/cache/apt/archives" "$root/etc/apt/preferences.d"
cp -p "$here"/lists/*_* "$root/var/lib/apt/lists/"
cp -p "$here"/archives/*.deb "$root/var/cache/apt/archives/"
cp "$here/preferences" "$root/etc/apt/preferences.d/berth"
)sh";

constexpr std::string_view kFinishUser = R"sh(#!/bin/sh
set -eu
root=$1
here=${0%/*}
chroot "$root" groupadd --gid 4000 demisto
chroot "$root" useradd --uid 4000 --gid 4000 --create-home --home-dir /home/demisto --shell /bin/sh demisto
cp -p "$root/usr/share/publicsuffix/public_suffix_list.dat" "$root/var/public_list.dat"
)sh";

constexpr std::string_view kFinishTraces = R"sh(
rm -rf "$root/etc/apt/preferences.d/berth" "$root"/etc/apt/sources.list* "$root/etc/machine-id" \
  "$root"/etc/*- "$root"/var/cache/debconf/*-old "$root"/var/lib/dpkg/*-old "$root/var/cache/ldconfig/aux-cache"
mkdir -p "$root/etc/apt/sources.list.d"
find "$root/var/log" -type f -exec truncate -s 0 {} +
rm -f "$root/etc/resolv.conf" "$root/etc/hostname"
for file in resolv.conf hostname subuid subgid; do
  : > "$root/etc/$file"
done
)sh";

std::string rfc3339(std::int64_t seconds) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

Json texts(std::initializer_list<std::string> items) {
  Json::Array list;
  for (const std::string& item : items) list.push_back(Json(item));
  return Json(std::move(list));
}

Json config_with(const BaseFacts& facts, std::string_view tag, std::string_view content) {
  const std::string created = rfc3339(facts.newest_package_time);
  Json labels(Json::Object{{"org.opencontainers.image.title", facts.name},
                           {"org.opencontainers.image.description",
                            fmt::format("{} base image from the packages of {}", facts.title, facts.distribution)},
                           {"org.opencontainers.image.version", facts.python_version},
                           {kInputsLabel.data(), facts.inputs}});
  if (!content.empty()) labels.set(kContentLabel, content);
  Json env = texts({"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/home/demisto",
                    "LANG=C.UTF-8", "PYTHON_VERSION=" + facts.python_version});
  if (!tag.empty()) env.push_back(fmt::format("DOCKER_IMAGE={}:{}", facts.name, tag));
  Json::Array history;
  history.push_back(Json(Json::Object{{"created", created}, {"created_by", "berth image init"}}));
  return Json(
      Json::Object{{"created", created},
                   {"architecture", facts.architecture},
                   {"os", "linux"},
                   {"config", Json(Json::Object{{"User", "demisto"},
                                                {"Env", std::move(env)},
                                                {"Cmd", texts({std::string(facts.command)})},
                                                {"Labels", std::move(labels)}})},
                   {"rootfs", Json(Json::Object{{"type", "layers"}, {"diff_ids", texts({facts.layer_digest})}})},
                   {"history", std::move(history)}});
}

}  // namespace

Result<const BaseRecipe*> recipe_of(std::string_view short_name) {
  for (const BaseRecipe* recipe : {&python3_recipe(), &python2_recipe()}) {
    if (recipe->short_name == short_name) return recipe;
  }
  return fail(Errc::InvalidInput,
              fmt::format("make the base image '{}': there are recipes for 'python3' and 'python2'; "
                          "name one of them",
                          short_name));
}

std::vector<std::string> base_wanted(const BaseRecipe& recipe) {
  std::vector<std::string> wanted = {"?essential", "apt"};
  wanted.insert(wanted.end(), recipe.packages.begin(), recipe.packages.end());
  return wanted;
}

std::span<const std::string_view> base_path_rules() { return kPathRules; }

std::string_view base_setup_script() { return kSetupScript; }

std::string base_finish_script(const BaseRecipe& recipe) {
  return fmt::format("{}{}{}", kFinishUser, recipe.finish_script, kFinishTraces);
}

std::string base_inputs(const BaseRecipe& recipe, const std::vector<Package>& packages) {
  Sha256 hash;
  const auto add = [&](std::string_view text) {
    hash.update(text);
    hash.update(std::string_view("\0", 1));  // so that no two lists run into each other
  };
  for (const std::string& name : base_wanted(recipe)) add(name);
  for (const std::string_view rule : kPathRules) add(rule);
  add(kSetupScript);
  add(base_finish_script(recipe));
  add(recipe.wheels);
  add(PrivateApt::kPreferences);
  // The config with nothing in it that the packages decide: a change of its form is a change of the recipe.
  add(print_json(config_with({.title = recipe.title, .command = recipe.command}, {}, {})));
  for (const Package& package : packages) add(package.name + " " + package.version + " " + package.architecture);
  return "sha256:" + std::move(hash).hex();
}

std::string python_version_of(const BaseRecipe& recipe, const std::vector<Package>& packages) {
  const auto found = std::ranges::find(packages, recipe.python_package, &Package::name);
  if (found == packages.end()) return {};
  const std::string& version = found->version;
  return version.substr(0, version.find_first_not_of("0123456789."));
}

std::string base_content(const BaseFacts& facts) {
  return "sha256:" + sha256_hex(print_json(config_with(facts, {}, {})));
}

Json base_config(const BaseFacts& facts, std::string_view tag) { return config_with(facts, tag, base_content(facts)); }

}  // namespace berth::image
