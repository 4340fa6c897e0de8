// Whether what was seen is what must be seen. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "berth/base/json.h"
#include "berth/probe/declaration.h"

namespace berth::probe {

// Names of facts that the host knows of a call begin so; no program can set one.
constexpr std::string_view kHostFacts = "call ";

// What a run showed, by name, in the order in which it was seen.
class Facts {
 public:
  // A later value of a name takes the place of an earlier one.
  void set(std::string_view name, std::string text);
  // What a program said: members of objects in objects get names of both with a blank between; a number whose name
  // begins with `+` is added to what is there.
  void take(const Json& said);

  const std::string* find(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return facts_; }

 private:
  void take_in(const std::string& prefix, const Json& value);
  std::vector<std::pair<std::string, std::string>> facts_;
};

// `EPERM|ENOSYS`: one of these texts. `<= 3`, `>= 3`, `3..5`: a number in these bounds. A text with `*` at its end:
// what begins so.
bool holds(std::string_view condition, std::string_view value);

// What of `expect` is not so, a line each: "mount: expected EPERM, saw ok". The longest name that fits a fact judges it
// (`*` fits none of the host's); an expectation that no fact meets is not so either.
std::vector<std::string> deviations(const Facts& facts, const std::vector<Expectation>& expect);

// For a person: the facts that `run` shows, or how often each outcome occurred among those that it judges.
std::string summary(const Facts& facts, const Run& run);

}  // namespace berth::probe
