// Names that could be taken for a popular one: typo-squats and their relatives, found before anything is fetched.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "berth/vet/module_names.h"
#include "berth/vet/name_index.h"
#include "berth/vet/popular_names.h"

namespace berth::vet {

// How a name resembles its target.
enum class Likeness {
  StandardLibrary,  // the name of a module that comes with Python
  Module,           // what programs import or people say, not what is installed
  Separators,       // the same letters, joined otherwise: "setup-tools"
  Homoglyph,        // `1` for `l`, `rn` for `m`
  WordOrder,        // "nmap-python"
  Shuffled,         // the same letters in another order, or some of them twice: "matlibplot", "pygaame"
  Plural,           // words that got or lost an `s`: "importlibs-resource"
  PythonAffix,      // "python3-flask", "pylint-py"
  Version,          // a digit behind, as if it were the next one: "mitmproxy2"
  Affix,            // a popular name with a word that squatters like: "requests-installer"
  Pair,             // two popular names in one: "matplotlib-requests"
  Slip,             // letters left out, put in, exchanged or swapped
};

// For reports: "separators", "homoglyph", "slip", ...
std::string_view likeness_text(Likeness likeness);

struct LookAlike {
  Likeness likeness = Likeness::Slip;
  std::string target;   // the popular package, or the module of the standard library
  int target_rank = 0;  // 1 for the most downloaded; 0 for a module of the standard library
};

// What is known of the candidate itself; nothing where nobody asked. Its rank is looked up where it is popular.
struct Standing {
  std::optional<std::chrono::days> age;  // of its first release
  std::optional<int> releases;
};

// Compares names with popular ones. Made once for many names; a name costs microseconds whatever the size of the list,
// but for the first, at which the list is arranged. Any thread may ask. Refers to what it was made of, which must live
// longer.
class LookAlikes {
 public:
  LookAlikes(const PopularNames& popular, const ModuleNames& modules) : popular_(popular), modules_(modules) {}

  // What `name`, normalised, could be taken for, by the first rule that finds something near enough for its target's
  // rank; nothing for names that are popular or long established themselves, unless their target is far better known.
  std::optional<LookAlike> find(std::string_view name, const Standing& standing = {}) const;

  // Whether `name` is popular, or has been there so long and in so many releases that many have seen it.
  bool is_known(std::string_view name, const Standing& standing) const;

 private:
  const NameIndex& index() const;

  const PopularNames& popular_;
  const ModuleNames& modules_;
  mutable std::once_flag arranged_;
  mutable std::optional<NameIndex> index_;
};

}  // namespace berth::vet
