// The hint by which the daemon finds the worker that served a call like this one last.
#pragma once

#include <string>
#include <string_view>

namespace berth::wire {

// The field of a request that carries it. What it says is believed: a wrong hint costs time and nothing else.
constexpr std::string_view kAffinityField = "Berth-Affinity";
constexpr std::size_t kLongestAffinity = 200;

// What stays the same from call to call: what is asked for (a registered name, a path, or code), its command, the
// instance, the image; empty where there is none. Visible ASCII, at most kLongestAffinity bytes. The code of a script
// stands there by its digest. Pure.
struct AffinityOf {
  std::string_view name;
  std::string_view code;
  std::string_view command;
  std::string_view instance;
  std::string_view image;
};
std::string affinity_text(const AffinityOf& call);

}  // namespace berth::wire
