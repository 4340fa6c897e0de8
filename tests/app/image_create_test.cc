#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "berth/app/build_room.h"
#include "berth/app/create_line.h"
#include "berth/app/created_contents.h"
#include "berth/app/created_view.h"
#include "berth/app/image_folder.h"
#include "berth/app/image_stages.h"
#include "berth/app/image_test.h"
#include "berth/app/index_origins.h"
#include "berth/app/index_reach.h"
#include "berth/app/machine_apt.h"
#include "berth/app/own_guards.h"
#include "berth/app/package_fetch.h"
#include "berth/app/reacher.h"
#include "berth/image/image_tree.h"
#include "berth/net/destination.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

image::CreateRecipe recipe() {
  image::CreateRecipe made;
  made.request.name = "example_name";
  made.base.name = "berth/python3-deb:1";
  made.base.python = "python3";
  made.base.manager = image::PackageManager::Apt;
  image::LockedLibrary library;
  library.name = "ruamel-yaml";
  library.version = "0.17";
  library.sha256 = std::string(64, 'a');
  made.libraries = {library};
  made.packages = {{{"wget", "1.21", "amd64"}, ""}};
  return made;
}

TEST(CreateTexts, AreChecked) {
  struct Row {
    CreateTexts texts;
    const char* why;
  };
  const Row rows[] = {{{.name = "Upper", .dependencies = "a1"}, "lower case"},
                      {{.name = "x", .dependencies = "-r /etc/passwd"}, "no name of a library"},
                      {{.name = "x", .packages = "--root=/"}, "no name of a package"},
                      {{.name = "x", .dependencies = "a1", .base = "UPPER/x"}, "base"},
                      {{.name = "x", .dependencies = "a1", .authors = "a\nb"}, "one line"}};
  for (const Row& row : rows) {
    EXPECT_TRUE(testing::fails_with(create_options_of(row.texts), Errc::InvalidInput, row.why)) << row.why;
  }
  const auto good = create_options_of({.name = "localhost/x", .dependencies = "a1, B_2>=1,<2", .packages = "wget"});
  ASSERT_TRUE(testing::ok(good));
  EXPECT_EQ(good->request.name, "x");
  EXPECT_EQ(good->request.dependencies.size(), 2u);
  EXPECT_EQ(good->base, "python3");
}

TEST(Lock, IsComparedWithWhatLiesInTheLayers) {
  image::Inventory inventory;
  EXPECT_TRUE(
      testing::fails_with(compare_with_lock(recipe(), inventory), Errc::Corrupt, "no library 'ruamel-yaml' 0.17"));
  image::PythonDistribution library;
  library.name = "ruamel.yaml";
  library.version = "0.18";
  inventory.python = {library};
  EXPECT_TRUE(testing::fails_with(compare_with_lock(recipe(), inventory), Errc::Corrupt, "no library"));
  inventory.python.front().version = "0.17";
  EXPECT_TRUE(testing::fails_with(compare_with_lock(recipe(), inventory), Errc::Corrupt, "no package 'wget' 1.21"));
  image::DistributionPackage package;
  package.name = "wget";
  package.version = "0:1.21";
  inventory.packages = {package};
  EXPECT_TRUE(testing::ok(compare_with_lock(recipe(), inventory)));
}

TEST(Verdict, ThatRefusesIsAnErrorWithItsFindings) {
  EXPECT_TRUE(testing::ok(accepted({true, {"a note"}}, "it")));
  EXPECT_TRUE(testing::fails_with(accepted({false, {"one", "two"}}, "it"), Errc::Denied,
                                  "it was judged, and does not go in: one; two"));
}

