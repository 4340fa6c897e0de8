// The modules that the calls of one key have loaded, and what importing them ahead came to. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace berth::app {

constexpr std::size_t kMostImports = 1000;             // of one list; what comes later is not learned
constexpr std::size_t kLargestImportList = 256 << 10;  // bytes of its text

enum class Import {
  Untried,  // told by a call
  Good,     // a zygote has imported it, and found nothing changed
  LeftOut,  // it does what an import ahead must not do: see `why`
};

struct ImportedModule {
  std::string name;
  Import state = Import::Untried;
  std::string why;  // one word of loop/learned.py
};

// In the order in which they were told: packages before their parts, and who imports before what it imports.
//
// Its text is the file that a zygote is given, and what the zygote answers: a first line `berth-imports 1`, then a line
// for each module: `? NAME`, `+ NAME` or `- NAME WHY`.
class ImportList {
 public:
  // Without trust: what is no line of a list is passed over, and so is all that is past the bounds.
  static ImportList parse(std::string_view text);

  // Takes in what a call has told. Whether any of it was new.
  bool add(const std::vector<std::string>& names);

  // Takes in what a zygote made of this list: of modules that stand here, and never better than before: what is left
  // out stays so. Returns those that are left out from now on.
  std::vector<ImportedModule> settle(const ImportList& answer);

  // Leaves out all that stands here.
  void give_up(const std::string& why);

  bool has(Import state) const;
  bool is_empty() const { return modules_.empty(); }
  const std::vector<ImportedModule>& modules() const { return modules_; }
  std::string text() const;

 private:
  bool append(ImportedModule module);

  std::vector<ImportedModule> modules_;
  std::map<std::string, std::size_t, std::less<>> places_;  // in `modules_`
};

}  // namespace berth::app
