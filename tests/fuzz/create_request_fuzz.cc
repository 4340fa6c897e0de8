// What an image is asked to have, and what pip, apt and their configuration say: read without trust.
#include "berth/base/error.h"
#include "berth/image/index_url.h"
#include "berth/image/library_lock.h"
#include "berth/image/package_manager.h"
#include "berth/image/pip_settings.h"
#include "berth/image/requirement.h"
#include "berth/image/rpm_commands.h"
#include "berth/image/rpm_sources.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace berth::image;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto is_safe = [](const std::string& word) {
    return !word.empty() && word.front() != '-' && word.find_first_of(" \n\t;&|$`\"'\\/") == std::string::npos;
  };
  if (const auto list = parse_requirements(text)) {
    for (const Requirement& one : *list) {
      BERTH_ASSERT(is_safe(one.name));
      const auto again = parse_requirement(to_string(one));
      BERTH_ASSERT(again && *again == one);
    }
  }
  if (const auto list = parse_package_wishes(text)) {
    for (const PackageWish& one : *list) BERTH_ASSERT(is_safe(to_string(one)) && !one.name.ends_with('-'));
  }
  for (const auto manager : {PackageManager::Apt, PackageManager::Apk}) {
    if (const auto packages = parse_resolution(manager, text)) {
      for (const auto& one : *packages) BERTH_ASSERT(is_safe(one.name) && is_safe(one.version));
    }
  }
  for (const auto manager : {PackageManager::Dnf, PackageManager::Dnf5, PackageManager::Microdnf}) {
    if (const auto resolution = parse_rpm_resolution(manager, text)) {
      for (const auto& one : resolution->packages)
        BERTH_ASSERT(is_safe(one.package.name) && is_safe(one.package.version));
    }
  }
  const std::string whole(text);
  const RpmSources sources =
      rpm_sources_of({.configuration = whole, .repositories = {whole}, .variables = {{"a", "b"}, {"", "c"}}});
  for (const RpmRepository& one : sources.repositories) {
    for (const std::string& address : one.urls) (void)server_of(one, address);
  }
  (void)print_rpm_configuration(sources.main, {{"cachedir", "/x"}});
  if (const auto libraries = parse_pip_report(text)) {
    for (const LockedLibrary& one : *libraries) {
      BERTH_ASSERT(is_safe(one.name) && is_safe(one.version) && one.sha256.size() == 64);
    }
  }
  if (const auto url = parse_index_url(text)) {
    BERTH_ASSERT(!url->host.empty() && url->port != 0);
    for (const std::string& secret : secrets_of(*url)) BERTH_ASSERT(!secret.empty());
  }
  (void)parse_pip_conf(text);
  (void)netrc_for(text, {"h.example"});
  (void)manager_of(text);
  return 0;
}
