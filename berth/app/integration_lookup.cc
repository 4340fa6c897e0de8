#include "berth/app/integration_lookup.h"

#include <fmt/format.h>

#include "berth/app/instance_options.h"
#include "berth/content/item_reader.h"

namespace berth::app {
namespace {

Result<content::Item> integration_at(const std::filesystem::path& path) {
  BERTH_TRY(content::Item item, content::read_item(path));
  if (item.kind != content::ItemKind::Integration) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is a script: only integrations have instances", item.name));
  }
  return item;
}

}  // namespace

Result<content::Item> find_integration(const ContentService& content, const std::string& brand_or_path) {
  if (is_item_path(brand_or_path)) return integration_at(brand_or_path);
  return content.find_item(content::ItemKind::Integration, brand_or_path);
}

Result<content::Item> integration_of(const ContentService& content, const store::Instance& instance) {
  const auto naming = [&] { return fmt::format("integration of instance '{}'", instance.name); };
  BERTH_TRY(const InstanceOptions options, parse_instance_options(instance.options).context(naming));
  if (options.source.empty()) {
    return content.find_item(content::ItemKind::Integration, instance.brand).context(naming);
  }
  BERTH_TRY(content::Item item, integration_at(options.source).context(naming));
  if (item.id != instance.brand) {
    return fail(Errc::InvalidInput, fmt::format("{}: '{}' is the integration '{}' now, not '{}'", naming(),
                                                options.source.native(), item.id, instance.brand));
  }
  return item;
}

}  // namespace berth::app
