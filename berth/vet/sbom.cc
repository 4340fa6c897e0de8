#include "berth/vet/sbom.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "berth/base/sha256.h"
#include "berth/base/utc_text.h"
#include "berth/base/utf8.h"
#include "berth/vet/licence_expression.h"

namespace berth::vet {
namespace {

auto key_of(const SbomComponent& one) {
  return std::tie(one.package.ecosystem, one.package.name, one.package.version, one.location, one.architecture,
                  one.licence);
}

std::string url_of(const Sbom& sbom, const SbomComponent& component) {
  return package_url(component.package, component.architecture, sbom.distribution);
}

// Unlike a URL, unique in the document: the same package may lie in several places.
std::string reference_of(const Sbom& sbom, const SbomComponent& component, std::size_t index) {
  const std::string url = url_of(sbom, component);
  return index == 0 ? url : fmt::format("{}#{}", url, index);
}

std::vector<std::string> references_of(const Sbom& sbom) {
  std::vector<std::string> references;
  std::string last;
  std::size_t same = 0;
  for (const SbomComponent& component : sbom.components) {
    const std::string url = url_of(sbom, component);
    same = url == last ? same + 1 : 0;
    last = url;
    references.push_back(reference_of(sbom, component, same));
  }
  return references;
}

Json text(std::string_view foreign) { return Json(to_valid_utf8(foreign)); }

Json cyclonedx_component(const Sbom& sbom, const SbomComponent& component, const std::string& reference) {
  Json json = Json::object();
  json.set("type", "library").set("bom-ref", text(reference)).set("name", text(component.package.written));
  if (!component.package.version.empty()) json.set("version", text(component.package.version));
  if (!component.licence.empty()) {
    Json licences = Json::array();
    licences.push_back(Json::object().set("expression", component.licence));
    json.set("licenses", std::move(licences));
  }
  json.set("purl", text(url_of(sbom, component)));
  if (!component.location.empty()) {
    Json properties = Json::array();
    properties.push_back(Json::object().set("name", "berth:location").set("value", text(component.location)));
    json.set("properties", std::move(properties));
  }
  return json;
}

Json unread_properties(const Sbom& sbom) {
  Json properties = Json::array();
  for (const std::string& unread : sbom.unread) {
    properties.push_back(Json::object().set("name", "berth:unread").set("value", text(unread)));
  }
  return properties;
}

// The thing that the document is about.
Json cyclonedx_subject(const Sbom& sbom) {
  Json json = Json::object();
  json.set("type", sbom.is_image ? "container" : "application").set("bom-ref", "subject").set("name", text(sbom.name));
  if (!sbom.digest.empty()) {
    json.set("version", text(sbom.digest));
    if (sbom.digest.starts_with("sha256:")) {
      Json hashes = Json::array();
      hashes.push_back(Json::object().set("alg", "SHA-256").set("content", text(sbom.digest.substr(7))));
      json.set("hashes", std::move(hashes));
    }
  }
  return json;
}

void add_terms(const LicenceExpression& expression, std::vector<std::string>& terms) {
  if (expression.kind == LicenceExpression::Kind::Term && !expression.term.is_listed)
    terms.push_back(expression.term.id);
  for (const LicenceExpression& part : expression.parts) add_terms(part, terms);
}

// SPDX wants to be told of each licence that is not on its list.
Json unlisted_licences(const Sbom& sbom) {
  std::vector<std::string> ids;
  for (const SbomComponent& component : sbom.components) {
    if (const auto read = parse_licence_expression(component.licence)) add_terms(*read, ids);
  }
  std::ranges::sort(ids);
  const auto repeated = std::ranges::unique(ids);
  ids.erase(repeated.begin(), repeated.end());
  Json list = Json::array();
  for (const std::string& id : ids) {
    list.push_back(Json::object()
                       .set("licenseId", id)
                       .set("extractedText", "Not on the SPDX list: see the package itself.")
                       .set("name", id.substr(id.find("LicenseRef-") + 11)));
  }
  return list;
}

Json spdx_package(std::string_view id, std::string_view name, std::string_view version, std::string_view licence) {
  Json json = Json::object();
  json.set("SPDXID", id).set("name", text(name));
  if (!version.empty()) json.set("versionInfo", text(version));
  return json.set("downloadLocation", "NOASSERTION")
      .set("filesAnalyzed", false)
      .set("licenseConcluded", "NOASSERTION")
      .set("licenseDeclared", licence.empty() ? "NOASSERTION" : licence)
      .set("copyrightText", "NOASSERTION")
      .set("supplier", "NOASSERTION");
}

Json relationship(std::string_view from, std::string_view kind, std::string_view to) {
  return Json::object().set("spdxElementId", from).set("relationshipType", kind).set("relatedSpdxElement", to);
}

}  // namespace

void sort_components(Sbom& sbom) {
  std::ranges::sort(sbom.components, [](const auto& a, const auto& b) { return key_of(a) < key_of(b); });
  const auto repeated =
      std::ranges::unique(sbom.components, [](const auto& a, const auto& b) { return key_of(a) == key_of(b); });
  sbom.components.erase(repeated.begin(), repeated.end());
}

std::string uuid_of(const Sbom& sbom, std::string_view form) {
  std::string all = fmt::format("{}\n{}\n{}\n{} {}\n{}\n{}\n", form, sbom.name, sbom.digest, sbom.distribution.id,
                                sbom.distribution.version, utc_text(sbom.created), sbom.tool_version);
  for (const SbomComponent& component : sbom.components) {
    all += fmt::format("{}\n{}\n{}\n", url_of(sbom, component), component.licence, component.location);
  }
  for (const std::string& unread : sbom.unread) all += fmt::format("unread {}\n", unread);
  std::string hex = sha256_hex(all).substr(0, 32);
  hex[12] = '8';
  hex[16] = "89ab"[static_cast<std::size_t>(hex[16] % 4)];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

Json cyclonedx_of(const Sbom& sbom) {
  const std::vector<std::string> references = references_of(sbom);
  Json tools = Json::array();
  tools.push_back(
      Json::object().set("type", "application").set("name", "berth").set("version", text(sbom.tool_version)));
  Json components = Json::array();
  Json depends_on = Json::array();
  if (!sbom.distribution.id.empty()) {
    Json system = Json::object();
    system.set("type", "operating-system").set("bom-ref", "system").set("name", text(sbom.distribution.id));
    if (!sbom.distribution.version.empty()) system.set("version", text(sbom.distribution.version));
    components.push_back(std::move(system));
    depends_on.push_back("system");
  }
  for (std::size_t i = 0; i < sbom.components.size(); ++i) {
    components.push_back(cyclonedx_component(sbom, sbom.components[i], references[i]));
    depends_on.push_back(text(references[i]));
  }
  Json dependencies = Json::array();
  dependencies.push_back(Json::object().set("ref", "subject").set("dependsOn", std::move(depends_on)));
  Json metadata = Json::object();
  metadata.set("timestamp", utc_text(sbom.created))
      .set("tools", Json::object().set("components", std::move(tools)))
      .set("component", cyclonedx_subject(sbom));
  Json document = Json::object();
  if (!sbom.unread.empty()) metadata.set("properties", unread_properties(sbom));
  document.set("$schema", "http://cyclonedx.org/schema/bom-1.5.schema.json")
      .set("bomFormat", "CycloneDX")
      .set("specVersion", "1.5")
      .set("serialNumber", "urn:uuid:" + uuid_of(sbom, "cyclonedx"))
      .set("version", 1)
      .set("metadata", std::move(metadata))
      .set("components", std::move(components))
      .set("dependencies", std::move(dependencies));
  if (sbom.unread.empty()) return document;
  Json incomplete = Json::object();
  incomplete.set("aggregate", "incomplete").set("assemblies", Json(Json::Array{Json("subject")}));
  return document.set("compositions", Json(Json::Array{std::move(incomplete)}));
}

Json spdx_of(const Sbom& sbom) {
  Json packages = Json::array();
  Json relationships = Json::array();
  Json subject = spdx_package("SPDXRef-Subject", sbom.name, sbom.digest, "");
  subject.set("primaryPackagePurpose", sbom.is_image ? "CONTAINER" : "APPLICATION");
  packages.push_back(std::move(subject));
  relationships.push_back(relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Subject"));
  for (std::size_t i = 0; i < sbom.components.size(); ++i) {
    const SbomComponent& component = sbom.components[i];
    const std::string id = fmt::format("SPDXRef-Package-{}", i + 1);
    Json package = spdx_package(id, component.package.written, component.package.version, component.licence);
    Json references = Json::array();
    references.push_back(Json::object()
                             .set("referenceCategory", "PACKAGE-MANAGER")
                             .set("referenceType", "purl")
                             .set("referenceLocator", text(url_of(sbom, component))));
    package.set("externalRefs", std::move(references)).set("primaryPackagePurpose", "LIBRARY");
    if (!component.location.empty()) package.set("sourceInfo", text("found at " + component.location));
    packages.push_back(std::move(package));
    relationships.push_back(relationship("SPDXRef-Subject", "CONTAINS", id));
  }
  Json creators = Json::array();
  creators.push_back(text("Tool: berth-" + sbom.tool_version));
  Json document = Json::object();
  document.set("spdxVersion", "SPDX-2.3")
      .set("dataLicense", "CC0-1.0")
      .set("SPDXID", "SPDXRef-DOCUMENT")
      .set("name", text(sbom.name))
      .set("documentNamespace", "urn:uuid:" + uuid_of(sbom, "spdx"))
      .set("creationInfo", Json::object().set("created", utc_text(sbom.created)).set("creators", std::move(creators)))
      .set("packages", std::move(packages))
      .set("relationships", std::move(relationships));
  if (Json unlisted = unlisted_licences(sbom); !unlisted.as_array()->empty()) {
    document.set("hasExtractedLicensingInfos", std::move(unlisted));
  }
  if (!sbom.unread.empty()) {
    document.set("comment", text(fmt::format("Packages may be missing: what is there and could not be read:\n{}",
                                             fmt::join(sbom.unread, "\n"))));
  }
  return document;
}

}  // namespace berth::vet
