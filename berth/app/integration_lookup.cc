#include "berth/app/integration_lookup.h"

#include <fmt/format.h>

#include "berth/app/instance_options.h"
#include "berth/content/item_reader.h"

namespace berth::app {

Result<content::Item> find_integration(const Settings& /*settings*/, const std::string& brand_or_path) {
  std::error_code ignored;
  const std::filesystem::path path = std::filesystem::absolute(brand_or_path, ignored);
  BERTH_TRY(content::Item item, content::read_item(path));
  if (item.kind != content::ItemKind::Integration) {
    return fail(Errc::InvalidInput, fmt::format("'{}' is a script: only integrations have instances", item.name));
  }
  return item;
}

Result<content::Item> integration_of(const Settings& settings, const store::Instance& instance) {
  const auto naming = [&] { return fmt::format("integration of instance '{}'", instance.name); };
  BERTH_TRY(const InstanceOptions options, parse_instance_options(instance.options).context(naming));
  const std::string where = options.source.empty() ? instance.brand : options.source.native();
  BERTH_TRY(content::Item item, find_integration(settings, where).context(naming));
  if (item.id != instance.brand) {
    return fail(Errc::InvalidInput, fmt::format("{}: '{}' is the integration '{}' now, not '{}'", naming(), where,
                                                item.id, instance.brand));
  }
  return item;
}

}  // namespace berth::app
