#include "berth/app/own_copy.h"

#include <system_error>

namespace berth::app {

namespace fs = std::filesystem;

fs::path bundles_of(const Settings& settings) { return settings.state / "bundles"; }

bool is_of_bundle(const Settings& settings, const ContentSource& source) {
  std::error_code ignored;
  const fs::path place = fs::weakly_canonical(bundles_of(settings) / source.name, ignored);
  return source.origin == store::ContentOrigin::Path && fs::weakly_canonical(source.path, ignored) == place;
}

std::string problem_of_changing(const Settings& settings, const fs::path& path) {
  std::error_code ignored;
  const auto lies_below = [&](const fs::path& folder) {
    const fs::path way = fs::weakly_canonical(path, ignored).lexically_relative(fs::weakly_canonical(folder, ignored));
    return !way.empty() && *way.begin() != "..";
  };
  if (lies_below(bundles_of(settings))) {
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
