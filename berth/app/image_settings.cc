#include "berth/app/image_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/image/index_url.h"

namespace berth::app {
namespace {

// The host of a registry, as names of images have it.
Result<std::string> registry_name(std::string_view text) {
  const auto probe = image::parse_reference(std::string(text) + "/x/y");
  if (!probe || probe->registry.empty() || probe->path != "x/y") {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no registry: write its host name, with ':PORT' where it has one", text));
  }
  return image::normalized(*probe).registry;
}

// A registry, with a path before that of every image where it has one: "harbor.example/hub-proxy".
Result<std::string> mirror_place(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  BERTH_TRY(std::string registry, registry_name(text.substr(0, slash)));
  if (slash == text.size()) return registry;
  const std::string_view prefix = text.substr(slash + 1);
  const auto probe = image::parse_reference(fmt::format("{}/{}/x", registry, prefix));
  if (!probe || probe->path != fmt::format("{}/x", prefix)) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no mirror: write its host name, and behind it the path that goes before that of "
                            "every image, as in harbor.example/hub-proxy",
                            text));
  }
  return fmt::format("{}/{}", registry, prefix);
}

// A host as URLs have it, with its port where that is written.
Result<std::string> host_name(std::string_view text) {
  const bool bare_six = std::ranges::count(text, ':') > 1 && !text.contains('[');
  const auto url = image::parse_url(bare_six ? fmt::format("https://[{}]", text) : fmt::format("https://{}", text));
  if (!url || url->has_user || url->target != "/" || text.find_first_of("/?#") != std::string_view::npos) {
    return fail(Errc::InvalidInput,
                fmt::format("'{}' is no host: write its name, with ':PORT' where it has one", text));
  }
  const bool is_six = url->host.contains(':');
  const bool has_port = !bare_six && !text.ends_with(']') && text.contains(':');
  if (!has_port) return url->host;
  return fmt::format("{}{}{}:{}", is_six ? "[" : "", url->host, is_six ? "]" : "", url->port);
}

// A row of `images.trusted.signatures`: what must be signed, and the files of the keys.
Result<void> read_signature_rule(const YamlNode& node, const Place& place, image::TrustPolicy& trust) {
  constexpr std::string_view kHint = " needs one of 'registry', 'organisation' and 'name', and 'signed_by'";
  std::string registry;
  image::Reference organisation;
  image::Reference name;
  std::vector<std::string> files;
  if (!node.is_mapping())
    return fail(Errc::InvalidInput, place.text(node) + " is a list of rows; each" + std::string(kHint));
  BERTH_CHECK_OK(read_mapping(node, place,
                              {{"registry", with(image::parse_trusted_registry, registry)},
                               {"organisation", with(image::parse_trusted_organisation, organisation)},
                               {"name", with(image::parse_trusted_name, name)},
                               {"signed_by", list_with(absolute_path, files)}}));
  const int places = (registry.empty() ? 0 : 1) + (organisation.path.empty() ? 0 : 1) + (name.path.empty() ? 0 : 1);
  if (places != 1 || files.empty()) return fail(Errc::InvalidInput, place.text(node) + std::string(kHint));
  image::SignatureRule rule;
  if (!registry.empty()) {
    rule.reach = image::Reach::Registry;
    rule.place.registry = std::move(registry);
  } else if (!organisation.path.empty()) {
    rule.reach = image::Reach::Organisation;
    rule.place = std::move(organisation);
  } else {
    rule.reach = image::Reach::Name;
    rule.place = std::move(name);
  }
  for (std::string& file : files) rule.keys.push_back({.path = std::move(file), .problem = "it was not read"});
  auto added = image::add_signature_rule(trust, std::move(rule));
  if (!added) return std::unexpected(std::move(added).error().in(place.text(node)));
  return {};
}

Result<void> read_signature_rules(const YamlNode& node, const Place& place, image::TrustPolicy& trust) {
  if (!node.is_sequence()) return fail(Errc::InvalidInput, place.text(node) + " needs a list of rows");
  trust.signatures.clear();
  for (const YamlNode* row : node.items()) BERTH_CHECK_OK(read_signature_rule(*row, place, trust));
  return {};
}

}  // namespace

IndexSettings indexes_of(const IndexSettings& given, const IndexSettings& otherwise) {
  IndexSettings indexes = otherwise;
  if (!given.apt_sources.empty()) indexes.apt_sources = given.apt_sources;
  if (!given.package_hosts.empty()) indexes.package_hosts = given.package_hosts;
  return indexes;
}

Result<std::string> index_address(std::string_view text) {
  BERTH_CHECK_OK(image::parse_index_url(text));
  return std::string(text);
}

SetValue trusted_images(image::TrustPolicy& into) {
  const auto signatures = [&into](const YamlNode& node, const Place& place) {
    return read_signature_rules(node, place, into);
  };
  const SetValue lists = group({{"local", with(on_or_off, into.local)},
                                {"registries", list_with(image::parse_trusted_registry, into.registries)},
                                {"organisations", list_with(image::parse_trusted_organisation, into.organisations)},
                                {"names", list_with(image::parse_trusted_name, into.names)},
                                {"digests", list_with(image::parse_trusted_digest, into.digests)},
                                {"signatures", signatures}});
  return [lists, &into](const YamlNode& node, const Place& place) -> Result<void> {
    into.any = node.is_scalar() && node.text() == "any";
    if (into.any) return {};
    if (node.is_scalar() && !node.is_null()) {
      return fail(Errc::InvalidInput,
                  place.text(node) + " is the word 'any', or a mapping of lists to what they trust");
    }
    return lists(node, place);
  };
}

void read_signing_keys(image::TrustPolicy& trust) {
  for (image::SignatureRule& rule : trust.signatures) {
    for (image::PublicKey& key : rule.keys) key = image::read_public_key(key.path);
  }
}

SetValue registries_reached(RegistryRows& into) {
  return [&into](const YamlNode& node, const Place& place) -> Result<void> {
    if (node.is_null()) return {};
    if (!node.is_mapping()) {
      return fail(Errc::InvalidInput, place.text(node) + " is no mapping of registries to how they are reached");
    }
    for (const auto& [key, value] : node.entries()) {
      const Place here = place.below(key->text());
      const auto named = registry_name(key->text());
      if (!named) return std::unexpected(Error(named.error()).in(here.text(*key)));
      image::RegistryRow& row = into[*named];
      BERTH_CHECK_OK(read_mapping(*value, here,
                                  {{"ca", with(absolute_path, row.ca)},
                                   {"client_certificate", with(absolute_path, row.client_certificate)},
                                   {"client_key", with(absolute_path, row.client_key)},
                                   {"insecure", with(on_or_off, row.insecure)},
                                   {"mirrors", list_with(mirror_place, row.mirrors)},
                                   {"sends_to", list_with(host_name, row.sends_to)}}));
    }
    return {};
  };
}

}  // namespace berth::app
