// What vetting costs and how good its guesses are: berth_vet_bench, from the top of the tree. It prints a line a
// figure.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <string>
#include <vector>

#include "berth/vet/look_alike.h"
#include "tests/support/labelled_names.h"

namespace {

using namespace berth;

double cpu_seconds() {
  timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

template <class Names>
std::size_t flagged(const vet::LookAlikes& look_alikes, const Names& names) {
  return static_cast<std::size_t>(
      std::ranges::count_if(names, [&](const auto& name) { return look_alikes.find(name).has_value(); }));
}

void names() {
  const double begin = cpu_seconds();
  const vet::LookAlikes look_alikes(vet::PopularNames::built_in(), vet::ModuleNames::built_in());
  const double made = cpu_seconds();
  const auto random = testing::random_names("tests/vet/data");
  const double asked = cpu_seconds();
  const std::size_t of_random = flagged(look_alikes, random);
  const double answered = cpu_seconds();
  const auto& popular = vet::PopularNames::built_in().names();
  const std::vector<std::string_view> low(popular.begin() + 10'000, popular.end());
  fmt::print("names: index made in {:.1f} ms, {:.1f} us a name (processor time)\n", 1e3 * (made - begin),
             1e6 * (answered - asked) / static_cast<double>(random.size()));
  fmt::print("names: flagged {} of {} random ones, {} of {} popular ones above rank 10,000\n", of_random, random.size(),
             flagged(look_alikes, low), low.size());
  for (const bool is_held_out : {false, true}) {
    std::vector<std::string> squats;
    for (const auto& pair : testing::labelled_names("tests/vet/data")) {
      if (pair.is_held_out == is_held_out) squats.push_back(pair.name);
    }
    fmt::print("names: found {} of {} labelled squats ({})\n", flagged(look_alikes, squats), squats.size(),
               is_held_out ? "held out" : "tuning");
  }
}

}  // namespace

int main() { names(); }