TEST(ImageFolder, IsThereWholeOrNotAtAll) {
  const testing::TempFolder folder;
  const std::filesystem::path target = folder.path() / "example-name";
  ASSERT_TRUE(testing::ok(export_image_folder(recipe(), target)));
  for (const char* name : {"Dockerfile", "build.conf", "verify.py", "requirements.txt"}) {
    EXPECT_TRUE(std::filesystem::exists(target / name)) << name;
  }
  EXPECT_TRUE(testing::fails_with(export_image_folder(recipe(), target), Errc::AlreadyExists, "something in it"));
  std::filesystem::create_directories(folder.path() / "empty");
  std::filesystem::create_directories(folder.path() / "empty.part/precious");
  EXPECT_TRUE(testing::ok(export_image_folder(recipe(), folder.path() / "empty/")));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "empty/Dockerfile"));
  // Nothing of its own is left beside it, and a folder that is not its own is left alone.
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "empty.part/precious"));
  const auto beside = std::filesystem::directory_iterator(folder.path());
  EXPECT_EQ(std::distance(begin(beside), end(beside)), 3);
}

TEST(Notice, SaysHowAnItemUsesTheImage) {
  CreatedImage created;
  created.reference.path = "example_name";
  created.reference.tag = "1.0.0.1";
  created.id = "0";
  created.made = true;
  created.recipe = recipe();
  EXPECT_THAT(created_notice(created), HasSubstr("dockerimage: example_name:1.0.0.1\n"));
  EXPECT_THAT(created_notice(created), HasSubstr("| ruamel-yaml | 0.17 |"));
  created.id.clear();
  EXPECT_THAT(created_notice(created), Not(HasSubstr("dockerimage")));
  EXPECT_THAT(recipe_text(created), HasSubstr("ruamel-yaml==0.17 --hash=sha256:"));
}

TEST(Contents, AreWhatTheBaseHasNot) {
  const auto library = [](const char* name, const char* version, const char* folder) {
    image::PythonDistribution one;
    one.name = name;
    one.version = version;
    one.metadata = std::string(folder) + "/" + name + ".dist-info";
    return one;
  };
  image::DistributionPackage tool;
  tool.name = "tool";
  tool.version = "1";
  image::Inventory base;
  base.python = {library("pip", "23.0", "usr")};
  image::DistributionPackage libc;
  libc.name = "libc6";
  base.packages = {libc};
  image::Inventory made = base;
  made.interpreters = {{"usr/bin/python3.11", "cpython", "3.11.2"}};
  made.python.push_back(library("Ruamel.Yaml", "0.17", "usr/local"));
  made.python.push_back(library("pip", "24.0", "usr/local"));
  made.python.push_back(library("of_a_package", "1", "usr"));
  made.python.back().owner = "tool";
  made.packages.push_back(tool);
  image::CreateRecipe recipe;
  recipe.request.dependencies = *image::parse_requirements("ruamel-yaml>=0.1");
  add_contents(made, base, recipe);
  ASSERT_EQ(recipe.libraries.size(), 2u);
  EXPECT_EQ(recipe.libraries[0].name, "ruamel-yaml");
  EXPECT_TRUE(recipe.libraries[0].requested);
  EXPECT_EQ(recipe.libraries[1].version, "24.0");
  EXPECT_FALSE(recipe.libraries[1].requested);
  ASSERT_EQ(recipe.packages.size(), 1u);
  EXPECT_EQ(recipe.packages[0].package.name, "tool");
  EXPECT_EQ(recipe.base.python_version, "3.11.2");
}

TEST(PackageRemarks, NameWhatTheBaseHasAndNotWhatWasResolvedUnderAnotherName) {
  const std::vector<image::PackageWish> wishes = {{"bash", ""}, {"java", ""}, {"wget", ""}};
  const std::vector<image::LockedPackage> resolved = {{{"wget", "1", "amd64"}, ""}, {{"some-jre", "1", "amd64"}, ""}};
  const auto is_installed = [](const std::string& name) { return name == "bash"; };
  EXPECT_THAT(wishes_that_are_there(wishes, resolved, is_installed), ElementsAre("bash"));
  EXPECT_THAT(wishes_that_are_there(wishes, {}, is_installed), ElementsAre("bash", "java", "wget"));
}

