#include "berth/app/warm_key.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace berth::app {
namespace {

constexpr uid_t kUser = 1000;

container::LaunchSpec usual() {
  container::LaunchSpec call;
  call.id = "one";
  call.root.image_id = "image";
  call.programs = {"python3", "python"};
  call.environment = {"A=1", "B=2"};
  call.fixed = {{"loop.pyc", "loop"}, {"ca.pem", "trusted"}};
  return call;
}

content::Item item_of(const char* name, content::ItemKind kind = content::ItemKind::Script) {
  content::Item item;
  item.name = name;
  item.kind = kind;
  return item;
}

std::string key_of(const container::LaunchSpec& call) {
  return warm_key(call, "code", item_of("item"), "instance", kUser);
}

TEST(WarmKey, IsTheSameForTheSameCall) {
  container::LaunchSpec other = usual();
  other.id = "two";
  other.limits.wall_time = std::chrono::seconds(7);  // which no zygote knows of
  EXPECT_EQ(key_of(usual()), key_of(other));
}

TEST(WarmKey, IsTheSameForAFileWithAnotherText) {
  content::Item item = item_of("item");
  item.source = item.code_path = "/content/item.py";
  item.code = "one";
  const std::string before = warm_key(usual(), "common", item, "instance", kUser);
  item.code = "two";
  EXPECT_EQ(warm_key(usual(), "common", item, "instance", kUser), before);
  item.source = "/content/other.py";
  EXPECT_NE(warm_key(usual(), "common", item, "instance", kUser), before);
}

const std::function<void(container::LaunchSpec&)> kChanges[] = {
    [](auto& call) { call.root.image_id = "other"; },
    [](auto& call) { call.programs = {"python3"}; },
    [](auto& call) { call.programs = {"python3python"}; },
    [](auto& call) { call.environment = {"A=1B=2"}; },
    [](auto& call) { call.environment = {"A=1", "B=3"}; },
    [](auto& call) { call.programs.clear(), call.environment = {"python3", "python", "A=1", "B=2"}; },
    [](auto& call) { call.fixed[0].bytes = "another"; },
    [](auto& call) { call.fixed[1].name = "ca"; },
    [](auto& call) { call.fixed.pop_back(); },
    [](auto& call) { call.limits.memory_bytes -= 1; },
    [](auto& call) { call.limits.cpus = 0.5; },
    [](auto& call) { call.limits.pids = 7; },
    [](auto& call) { call.limits.open_files_soft = 7; },
    [](auto& call) { call.limits.open_files_hard = 7; },
    [](auto& call) { call.limits.writable_bytes = 7; },
    [](auto& call) { call.limits.writable_files = 7; },
    [](auto& call) { call.network.profile.reach = net::Reach::Egress; },
    [](auto& call) { call.network.profile = net::parse_network_profile("a.example:443").value(); },
    [](auto& call) { call.network.profile = net::parse_network_profile("a.example:444").value(); },
    [](auto& call) { call.network.by_operator = false; },
    [](auto& call) { call.network.proxy = net::parse_destination("192.0.2.7:3128").value(); },
    [](auto& call) { call.network.allowed = {net::AddressRange::single(net::parse_address("10.1.2.3").value())}; },
    [](auto& call) { call.network.resolvers = {{net::parse_address("10.1.2.3").value(), ""}}; },
    [](auto& call) { call.network.resolvers = {{net::parse_address("10.1.2.3").value(), "", 54}}; },
    [](auto& call) { call.network.machine_services = {{net::parse_address("10.1.2.3").value()}}; },
    [](auto& call) { call.network.machine_services = {{net::parse_address("10.1.2.3").value(), {1, 2}}}; },
    [](auto& call) { call.network.way = container::NetworkWay::Pasta; },
    [](auto& call) { call.network.subnets.v4.prefix_bits = 17; },
};

TEST(WarmKey, DiffersInEverythingThatACallCouldTellApart) {
  std::set<std::string> keys = {key_of(usual())};
  for (const auto& change : kChanges) {
    container::LaunchSpec call = usual();
    change(call);
    keys.insert(key_of(call));
  }
  keys.insert(warm_key(usual(), "other code", item_of("item"), "instance", kUser));
  keys.insert(warm_key(usual(), "code", item_of("other item"), "instance", kUser));
  keys.insert(warm_key(usual(), "code", item_of("item", content::ItemKind::Integration), "instance", kUser));
  keys.insert(warm_key(usual(), "code", item_of("item"), "other instance", kUser));
  keys.insert(warm_key(usual(), "code", item_of("item"), "instance", 0));
  keys.insert(warm_key(usual(), "codei", item_of("tem"), "instance", kUser));
  EXPECT_EQ(keys.size(), std::size(kChanges) + 7);
}

TEST(WarmKeys, AreThoseThatHashingGives) {
  WarmKeys keys;
  const auto is_right = [&](const container::LaunchSpec& call, const char* code, const content::Item& item,
                            const char* instance, uid_t user) {
    return keys.of(call, code, item, instance, user) == warm_key(call, code, item, instance, user);
  };
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(is_right(usual(), "code", item_of("item"), "instance", kUser));
    for (const auto& change : kChanges) {
      container::LaunchSpec call = usual();
      change(call);
      EXPECT_TRUE(is_right(call, "code", item_of("item"), "instance", kUser));
    }
    EXPECT_TRUE(is_right(usual(), "other code", item_of("item"), "instance", kUser));
    EXPECT_TRUE(is_right(usual(), "code", item_of("other item"), "instance", kUser));
    EXPECT_TRUE(is_right(usual(), "code", item_of("item", content::ItemKind::Integration), "instance", kUser));
    EXPECT_TRUE(is_right(usual(), "code", item_of("item"), "other instance", kUser));
    EXPECT_TRUE(is_right(usual(), "code", item_of("item"), "instance", kUser + 1));
    content::Item elsewhere = item_of("item");
    elsewhere.source = "/content/item.py";
    EXPECT_TRUE(is_right(usual(), "code", elsewhere, "instance", kUser));
  }
}

}  // namespace
}  // namespace berth::app
