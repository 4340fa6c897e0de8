#include "berth/app/own_copy.h"

#include <system_error>

namespace berth::app {

namespace fs = std::filesystem;

std::string problem_of_changing(const Settings& settings, const fs::path& path) {
  std::error_code ignored;
  const auto lies_below = [&](const fs::path& folder) {
    const fs::path way = fs::weakly_canonical(path, ignored).lexically_relative(fs::weakly_canonical(folder, ignored));
    return !way.empty() && *way.begin() != "..";
  };
  if (lies_below(settings.state / "bundles")) {
    return "it is Berth's own copy of what came in a bundle, and the next import of that name replaces it; change it "
           "where bundles are made and import it again, or copy the folder and register the copy with 'berth content "
           "add'";
  }
  if (!lies_below(settings.state / "content")) return {};
  return "it is Berth's own copy of what was fetched, and is replaced when it is fetched again; change it where it "
         "comes "
         "from";
}

}  // namespace berth::app