TEST(LastWords, HideSecretsThatAreCutInTwo) {
  const std::string secret = "correct-horse-battery-staple";
  // The cut falls into the secret.
  const std::string text = "x" + secret + std::string(592, '.') + "\n";
  const std::string words = last_words(text, {secret});
  EXPECT_THAT(words, Not(HasSubstr("staple")));
  EXPECT_LE(words.size(), 610u);
  EXPECT_TRUE(words.starts_with("... "));
  EXPECT_EQ(last_words("one\ntwo \n", {}), "one two");
}

TEST(Guards, AreTheOperatorsForImagesAsForCalls) {
  Settings settings;
  EXPECT_TRUE(guards_for(settings, {}).all_up());
  settings.user_namespace = false;
  EXPECT_FALSE(guards_for(settings, {}).up(container::Guard::UserNamespace));
  EXPECT_TRUE(guards_for(settings, {}).up(container::Guard::Seccomp));
  // Those that a probe has lowered are its own.
  const container::Guards probe(container::Weakening::for_probes({container::Guard::Seccomp}));
  EXPECT_TRUE(guards_for(settings, probe).up(container::Guard::UserNamespace));
}

std::string value_of(const IndexReach& reach, const std::string& name) {
  for (const std::string& variable : reach.environment) {
    if (variable.starts_with(name + "=")) return variable.substr(name.size() + 1);
  }
  return "(none)";
}

std::map<std::string, std::string> files_of(const IndexReach& reach) {
  std::map<std::string, std::string> files;
  for (const auto& file : reach.files) files[file.name] = file.bytes;
  return files;
}

