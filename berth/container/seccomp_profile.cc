#include "berth/container/seccomp_profile.h"

#include <algorithm>
#include <map>

#include "berth/base/json.h"

namespace berth::container {
namespace {

using sys::ArgumentTest;

#if defined(__x86_64__)
constexpr const char* kArchitecture = "SCMP_ARCH_X86_64";
#else
constexpr const char* kArchitecture = "SCMP_ARCH_AARCH64";
#endif

Json entry(Json::Array names) { return Json::object().set("names", std::move(names)); }

Json allowing(Json entry) { return std::move(entry.set("action", "SCMP_ACT_ALLOW")); }

Json failing(Json entry, std::uint16_t error) {
  return std::move(entry.set("action", "SCMP_ACT_ERRNO").set("errnoRet", int{error}));
}

Json when(std::string_view name, const ArgumentTest& test) {
  Json one = Json::object();
  one.set("index", std::uint64_t{test.index}).set("value", test.mask).set("valueTwo", test.value);
  one.set("op", "SCMP_CMP_MASKED_EQ");
  return std::move(entry({Json(name)}).set("args", Json::Array{std::move(one)}));
}

// The values below one prefix that none of `values` has, as prefixes of their own. `bit` is the highest that is left.
void part(const std::vector<std::uint64_t>& values, std::uint64_t rest, ArgumentTest prefix,
          std::vector<ArgumentTest>& into) {
  if (values.empty()) {
    into.push_back(prefix);
    return;
  }
  if (rest == 0) return;
  const std::uint64_t bit = std::uint64_t{1} << (63 - static_cast<unsigned>(__builtin_clzll(rest)));
  for (const std::uint64_t set : {std::uint64_t{0}, bit}) {
    std::vector<std::uint64_t> there;
    std::ranges::copy_if(values, std::back_inserter(there), [&](std::uint64_t one) { return (one & bit) == set; });
    part(there, rest & ~bit, {prefix.index, prefix.mask | bit, prefix.value | set}, into);
  }
}

}  // namespace

std::vector<ArgumentTest> complement_of(const std::vector<ArgumentTest>& tests) {
  std::vector<std::uint64_t> values;
  for (const ArgumentTest& test : tests) {
    BERTH_ASSERT(test.index == tests.front().index && test.mask == tests.front().mask);
    values.push_back(test.value);
  }
  std::vector<ArgumentTest> others;
  part(values, tests.front().mask, {tests.front().index, 0, 0}, others);
  return others;
}

std::string seccomp_profile(const std::vector<NamedRule>& rules, std::uint16_t other_error_number) {
  Json::Array allowed;
  std::map<std::uint16_t, Json::Array> refused;
  Json::Array calls;
  for (const auto& [name, rule] : rules) {
    if (!rule.allowed) {
      refused[rule.error_number].emplace_back(name);
    } else if (rule.any_of.empty() && rule.none_of.empty()) {
      allowed.emplace_back(name);
    } else {
      BERTH_ASSERT(rule.any_of.empty() || rule.none_of.empty());
      const bool is_positive = !rule.any_of.empty();
      const auto& tests = is_positive ? rule.any_of : rule.none_of;
      const auto others = complement_of(tests);
      for (const ArgumentTest& test : is_positive ? tests : others) calls.push_back(allowing(when(name, test)));
      for (const ArgumentTest& test : is_positive ? others : tests) {
        calls.push_back(failing(when(name, test), rule.error_number));
      }
    }
  }
  calls.push_back(allowing(entry(std::move(allowed))));
  // Those that end as calls without a rule do are named as well: engines that know no number for the latter (Docker
  // before 23) take EPERM, and clone3 has to fail with ENOSYS.
  for (auto& [error, names] : refused) calls.push_back(failing(entry(std::move(names)), error));
  Json profile = Json::object();
  profile.set("defaultAction", "SCMP_ACT_ERRNO").set("defaultErrnoRet", int{other_error_number});
  profile.set("architectures", Json::Array{Json(kArchitecture)});
  return print_json(profile.set("syscalls", std::move(calls)));
}

}  // namespace berth::container
