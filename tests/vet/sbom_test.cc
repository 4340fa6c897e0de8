#include "berth/vet/sbom.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::vet {
namespace {

struct Url {
  const char* test;
  Package package;
  const char* architecture;
  DistributionName distribution;
  const char* url;
};

Package of(Ecosystem ecosystem, const char* name, const char* version) {
  return make_package(ecosystem, name, version, "");
}

const Url kUrls[] = {
    {"Python", of(Ecosystem::PyPI, "Zope.Interface", "1!2.0+x"), "", {}, "pkg:pypi/zope-interface@1%212.0%2Bx"},
    {"PythonOnDebian", of(Ecosystem::PyPI, "a", "1"), "amd64", {"debian", "12"}, "pkg:pypi/a@1"},
    {"NoVersion", of(Ecosystem::PyPI, "a", ""), "", {}, "pkg:pypi/a"},
    {"Debian",
     of(Ecosystem::Debian, "libstdc++6", "1:12.2.0-14~x"),
     "amd64",
     {"debian", "12"},
     "pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14~x?arch=amd64&distro=debian-12"},
    {"Alpine",
     of(Ecosystem::Alpine, "musl", "1.2.4-r2"),
     "x86_64",
     {"alpine", ""},
     "pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64"},
    {"RpmsEpochStandsBehind",
     of(Ecosystem::Rpm, "harbour", "2:1.4.0-3.el9"),
     "noarch",
     {"rhel", "9.4"},
     "pkg:rpm/rhel/harbour@1.4.0-3.el9?arch=noarch&distro=rhel-9.4&epoch=2"},
    {"RpmsEpochAlone", of(Ecosystem::Rpm, "harbour", "2:1-1"), "", {}, "pkg:rpm/harbour@1-1?epoch=2"},
    {"UnknownDistribution", of(Ecosystem::Rpm, "bash", "5"), "", {}, "pkg:rpm/bash@5"},
};

class PackageUrl : public ::testing::TestWithParam<Url> {};

TEST_P(PackageUrl, IsWrittenAsOthersReadIt) {
  EXPECT_EQ(package_url(GetParam().package, GetParam().architecture, GetParam().distribution), GetParam().url);
}

INSTANTIATE_TEST_SUITE_P(Table, PackageUrl, ::testing::ValuesIn(kUrls), [](auto& row) { return row.param.test; });

Sbom example() {
  Sbom sbom;
  sbom.name = "example:1.0";
  sbom.digest = "sha256:" + std::string(64, 'a');
  sbom.is_image = true;
  sbom.distribution = {"debian", "12"};
  sbom.tool_version = "0.1.0";
  const auto add = [&](Package package, const char* licence, const char* location) {
    SbomComponent component;
    component.package = std::move(package);
    component.licence = licence;
    component.location = location;
    sbom.components.push_back(component);
  };
  add(of(Ecosystem::Debian, "bash", "5.2"), "GPL-3.0-or-later", "");
  add(of(Ecosystem::PyPI, "b", "2"), "MIT OR LicenseRef-Ours", "opt/b.dist-info");
  add(of(Ecosystem::PyPI, "a\xff", "1"), "", "x/a.dist-info");
  add(of(Ecosystem::PyPI, "b", "2"), "MIT OR LicenseRef-Ours", "srv/b.dist-info");
  add(of(Ecosystem::Debian, "bash", "5.2"), "GPL-3.0-or-later", "");
  sort_components(sbom);
  return sbom;
}

const Json& at(const Json& json, std::size_t index) { return (*json.as_array())[index]; }

TEST(Sbom, IsTheSameForTheSameInput) {
  EXPECT_EQ(print_json(cyclonedx_of(example())), print_json(cyclonedx_of(example())));
  EXPECT_EQ(print_json(spdx_of(example())), print_json(spdx_of(example())));
  Sbom other = example();
  other.components[0].licence = "MIT";
  EXPECT_NE(uuid_of(other, "spdx"), uuid_of(example(), "spdx"));
  EXPECT_NE(uuid_of(example(), "cyclonedx"), uuid_of(example(), "spdx"));
}

TEST(Sbom, OrdersAndKeepsEachOnce) {
  const Sbom sbom = example();
  ASSERT_EQ(sbom.components.size(), 4U);
  EXPECT_EQ(sbom.components[0].package.name, "a\xff");
  EXPECT_EQ(sbom.components[1].location, "opt/b.dist-info");
  EXPECT_EQ(sbom.components[3].package.name, "bash");
}

TEST(Sbom, BecomesCycloneDx) {
  const Json json = cyclonedx_of(example());
  EXPECT_EQ(json.text_or("bomFormat", ""), "CycloneDX");
  EXPECT_EQ(json.find("metadata")->text_or("timestamp", ""), "1970-01-01T00:00:00Z");
  const Json& components = *json.find("components");
  ASSERT_EQ(components.as_array()->size(), 5U);  // with the operating system
  EXPECT_EQ(at(components, 0).text_or("type", ""), "operating-system");
  EXPECT_EQ(at(components, 1).text_or("name", ""), "a\xef\xbf\xbd");
  EXPECT_EQ(at(components, 2).text_or("bom-ref", ""), "pkg:pypi/b@2");
  EXPECT_EQ(at(components, 3).text_or("bom-ref", ""), "pkg:pypi/b@2#1");
  EXPECT_EQ(at(*at(components, 4).find("licenses"), 0).text_or("expression", ""), "GPL-3.0-or-later");
}

TEST(Sbom, SaysWhatCouldNotBeRead) {
  EXPECT_EQ(cyclonedx_of(example()).find("compositions"), nullptr);
  EXPECT_EQ(spdx_of(example()).find("comment"), nullptr);
  Sbom sbom = example();
  sbom.unread = {"var/lib/rpm/Packages: it is of Berkeley DB"};
  const Json cyclonedx = cyclonedx_of(sbom);
  EXPECT_EQ(at(*cyclonedx.find("compositions"), 0).text_or("aggregate", ""), "incomplete");
  EXPECT_EQ(at(*cyclonedx.find("metadata")->find("properties"), 0).text_or("value", ""), sbom.unread[0]);
  EXPECT_NE(spdx_of(sbom).text_or("comment", "").find(sbom.unread[0]), std::string::npos);
  EXPECT_NE(uuid_of(sbom, "spdx"), uuid_of(example(), "spdx"));
}

TEST(Sbom, BecomesSpdx) {
  const Json json = spdx_of(example());
  EXPECT_EQ(json.text_or("spdxVersion", ""), "SPDX-2.3");
  const Json& packages = *json.find("packages");
  ASSERT_EQ(packages.as_array()->size(), 5U);  // with the image
  EXPECT_EQ(at(packages, 0).text_or("primaryPackagePurpose", ""), "CONTAINER");
  EXPECT_EQ(at(packages, 1).text_or("licenseDeclared", ""), "NOASSERTION");
  EXPECT_EQ(json.find("relationships")->as_array()->size(), 5U);
  const Json& unlisted = *json.find("hasExtractedLicensingInfos");
  ASSERT_EQ(unlisted.as_array()->size(), 1U);
  EXPECT_EQ(at(unlisted, 0).text_or("licenseId", ""), "LicenseRef-Ours");
}

}  // namespace
}  // namespace berth::vet
