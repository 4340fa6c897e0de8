#include "berth/vet/build_lists.h"

#include <algorithm>
#include <filesystem>
#include <ranges>

#include "berth/vet/shell_commands.h"

namespace berth::vet {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostPlaces = 64;

// What the folder gives the image.
struct Brought {
  std::string source;  // in the folder
  fs::path target;     // in the image, absolute
};

std::vector<std::string> words_of(const BuildInstruction& one) {
  if (!one.words.empty()) return one.words;
  std::vector<std::string> words;
  for (const ShellCommand& command : shell_commands(one.text)) {
    words.insert(words.end(), command.words.begin(), command.words.end());
  }
  return words;
}

// Without a slash at its end, so that its name is its last component.
fs::path placed(const fs::path& folder, const fs::path& path) {
  const fs::path whole = (folder / path).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

// Of `--mount=type=bind,source=requirements.txt,target=/tmp/requirements.txt`.
void add_mount(std::string_view flag, const fs::path& workdir, std::vector<Brought>& brought) {
  constexpr std::string_view kFlag = "--mount=";
  if (!flag.starts_with(kFlag)) return;
  Brought mount = {".", {}};
  for (const auto part : std::views::split(flag.substr(kFlag.size()), ',')) {
    const std::string_view word(part.begin(), part.end());
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = word.substr(0, equals);
    const std::string_view value = word.substr(equals + 1);
    if (key == "from" || (key == "type" && value != "bind")) return;
    if (key == "source" || key == "src") mount.source = value;
    if (key == "target" || key == "dst" || key == "destination") mount.target = placed(workdir, value);
  }
  if (!mount.target.empty()) brought.push_back(std::move(mount));
}

void add_copy(const BuildInstruction& one, const fs::path& workdir, std::vector<Brought>& brought) {
  const auto is_from = [](const std::string& flag) { return flag.starts_with("--from="); };
  if (std::ranges::any_of(one.flags, is_from)) return;
  const std::vector<std::string> words = words_of(one);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) brought.push_back({words[i], placed(workdir, words.back())});
}

// Where in the folder `path` of the image may have been: the source as it is, below it, or one of a pattern.
std::vector<fs::path> sources_of(const Brought& one, const fs::path& path) {
  const fs::path source = placed("/", one.source);
  if (one.source.find_first_of("*?[") != std::string::npos) {
    if (path.parent_path() != one.target) return {};
    return {source.parent_path() / path.filename()};
  }
  std::vector<fs::path> sources;
  if (path == one.target || path == one.target / source.filename()) sources.push_back(source);
  const fs::path below = path.lexically_relative(one.target);
  if (!below.empty() && below != "." && *below.begin() != "..") sources.push_back(source / below);
  return sources;
}

}  // namespace

std::vector<std::string> places_in_folder(const Dockerfile& dockerfile, std::string_view path, std::size_t line) {
  fs::path workdir = "/";
  std::vector<Brought> brought;
  for (const BuildInstruction& one : dockerfile.instructions) {
    if (one.line > line) break;
    if (one.keyword == "FROM") workdir = "/";
    if (one.keyword == "WORKDIR") workdir = placed(workdir, one.text);
    if (one.keyword == "COPY" || one.keyword == "ADD") add_copy(one, workdir, brought);
    if (one.line != line) continue;
    for (const std::string& flag : one.flags) add_mount(flag, workdir, brought);
  }
  std::vector<std::string> places;
  const auto add = [&](const fs::path& place) {
    const std::string inside = place.lexically_normal().relative_path().native();
    const bool is_known = std::ranges::find(places, inside) != places.end();
    if (!inside.empty() && !is_known && places.size() < kMostPlaces) places.push_back(inside);
  };
  const fs::path whole = placed(workdir, path);
  for (const Brought& one : std::views::reverse(brought)) {
    for (const fs::path& source : sources_of(one, whole)) add(source);
  }
  if (!path.starts_with('/')) add(placed("/", path));
  return places;
}

}  // namespace berth::vet
