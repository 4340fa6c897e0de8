#include "berth/app/settings.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "berth/image/reference.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace berth::app {
namespace {

using namespace std::chrono_literals;

Result<Settings> read(std::string_view text) { return read_settings({}, text, "berth.yaml"); }

TEST(Settings, HaveEveryKey) {
  const auto settings = read(R"(version: 1
storage:
  root: /srv/images
  runtime: /run/other
images:
  substitute:
    demisto/python3: python3
    "demisto/*": berth/any:1
  create:
    apt_sources: /etc/berth/site.sources
    package_hosts: ["https://files.example.com", "http://10.1.2.3:3141"]
  default:
    python3: berth/three
    python2: berth/two
engine: podman
isolation:
  user_namespace: off
network:
  default:
    script: egress
    integration: "api.example.com:443"
  items:
    Whois: "whois.example.net:43"
    "Two words": none
  allow_private: [10.20.0.0/16, "fd12::/16", 192.168.1.7]
  metadata: [CloudInfo]
  proxy: proxy.example.com:3128
  resolvers: [192.0.2.53, "2001:db8::53"]
  way: pasta
  subnet: 172.30.0.0/20
limits:
  memory: 512MiB
  cpus: 0.5
  pids: 64
  timeout: 1m30s
  writable: 1g
  writable_files: 2000
  open_files: 100
  open_files_hard: 200
  message: 1m
  output: 2m
  allow_unlimited: on
server:
  version: 6.10.0
  build: "12345"
  platform: x2
serve:
  calls_per_key: 4
  waiting: 0
  idle_workers: 3
  idle_time: 2m
  zygotes: 5
  zygote_memory: 256m
  spares: 4
  prewarm: [Print, Whois domain]
)");
  ASSERT_TRUE(testing::ok(settings));
  EXPECT_EQ(settings->storage, "/srv/images");
  EXPECT_EQ(settings->runtime, "/run/other");
  ASSERT_EQ(settings->substitutes.size(), 2u);
  EXPECT_EQ(settings->substitutes[0].pattern, "demisto/python3");
  EXPECT_EQ(image::to_string(settings->substitutes[1].use), "berth/any:1");
  EXPECT_EQ(settings->indexes.apt_sources, "/etc/berth/site.sources");
  EXPECT_EQ(settings->indexes.package_hosts,
            (std::vector<std::string>{"https://files.example.com", "http://10.1.2.3:3141"}));
  EXPECT_EQ(settings->default_python3, "berth/three");
  EXPECT_EQ(settings->default_python2, "berth/two");
  EXPECT_EQ(settings->engine, container::EngineKind::Podman);
  EXPECT_FALSE(settings->user_namespace);
  const NetworkSettings& network = settings->network;
  EXPECT_EQ(net::to_text(network.for_scripts), "egress");
  EXPECT_EQ(net::to_text(network.for_integrations), "api.example.com:443");
  ASSERT_EQ(network.items.size(), 2u);
  EXPECT_EQ(net::to_text(network.items.at("Whois")), "whois.example.net:43");
  ASSERT_EQ(network.allow_private.size(), 3u);
  EXPECT_EQ(net::to_text(network.allow_private[2]), "192.168.1.7");
  EXPECT_EQ(network.metadata, std::vector<std::string>{"CloudInfo"});
  ASSERT_TRUE(network.proxy.has_value());
  EXPECT_EQ(net::to_text(*network.proxy), "proxy.example.com:3128");
  ASSERT_EQ(network.resolvers.size(), 2u);
  EXPECT_EQ(net::to_text(network.resolvers[1].address), "2001:db8::53");
  EXPECT_EQ(network.way, container::NetworkWay::Pasta);
  EXPECT_EQ(net::to_text(network.subnets.v4), "172.30.0.0/20");
  EXPECT_EQ(settings->limits.memory_bytes, 512u << 20);
  EXPECT_EQ(settings->limits.cpus, 0.5);
  EXPECT_EQ(settings->limits.pids, 64u);
  EXPECT_EQ(settings->limits.wall_time, 90s);
  EXPECT_EQ(settings->limits.writable_bytes, 1u << 30);
  EXPECT_EQ(settings->limits.writable_files, 2000u);
  EXPECT_EQ(settings->limits.open_files_soft, 100u);
  EXPECT_EQ(settings->limits.open_files_hard, 200u);
  EXPECT_EQ(settings->limits.frame_bytes, 1u << 20);
  EXPECT_EQ(settings->limits.output_bytes, 2u << 20);
  EXPECT_TRUE(settings->limits.allow_unlimited);
  EXPECT_EQ(settings->server_version, "6.10.0");
  EXPECT_EQ(settings->server_build, "12345");
  EXPECT_EQ(settings->server_platform, "x2");
  EXPECT_EQ(settings->serve.calls_per_key, 4u);
  EXPECT_EQ(settings->serve.waiting, 0u);
  EXPECT_EQ(settings->serve.idle_workers, 3u);
  EXPECT_EQ(settings->serve.idle_time, 2min);
  EXPECT_EQ(settings->serve.zygotes, 5u);
  EXPECT_EQ(settings->serve.zygote_memory, 256u << 20);
  EXPECT_EQ(settings->serve.spares, 4u);
  EXPECT_EQ(settings->serve.prewarm, (std::vector<std::string>{"Print", "Whois domain"}));
}

TEST(Settings, SayHowRegistriesAreReached) {
  const auto settings = read(R"(version: 1
images:
  registries:
    docker.io:
      mirrors: ["Mirror.example:5000", harbor.example/hub-proxy, "127.0.0.1:5000/a/b"]
      sends_to: [blobs, Blobs.example, "blobs.example:443", "::1", "[::1]:5000", "[fd00::7]"]
)");
  ASSERT_TRUE(testing::ok(settings));
  const image::RegistryRow& row = settings->registries.at("docker.io");
  EXPECT_EQ(row.mirrors,
            (std::vector<std::string>{"mirror.example:5000", "harbor.example/hub-proxy", "127.0.0.1:5000/a/b"}));
  EXPECT_EQ(row.sends_to,
            (std::vector<std::string>{"blobs", "blobs.example", "blobs.example:443", "::1", "[::1]:5000", "fd00::7"}));
}

TEST(Settings, SayWhatMustBeSigned) {
  auto settings = read(R"(version: 1
images:
  trusted:
    registries: ["r.example:5000"]
    signatures:
      - {organisation: "R.example:5000/team", signed_by: [/nowhere/ours.pub, /nowhere/old.pub]}
      - registry: quay.io
        signed_by: [/nowhere/quay.pub]
      - {name: "python:3.12", signed_by: [/nowhere/python.pub]}
)");
  ASSERT_TRUE(testing::ok(settings));
  const auto& rules = settings->trust.signatures;
  ASSERT_EQ(rules.size(), 3u);
  EXPECT_EQ(to_string(rules[0]), "organisation 'r.example:5000/team'");
  ASSERT_EQ(rules[0].keys.size(), 2u);
  EXPECT_EQ(rules[0].keys[1].path, "/nowhere/old.pub");
  EXPECT_EQ(to_string(rules[1]), "registry 'quay.io'");
  EXPECT_EQ(to_string(rules[2]), "name 'docker.io/library/python:3.12'");
  for (const auto& rule : rules) {
    for (const auto& key : rule.keys) EXPECT_NE(key.problem, "") << "a key that was not read verifies nothing";
  }
  read_signing_keys(settings->trust);
  EXPECT_NE(rules[1].keys[0].problem.find("/nowhere/quay.pub"), std::string::npos) << rules[1].keys[0].problem;
}

TEST(Settings, KeepWhatIsNotGiven) {
  Settings before;
  before.default_python3 = "kept";
  before.limits.pids = 7;
  const auto settings = read_settings(before, "version: 1\nlimits:\n  cpus: 2\nserver:\n", "berth.yaml");
  ASSERT_TRUE(testing::ok(settings));
  EXPECT_EQ(settings->default_python3, "kept");
  EXPECT_EQ(settings->limits.pids, 7u);
  EXPECT_EQ(settings->limits.cpus, 2);
  EXPECT_TRUE(settings->user_namespace);
}

TEST(Settings, TakeWordsForOnAndOff) {
  for (const char* word : {"on", "true", "yes", "'on'"}) {
    const auto settings = read(std::string("version: 1\nisolation: {user_namespace: ") + word + "}\n");
    ASSERT_TRUE(testing::ok(settings)) << word;
    EXPECT_TRUE(settings->user_namespace) << word;
  }
  for (const char* word : {"off", "false", "no"}) {
    const auto settings = read(std::string("version: 1\nisolation: {user_namespace: ") + word + "}\n");
    ASSERT_TRUE(testing::ok(settings)) << word;
    EXPECT_FALSE(settings->user_namespace) << word;
  }
}

struct WrongRow {
  const char* name;
  const char* text;  // after the version
  const char* where;
  const char* why;
};

const WrongRow kWrong[] = {
    {"UnknownKey", "limit: {}\n", "berth.yaml:2:1: 'limit'", "is no setting; did you mean 'limits'?"},
    {"UnknownKeyBelow", "limits:\n  memroy: 1g\n", "berth.yaml:3:3: 'limits.memroy'", "did you mean 'memory'?"},
    {"UnknownKeyFarFromAll", "storage: {x: 1}\n", "'storage.x'", "is no setting; there are 'root', 'runtime'"},
    {"KeyOfAnotherGroup", "server: {pids: 1}\n", "'server.pids'", "is no setting"},
    {"KeyOfTheWrongCase", "Limits: {}\n", "'Limits'", "did you mean 'limits'?"},
    {"TextForAGroup", "limits: 5\n", "'limits'", "is no mapping of keys to values"},
    {"ListForAGroup", "images: [a]\n", "'images'", "is no mapping of keys to values"},
    {"ListForAValue", "limits: {pids: [1]}\n", "'limits.pids'", "needs one value"},
    {"GroupForAValue", "storage: {root: {a: b}}\n", "'storage.root'", "needs one value"},
    {"NothingForAValue", "storage: {root: }\n", "'storage.root'", "needs one value"},
    {"Memory", "limits: {memory: lots}\n", "berth.yaml:2:18: 'limits.memory'",
     "'lots' is no number of bytes; write for example 512m"},
    {"Cpus", "limits: {cpus: 0}\n", "'limits.cpus'", "'0' is no number of processors; write for example 0.5 or 2"},
    {"Pids", "limits: {pids: 0}\n", "'limits.pids'", "'0' is no number of processes; write a whole number from 1"},
    {"Timeout", "limits: {timeout: 0}\n", "'limits.timeout'", "'0' is no time limit"},
    {"TimeoutOfText", "limits: {timeout: soon}\n", "'limits.timeout'", "write it like '90s'"},
    {"Writable", "limits: {writable: -1}\n", "'limits.writable'", "'-1' is no number of bytes"},
    {"WritableFiles", "limits: {writable_files: 1.5}\n", "'limits.writable_files'", "'1.5' is no number of files"},
    {"OpenFiles", "limits: {open_files: all}\n", "'limits.open_files'", "'all' is no number of open files"},
    {"OpenFilesAboveTheHardLimit", "limits: {open_files: 9000}\n", "'limits.open_files' is 9000",
     "'limits.open_files_hard', which is 8192; raise that as well"},
    {"Message", "limits: {message: 1x}\n", "'limits.message'", "'1x' is no number of bytes"},
    {"Output", "limits: {output: ''}\n", "'limits.output'", "'' is no number of bytes"},
    {"UserNamespace", "isolation: {user_namespace: maybe}\n", "'isolation.user_namespace'",
     "'maybe' is neither on nor off"},
    {"Engine", "engine: Docker\n", "'engine'", "'Docker' is no engine; there are native, docker and podman"},
    {"SubstitutesAsList", "images: {substitute: [a]}\n", "'images.substitute'",
     "is no mapping of names to local images"},
    {"SubstituteOfAWrongName", "images: {substitute: {a: 'B C'}}\n", "'images.substitute.a'", "images.substitute 'a'"},
    {"TrustedAsWord", "images: {trusted: demisto}\n", "'images.trusted'", "is the word 'any', or a mapping"},
    {"SignaturesAsMapping", "images: {trusted: {signatures: {a: b}}}\n", "'images.trusted.signatures'",
     "needs a list of rows"},
    {"SignaturesOfNames", "images: {trusted: {signatures: [a]}}\n", "'images.trusted.signatures'",
     "each needs one of 'registry', 'organisation' and 'name', and 'signed_by'"},
    {"SignatureWithoutKeys", "images: {trusted: {signatures: [{name: a/b}]}}\n", "'images.trusted.signatures'",
     "and 'signed_by'"},
    {"SignatureWithNoKey", "images: {trusted: {signatures: [{name: a/b, signed_by: []}]}}\n",
     "'images.trusted.signatures'", "and 'signed_by'"},
    {"SignatureOfNothing", "images: {trusted: {signatures: [{signed_by: [/k]}]}}\n", "'images.trusted.signatures'",
     "needs one of"},
    {"SignatureOfTwo", "images: {trusted: {signatures: [{name: a/b, registry: r.io, signed_by: [/k]}]}}\n",
     "'images.trusted.signatures'", "needs one of"},
    {"SignatureKeyRelative", "images: {trusted: {signatures: [{name: a/b, signed_by: [k]}]}}\n",
     "'images.trusted.signatures.signed_by'", "'k'"},
    {"SignatureTwice",
     "images: {trusted: {signatures: [{name: a/b, signed_by: [/k]}, {name: docker.io/a/b, signed_by: [/l]}]}}\n",
     "'images.trusted.signatures'", "stands there twice"},
    {"SignatureOfThisMachine", "images: {trusted: {signatures: [{registry: localhost, signed_by: [/k]}]}}\n",
     "'images.trusted.signatures'", "has no signature"},
    {"SignatureUnknownKey", "images: {trusted: {signatures: [{name: a/b, keys: [/k]}]}}\n",
     "'images.trusted.signatures.keys'", ""},
    {"TrustedUnknownList", "images: {trusted: {organizations: [a]}}\n", "'images.trusted.organizations'",
     "did you mean 'organisations'?"},
    {"PackageHostWithoutScheme", "images: {create: {package_hosts: [h.example]}}\n", "'images.create.package_hosts'",
     "scheme"},
    {"TrustedRegistryWithoutHost", "images: {trusted: {registries: [demisto]}}\n", "'images.trusted.registries'",
     "it is no registry"},
    {"MirrorWithoutHost", "images: {registries: {docker.io: {mirrors: [mirror/x]}}}\n", "mirrors'", "is no registry"},
    {"MirrorWithATag", "images: {registries: {docker.io: {mirrors: ['m.example/x:1']}}}\n", "mirrors'", "is no mirror"},
    {"MirrorUpwards", "images: {registries: {docker.io: {mirrors: [m.example/../x]}}}\n", "mirrors'", "is no mirror"},
    {"SendsToAUrl", "images: {registries: {docker.io: {sends_to: ['https://x']}}}\n", "sends_to'", "is no host"},
    {"SendsToAPath", "images: {registries: {docker.io: {sends_to: [x/y]}}}\n", "sends_to'", "is no host"},
    {"SubstituteByAList", "images: {substitute: {a: [b]}}\n", "'images.substitute.a'", "needs one value"},
    {"SubstituteWithDigest",
     "images: {substitute: {'a@sha256:0000000000000000000000000000000000000000000000000000000000000000': b}}\n",
     "'images.substitute.a@sha256:", "a pattern has no digest"},
    {"Network", "network: {default: {script: all}}\n", "'network.default.script'", "none, egress, proxy, or a list"},
    {"NetworkOfAnItem", "network: {items: {A: 'x'}}\n", "'network.items.A'", "none, egress, proxy, or a list"},
    {"NetworkItemsAsList", "network: {items: [A]}\n", "'network.items'", "is no mapping of items to networks"},
    {"PrivateRange", "network: {allow_private: [10.0.0.1/8]}\n", "'network.allow_private'", "10.0.0.0/8"},
    {"PrivateRangeAlone", "network: {allow_private: 10.0.0.0/8}\n", "'network.allow_private'",
     "needs a list of values"},
    {"NetworkWay", "network: {way: bridge}\n", "'network.way'", "none of auto, veth, pasta, slirp4netns"},
    {"SubnetOfIpv6", "network: {subnet: 'fd00::/64'}\n", "'network.subnet'", "such as 10.213.0.0/16"},
    {"SubnetTooSmall", "network: {subnet: 10.1.2.0/25}\n", "'network.subnet'", "8 to 24 bits"},
    {"ProxyOfManyHosts", "network: {proxy: '*.example.com:3128'}\n", "'network.proxy'", "one host and one port"},
    {"ProxyOfManyPorts", "network: {proxy: 'example.com:1-2'}\n", "'network.proxy'", "one host and one port"},
    {"ResolverByName", "network: {resolvers: [dns.example.com]}\n", "'network.resolvers'", "dns.example.com"},
    {"TooManyResolvers", "network: {resolvers: [192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4]}\n", "'network.resolvers'",
     "3 are asked at most"},
    {"ProxyUrl", "containers: {proxy: {http: 'ftp://u:secret@p'}}\n", "'containers.proxy.http'",
     "its scheme is none of"},
    {"ProxyUrlWithoutHost", "containers: {proxy: {https: 'http://'}}\n", "'containers.proxy.https'", "names no host"},
    {"CaBundle", "containers: {ca_bundle: ca.pem}\n", "'containers.ca_bundle'", "is no absolute path"},
    {"VariableName", "containers: {environment: {A-B: c}}\n", "'containers.environment.A-B'",
     "is no name of a variable"},
    {"VariableThatSteers", "containers: {environment: {LD_PRELOAD: c}}\n", "'containers.environment.LD_PRELOAD'",
     "would steer"},
    {"VariablesAsList", "containers: {environment: [a]}\n", "'containers.environment'", "is no mapping of names"},
    {"MoreSparesThanAZygoteHas", "serve: {spares: 201}\n", "'serve.spares'", "more than the 200 children"},
    {"SameKeyTwice", "limits: {pids: 1}\nlimits: {pids: 2}\n", "berth.yaml:3", "limits"},
    {"NoYaml", "limits: {pids: 1\n", "berth.yaml:", ""},
};

class WrongSetting : public ::testing::TestWithParam<WrongRow> {};

TEST_P(WrongSetting, SaysWhereAndWhy) {
  const auto settings = read(std::string("version: 1\n") + GetParam().text);
  EXPECT_TRUE(testing::fails_with(settings, Errc::InvalidInput, GetParam().where));
  EXPECT_TRUE(testing::fails_with(settings, Errc::InvalidInput, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, WrongSetting, ::testing::ValuesIn(kWrong),
                         [](const auto& row) { return row.param.name; });

TEST(Settings, NeedTheirVersion) {
  for (const char* text : {"", "limits: {pids: 1}\n", "version: 2\n", "version: 1.0\n", "version: v1\n"}) {
    EXPECT_TRUE(testing::fails_with(read(text), Errc::InvalidInput, "berth.yaml: 'version' must be 1")) << text;
  }
  EXPECT_TRUE(testing::fails_with(read("version: {}\n"), Errc::InvalidInput, "'version' needs one value"));
  EXPECT_TRUE(testing::fails_with(read("- version: 1\n"), Errc::InvalidInput, "is no mapping"));
}

std::string fingerprint_at(const std::filesystem::path& path) {
  ::setenv("BERTH_CONFIG", path.c_str(), 1);
  const auto settings = load_settings();
  ::unsetenv("BERTH_CONFIG");
  EXPECT_TRUE(testing::ok(settings)) << path;
  return settings ? settings->fingerprint : "";
}

TEST(Settings, HaveOneFingerprintHoweverThePathIsSpelled) {
  const testing::TempFolder temp;
  const std::filesystem::path folder = temp.path() / "one";
  std::filesystem::create_directories(folder);
  std::filesystem::create_directory_symlink(folder, temp.path() / "link");
  std::filesystem::create_symlink("berth.yaml", folder / "other.yaml");
  std::ofstream(folder / "berth.yaml") << "version: 1\n";
  const std::string expected = fingerprint_at(folder / "berth.yaml");
  EXPECT_EQ(fingerprint_at(folder / "../one/./berth.yaml"), expected);
  EXPECT_EQ(fingerprint_at(temp.path() / "link" / "berth.yaml"), expected);
  EXPECT_EQ(fingerprint_at(folder / "other.yaml"), expected);
  EXPECT_EQ(fingerprint_at(std::filesystem::relative(folder / "berth.yaml")), expected);
  std::filesystem::copy_file(folder / "berth.yaml", temp.path() / "berth.yaml");
  EXPECT_NE(fingerprint_at(temp.path() / "berth.yaml"), expected);
  std::ofstream(folder / "berth.yaml") << "version: 1\nengine: podman\n";
  EXPECT_NE(fingerprint_at(folder / "berth.yaml"), expected);
}

}  // namespace
}  // namespace berth::app
