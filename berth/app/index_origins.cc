#include "berth/app/index_origins.h"

#include <fmt/format.h>

#include "berth/image/index_url.h"
#include "berth/image/package_sources.h"
#include "berth/sys/file.h"

namespace berth::app {
namespace {

constexpr std::size_t kLargestRelease = 1 << 20;

Result<std::vector<image::PackageSource>> sources_of(const IndexSettings& indexes) {
  if (!indexes.apt_sources.empty()) return image::read_sources_file(indexes.apt_sources);
  // A machine that has none of its own leaves it to the base.
  const auto release = sys::read_file("/etc/os-release", kLargestRelease);
  if (!release) return std::vector<image::PackageSource>();
  return image::read_distribution_sources(indexes.etc_apt, image::parse_os_release(*release))
      .value_or(std::vector<image::PackageSource>());
}

}  // namespace

Result<std::vector<std::string>> origins_of(const image::CreateRequest& request, const IndexSettings& indexes,
                                            const image::PipSettings& pip) {
  std::vector<std::string> origins;
  const auto add = [&](std::string_view kind, const std::string& url) {
    origins.push_back(fmt::format("{} {}", kind, image::shown_url(url)));
  };
  if (!request.dependencies.empty()) {
    for (const std::string& url : pip.indexes) add("index", url);
    for (const std::string& url : pip.find_links) add("links", url);
  }
  if (!request.packages.empty()) {
    BERTH_TRY(std::vector<image::PackageSource> sources, sources_of(indexes));
    for (image::PackageSource& source : sources) {
      source.uri = image::shown_url(source.uri);
      origins.push_back(image::print_sources({source}));
    }
  }
  for (const std::string& url : indexes.package_hosts) add("host", url);
  return origins;
}

}  // namespace berth::app
