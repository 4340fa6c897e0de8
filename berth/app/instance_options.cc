#include "berth/app/instance_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "berth/base/utf8.h"

namespace berth::app {
namespace {

constexpr std::size_t kLongestName = 200;

Result<InstanceOptions> read(const Json& json) {
  InstanceOptions options;
  if (const std::string network = json.text_or("network", ""); !network.empty()) {
    BERTH_TRY(options.network, net::parse_network_profile(network));
  }
  options.source = json.text_or("source", "");
  const Json* allowed = json.find("allow");
  if (allowed == nullptr || !allowed->is_array()) return options;
  for (const Json& text : *allowed->as_array()) {
    const std::string* range = text.as_string();
    if (range == nullptr) return fail(Errc::InvalidInput, "'allow' holds something that is no text");
    BERTH_TRY(net::AddressRange one, parse_allowed(*range));
    options.allowed.push_back(one);
  }
  return options;
}

}  // namespace

Json to_json(const InstanceOptions& options) {
  Json json = Json::object();
  if (options.network) json.set("network", net::to_text(*options.network));
  Json allowed = Json::array();
  for (const net::AddressRange& range : options.allowed) allowed.push_back(net::to_text(range));
  if (!options.allowed.empty()) json.set("allow", std::move(allowed));
  if (!options.source.empty()) json.set("source", options.source.native());
  return json;
}

bool is_instance_option(std::string_view name) { return name == "network" || name == "allow" || name == "source"; }

Result<InstanceOptions> parse_instance_options(const Json& json) {
  auto options = read(json).context([] { return "stored options"; });
  if (!options) return fail(Errc::Corrupt, options.error().message());
  return options;
}

Result<net::AddressRange> parse_allowed(std::string_view text) {
  auto range = net::parse_address_range(text);
  if (range) return range;
  return fail(
      Errc::InvalidInput,
      fmt::format("'{}' is no address or range of addresses; write 10.0.0.8 or 10.1.0.0/16, or name a host with "
                  "--network HOST:PORT",
                  to_visible(text.substr(0, 100), false)));
}

Result<void> check_instance_name(std::string_view name) {
  const auto refuse = [&](std::string_view reason) {
    return fail(Errc::InvalidInput,
                fmt::format("instance name '{}': {}", to_visible(name.substr(0, kLongestName), false), reason));
  };
  if (name.empty()) return refuse("it is empty");
  if (name.size() > kLongestName) return refuse(fmt::format("it is longer than {} bytes", kLongestName));
  if (to_valid_utf8(name) != name) return refuse("it is not UTF-8");
  if (name.front() == ' ' || name.back() == ' ') return refuse("it has blanks around it");
  if (name.find(',') != std::string_view::npos) return refuse("it holds a comma, which separates names in 'using'");
  if (name.find("|||") != std::string_view::npos) return refuse("it holds '|||', which ends a name before a command");
  if (to_visible(name, false) != name) return refuse("it holds characters that cannot be seen");
  return {};
}

std::string default_instance_name(std::string_view brand, const std::function<bool(const std::string&)>& is_taken) {
  std::string base(brand.substr(0, kLongestName / 2));
  std::ranges::replace(base, ',', '_');
  std::ranges::replace(base, '|', '_');
  base = to_visible(to_valid_utf8(base), false);
  base.erase(0, base.find_first_not_of(' '));
  for (std::size_t number = 1;; ++number) {
    std::string name = fmt::format("{}_instance_{}", base, number);
    if (!is_taken(name)) return name;
  }
}

}  // namespace berth::app