void write(const std::filesystem::path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST(PipReach, IsTheIndexesAlone) {
  const Settings settings;
  image::PipSettings pip;
  pip.indexes = {"https://me:secretword@10.1.2.3:8443/simple", "http://127.0.0.1:3141/x", "http://localhost:3142"};
  const auto reach = reach_for_pip(settings, {}, pip);
  ASSERT_TRUE(testing::ok(reach));
  EXPECT_EQ(reach->endpoints, (std::vector<std::string>{"10.1.2.3:8443", "127.0.0.1:3141", "localhost:3142"}));
  EXPECT_EQ(reach->loopback_ports, (std::vector<std::uint16_t>{3141, 3142}));
  EXPECT_EQ(net::to_text(reach->network.profile), "10.1.2.3:8443");
  EXPECT_THAT(reach->secrets, Contains("secretword"));
  // Addresses with their passwords lie in a file, and not in what programs write into logs.
  EXPECT_EQ(files_of(*reach)["pip.conf"], "[global]\nindex-url = " + pip.indexes[0] +
                                              "\nextra-index-url = " + pip.indexes[1] + " " + pip.indexes[2] + "\n");
  EXPECT_EQ(value_of(*reach, "PIP_CONFIG_FILE"), "/run/berth/pip.conf");
  for (const std::string& variable : reach->environment) EXPECT_THAT(variable, Not(HasSubstr("secretword")));
}

TEST(PipReach, LeadsThroughAGateBeforeTheProxy) {
  image::PipSettings pip;
  pip.indexes = {"https://index.invalid/simple"};
  pip.proxy = "http://me:secretword@10.0.0.8:3128";
  const auto reach = reach_for_pip({}, {}, pip);
  ASSERT_TRUE(testing::ok(reach));
  EXPECT_EQ(reach->endpoints, std::vector<std::string>{"index.invalid:443"});
  EXPECT_THAT(reach->secrets, Contains("secretword"));
  // Nothing directly, and through the proxy the index alone; its password is the gate's.
  EXPECT_TRUE(reach->network.profile.destinations.empty());
  ASSERT_EQ(reach->gates.size(), 1u);
  const container::GatePlan& gate = reach->gates[0];
  EXPECT_EQ(gate.allowed, std::vector<net::Destination>{*net::parse_destination("index.invalid:443")});
  EXPECT_EQ(gate.addresses, std::vector<net::Address>{*net::parse_address("10.0.0.8")});
  EXPECT_EQ(gate.proxy_port, 3128);
  EXPECT_EQ(gate.authorization, "Basic bWU6c2VjcmV0d29yZA==");
  const std::string conf = files_of(*reach)["pip.conf"];
  EXPECT_THAT(conf, HasSubstr(fmt::format("proxy = http://127.0.0.1:{}\n", gate.port)));
  EXPECT_THAT(conf, Not(HasSubstr("secretword")));
}

TEST(PipReach, SaysWhereAProxyIsNotNarrowed) {
  image::PipSettings pip;
  pip.indexes = {"https://index.invalid/simple"};
  pip.proxy = "https://10.0.0.8:3129";
  const auto reach = reach_for_pip({}, {}, pip);
  ASSERT_TRUE(testing::ok(reach));
  EXPECT_TRUE(reach->gates.empty());
  EXPECT_EQ(net::to_text(reach->network.profile), "10.0.0.8:3129");
  EXPECT_THAT(reach->remarks, Contains(HasSubstr("nothing narrows where it leads")));
}

TEST(Gates, LetThroughWhatAnImageNamesWhereItIsPublic) {
  const Settings settings;
  Reacher reacher(settings);
  const auto taken =
      take_apt_settings("Acquire::http::Proxy \"http://me:secretword@10.0.0.8:3142\";\n", AptKeys::Given, reacher);
  ASSERT_TRUE(testing::ok(taken));
  EXPECT_EQ(taken->settings, "Acquire::http::Proxy \"http://127.0.0.1:61080\";\n");
  EXPECT_TRUE(testing::ok(reacher.add_url("http://intranet.invalid/debian")));  // the operator's
  EXPECT_TRUE(testing::ok(reacher.add_foreign_url("http://8.8.8.8/debian")));
  EXPECT_TRUE(testing::ok(reacher.add_foreign_url("http://intranet.invalid/debian")));
  EXPECT_TRUE(testing::fails_with(reacher.add_foreign_url("http://169.254.169.254/"), Errc::Denied, "public"));
  EXPECT_TRUE(testing::fails_with(reacher.add_foreign_url("http://other.invalid/"), Errc::Denied, "looked up here"));
  EXPECT_TRUE(testing::ok(reacher.add_foreign_url("http://deb.debian.org/debian")));
  const IndexReach reach = std::move(reacher).reach();
  ASSERT_EQ(reach.gates.size(), 1u);
  EXPECT_EQ(reach.gates[0].allowed.size(), 3u);
  EXPECT_TRUE(reach.network.profile.destinations.empty());
}

TEST(PipReach, OfWhatIsNoIndexIsRefusedWithoutItsSecret) {
  image::PipSettings pip;
  pip.indexes = {"git+ssh://me:secretword@h.example/x"};
  const auto reach = reach_for_pip({}, {}, pip);
  EXPECT_TRUE(testing::fails_with(reach, Errc::InvalidInput, "index of pip"));
  EXPECT_THAT(reach.error().message(), Not(HasSubstr("secretword")));
}

TEST(AptReach, TakesKeyringsCredentialsAndSourcesAlong) {
  const testing::TempFolder folder;
  write(folder.path() / "own.gpg", "key");
  IndexSettings indexes;
  indexes.etc_apt = folder.path() / "apt";
  write(indexes.etc_apt / "auth.conf", "machine 10.1.2.3 login me password machineword\n");
  const auto reach =
      reach_for_apt({}, indexes,
                    {{{"http://10.1.2.3/debian", "stable", {"main"}, (folder.path() / "own.gpg").native()},
                      {"http://10.1.2.3/debian", "updates", {"main"}, "/nowhere/their.gpg"}}});
  ASSERT_TRUE(testing::ok(reach));
  EXPECT_EQ(reach->endpoints, std::vector<std::string>{"10.1.2.3:80"});
  EXPECT_TRUE(reach->network.by_operator);
  auto files = files_of(*reach);
  EXPECT_EQ(files["keyring-1.gpg"], "key");
  EXPECT_THAT(files["sources.list"], HasSubstr("signed-by=/run/berth/keyring-1.gpg"));
  EXPECT_THAT(files["sources.list"], HasSubstr("signed-by=/nowhere/their.gpg"));
  EXPECT_THAT(files["apt.conf"], HasSubstr("Dir::Etc::parts \"/dev/null\""));
  EXPECT_THAT(files["apt-auth.conf"], HasSubstr("machineword"));
  EXPECT_EQ(value_of(*reach, "APT_CONFIG"), "/run/berth/apt.conf");
}

TEST(Origins, AreAddressesWithoutCredentials) {
  const testing::TempFolder folder;
  image::CreateRequest request;
  image::PipSettings pip;
  pip.indexes = {"https://me:secretword@index.example/simple"};
  IndexSettings indexes;
  indexes.apt_sources = folder.path() / "site.list";
  write(indexes.apt_sources, "deb http://me:secretword@apt.example/debian stable main\n");
  const auto origins = [&] { return origins_of(request, indexes, pip).value_or(std::vector<std::string>{"error"}); };
  EXPECT_EQ(origins(), std::vector<std::string>());
  request.dependencies = *image::parse_requirements("a1");
  EXPECT_EQ(origins(), std::vector<std::string>{"index https://***@index.example/simple"});
  request.packages = *image::parse_package_wishes("wget");
  indexes.package_hosts = {"https://files.example"};
  EXPECT_EQ(origins(), (std::vector<std::string>{"index https://***@index.example/simple",
                                                 "deb http://***@apt.example/debian stable main\n",
                                                 "host https://files.example"}));
  indexes.apt_sources = folder.path() / "not-there.list";
  EXPECT_TRUE(testing::fails_with(origins_of(request, indexes, pip), Errc::NotFound, "read package sources"));
}

// A base of another release that names `sources`.
struct ForeignBase {
  explicit ForeignBase(std::string_view sources) {
    write(folder.path() / "etc/os-release", "ID=debian\nVERSION_CODENAME=elsewhere\n");
    write(folder.path() / "etc/apt/sources.list", sources);
    write(folder.path() / "etc/apk/repositories", sources);
  }
  image::ImageTree tree() const { return *image::ImageTree::open({folder.path()}); }
  testing::TempFolder folder;
};

TEST(ForeignSources, GetNoFileAndNoPasswordOfThisMachine) {
  const testing::TempFolder machine;
  write(machine.path() / "id_rsa", "the machine's secret");
  IndexSettings indexes;
  indexes.etc_apt = machine.path() / "apt";
  write(indexes.etc_apt / "auth.conf", "machine 8.8.8.8 login me password machineword\n");
  const std::string key = (machine.path() / "id_rsa").native();
  const ForeignBase base("deb [signed-by=" + key + "] http://8.8.8.8/debian x main\n");
  auto sources = apt_sources_for(indexes, base.tree());
  ASSERT_TRUE(testing::ok(sources));
  EXPECT_TRUE(sources->by_image);
  const auto reach = reach_for_apt({}, indexes, *sources);
  ASSERT_TRUE(testing::ok(reach));
  for (const auto& [name, text] : files_of(*reach)) {
    EXPECT_THAT(text, Not(HasSubstr("secret"))) << name;
    EXPECT_THAT(text, Not(HasSubstr("machineword"))) << name;
  }
  EXPECT_THAT(files_of(*reach)["sources.list"], HasSubstr("signed-by=" + key));
  EXPECT_EQ(reach->endpoints, std::vector<std::string>{"8.8.8.8:80"});
  // By the rules for addresses, as what an item names.
  EXPECT_FALSE(reach->network.by_operator);
}

TEST(ForeignSources, AreReachedWhereTheyArePublic) {
  for (const char* host : {"127.0.0.1:3128", "localhost:3128", "10.1.2.3", "169.254.169.254", "192.168.0.1", "[::1]",
                           "[fd00::1]", "0.0.0.0", "100.64.0.1"}) {
    const std::string url = fmt::format("http://{}/x", host);
    const auto apt = reach_for_apt({}, {}, {{{url, "x", {"main"}, ""}}, true});
    EXPECT_TRUE(testing::fails_with(apt, Errc::Denied, "what an image names is reached where it is public")) << host;
    const ForeignBase base("# ours\n@edge " + url + "\n");
    EXPECT_TRUE(testing::fails_with(reach_for_apk({}, {}, base.tree()), Errc::Denied, "--package-host")) << host;
  }
}

TEST(ForeignSources, AreOpenedByTheOperator) {
  IndexSettings indexes;
  indexes.package_hosts = {"http://10.1.2.3/", "http://127.0.0.1:3142"};
  const ForeignBase base("http://10.1.2.3/alpine/main\nhttp://8.8.4.4/alpine\nhttp://127.0.0.1:3142/x\n");
  const auto reach = reach_for_apk({}, indexes, base.tree());
  ASSERT_TRUE(testing::ok(reach));
  EXPECT_EQ(reach->endpoints, (std::vector<std::string>{"10.1.2.3:80", "127.0.0.1:3142", "8.8.4.4:80"}));
  EXPECT_EQ(reach->loopback_ports, std::vector<std::uint16_t>{3142});
  EXPECT_EQ(reach->network.allowed.size(), 1u);
}

TEST(AptSettings, TakeCertificatesAlongWhateverTheirNamesCase) {
  const testing::TempFolder folder;
  write(folder.path() / "site.pem", "site");
  write(folder.path() / "own.pem", "own");
  write(folder.path() / "key.pem", "private");
  const std::string place = folder.path().native();
  const std::string dump = fmt::format(
      "Acquire::Retries \"3\";\nAcquire::https::CAInfo \"{0}/site.pem\";\n"
      "Acquire::https::mirror.example::CaInfo \"{0}/own.pem\";\nAcquire::https::SSLKey \"{0}/key.pem\";\n"
      "Acquire::http::Proxy-Auto-Detect \"/usr/bin/x\";\nAPT::Update::Pre-Invoke:: \"evil\";\n",
      place);
  const Settings settings;
  Reacher reacher(settings);
  const auto taken = take_apt_settings(dump, AptKeys::Given, reacher);
  ASSERT_TRUE(testing::ok(taken));
  EXPECT_EQ(taken->certificates, folder.path() / "site.pem");
  EXPECT_FALSE(reacher.has_proxy());
  EXPECT_EQ(taken->settings,
            "Acquire::Retries \"3\";\nAcquire::https::mirror.example::CaInfo \"/run/berth/apt-file-1.pem\";\n"
            "Acquire::https::SSLKey \"/run/berth/apt-file-2.pem\";\n");
  EXPECT_EQ(files_of(std::move(reacher).reach())["apt-file-2.pem"], "private");

  Reacher foreign(settings);
  const auto kept = take_apt_settings(dump, AptKeys::Kept, foreign);
  ASSERT_TRUE(testing::ok(kept));
  EXPECT_THAT(kept->settings, Not(HasSubstr("SSLKey")));
  Reacher other(settings);
  EXPECT_TRUE(
      testing::fails_with(take_apt_settings("Acquire::https::h::CaInfo \"/nowhere.pem\";\n", AptKeys::Given, other),
                          Errc::NotFound, "apt's setting Acquire::https::h::CaInfo"));
}

}  // namespace
}  // namespace berth::app
