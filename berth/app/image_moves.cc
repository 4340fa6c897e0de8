#include "berth/app/image_moves.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "berth/image/credentials.h"
#include "berth/image/storage_places.h"
#include "berth/sys/full_disk.h"

namespace berth::app {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// The first of the variables that is set. HTTP_PROXY in capitals is not read, as clients agree: a server may set it for
// a program.
struct Variable {
  const char* name;
  std::string value;
};
Variable first_of(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string value = variable(name); !value.empty()) return {name, std::move(value)};
  }
  return {*names.begin(), ""};
}

// Errors: InvalidInput, with the variable's name, never with what is in it.
Result<std::string> proxy_in(const Variable& variable) {
  if (variable.value.empty()) return std::string();
  return parse_proxy_url(variable.value).context([&] { return fmt::format("the variable {}", variable.name); });
}

Result<image::RegistrySettings> registry_settings(const Settings& settings) {
  image::RegistrySettings registries;
  registries.rows = settings.registries;
  const ContainerSettings& containers = settings.containers;
  const bool is_set = !containers.http_proxy.empty() || !containers.https_proxy.empty();
  registries.http_proxy = containers.http_proxy;
  registries.https_proxy = containers.https_proxy;
  registries.no_proxy = containers.no_proxy;
  if (!is_set) {
    BERTH_TRY(registries.http_proxy, proxy_in(first_of({"http_proxy"})));
    BERTH_TRY(registries.https_proxy, proxy_in(first_of({"https_proxy", "HTTPS_PROXY"})));
    registries.no_proxy = first_of({"no_proxy", "NO_PROXY"}).value;
  }
  registries.ca_bundle = containers.ca_bundle;
  const uid_t uid = settings.ordinary_user ? settings.ordinary_user->uid : ::geteuid();
  registries.credential_files = image::credential_files(uid, variable);
  return registries;
}

Result<std::vector<image::Reference>> parse_all(const std::vector<std::string>& names) {
  std::vector<image::Reference> references;
  for (const std::string& name : names) {
    BERTH_TRY(image::Reference reference, image::parse_reference(name));
    references.push_back(std::move(reference));
  }
  return references;
}

std::string short_digest(const std::string& digest) { return digest.substr(0, 19); }

std::string cell(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2) text.insert(at, "\\");
  return text;
}

}  // namespace

Result<image::MoveSettings> move_settings(const Settings& settings, const OnStep& on_step) {
  image::MoveSettings moves;
  BERTH_TRY(moves.storage.graph_root, image::find_graph_root(storage_places(settings)));
  moves.storage.is_set = !settings.storage.empty();
  if (settings.ordinary_user) moves.storage.ordinary_user = settings.ordinary_user->uid;
  moves.storage.run_folder = settings.cache / "storage-run";
  moves.cache_folder = settings.cache;
  moves.state_folder = settings.state;
  moves.trust = settings.trust;
  BERTH_TRY(moves.registries, registry_settings(settings));
  moves.on_step = on_step;
  return moves;
}

Result<image::Pulled> pull_image(const Settings& settings, const std::string& name, const OnStep& on_step) {
  BERTH_TRY(const image::Reference reference, image::parse_reference(name));
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  return sys::with_room_advice(image::pull_image(reference, moves));
}

Result<image::Pushed> push_image(const Settings& settings, const std::string& name, const std::string& destination,
                                 const OnStep& on_step) {
  BERTH_TRY(const image::Reference reference, image::parse_reference(name));
  std::optional<image::Reference> to;
  if (!destination.empty()) {
    BERTH_TRY(to, image::parse_reference(destination));
  }
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  return sys::with_room_advice(image::push_image(reference, to, moves));
}

Result<std::vector<image::UpdateResult>> update_images(const Settings& settings, const std::vector<std::string>& names,
                                                       const OnStep& on_step) {
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  if (!names.empty()) {
    BERTH_TRY(const std::vector<image::Reference> references, parse_all(names));
    return image::update_images(references, moves);
  }
  BERTH_TRY(const std::vector<image::Reference> all, image::names_from_registries(moves));
  return image::update_images(all, moves, {.leaves_untrusted = true});
}

Result<std::vector<image::SavedImage>> save_images(const Settings& settings, const std::vector<std::string>& names,
                                                   const std::filesystem::path& file, const OnStep& on_step) {
  if (file.empty()) return fail(Errc::InvalidInput, "save images: the file's name is empty; name the file to write");
  if (file == "-") {
    return fail(
        Errc::InvalidInput,
        "save images: they are written to a file, not to standard output; name one ('./-' is one of that name)");
  }
  BERTH_TRY(const std::vector<image::Reference> references, parse_all(names));
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  return sys::with_room_advice(image::save_images(references, file, moves));
}

Result<std::vector<image::Pulled>> load_images(const Settings& settings, const std::filesystem::path& file,
                                               const std::string& name, bool trusts_local, const OnStep& on_step) {
  BERTH_TRY(const image::MoveSettings moves, move_settings(settings, on_step));
  if (name.empty()) return sys::with_room_advice(image::load_archive(file, {.trusts_local = trusts_local}, moves));
  BERTH_TRY(const image::Reference reference, image::parse_reference(name));
  if (reference.tag.empty()) {
    return fail(Errc::InvalidInput,
                fmt::format("load images from '{}': the name '{}' has no tag", file.native(), name));
  }
  return sys::with_room_advice(image::load_archive(file, {.name = image::normalized(reference)}, moves));
}

Result<FindNewerTags> newer_tags_of_registries(const Settings& settings, image::TagQuestions which) {
  BERTH_TRY(image::MoveSettings moves, move_settings(settings, {}));
  return FindNewerTags([moves = std::move(moves), which](const std::vector<image::Reference>& images) {
    const std::vector<image::NewestTag> answers = image::find_newer_tags(images, moves, which);
    std::map<std::string, NewerTag> found;
    for (std::size_t i = 0; i < images.size(); ++i) {
      found[image::to_string(images[i])] = {answers[i].tag, answers[i].not_looked_up, answers[i].is_failure};
    }
    return found;
  });
}

std::string update_text(const image::UpdateResult& result) {
  switch (result.state) {
    case image::UpdateState::Unchanged:
      return short_digest(result.before);
    case image::UpdateState::Updated:
      return fmt::format("{} -> {}", short_digest(result.before), short_digest(result.after));
    case image::UpdateState::New:
      return short_digest(result.after);
    case image::UpdateState::LeftAlone:
      return "not trusted";
    case image::UpdateState::Failed:
      return result.error;
  }
  return {};
}

Json update_json(const std::vector<image::UpdateResult>& results) {
  Json list = Json::array();
  for (const image::UpdateResult& result : results) {
    Json one = Json::object();
    one.set("image", image::to_string(result.reference)).set("state", image::to_string(result.state));
    one.set("before", result.before).set("after", result.after).set("fetched_bytes", result.fetched_bytes);
    if (!result.error.empty()) one.set("error", result.error);
    list.push_back(std::move(one));
  }
  return list;
}

Result<Json> docker_image_update(const Json& arguments, const Settings& settings, const OnStep& on_step) {
  const std::string name = arguments.text_or("image", "");
  const std::string all = arguments.text_or("all", "false");
  if (all != "true" && all != "false") {
    return fail(Errc::InvalidInput, fmt::format("/docker_image_update: all={}: it is true or false", all));
  }
  if (name.empty() == (all == "false")) {
    return fail(Errc::InvalidInput, "/docker_image_update: give it image=NAME, or all=true");
  }
  const std::vector<std::string> names = name.empty() ? std::vector<std::string>() : std::vector{name};
  BERTH_TRY(const std::vector<image::UpdateResult> results, update_images(settings, names, on_step));
  const bool failed = std::ranges::count(results, image::UpdateState::Failed, &image::UpdateResult::state) > 0;
  std::string table = "|Image|Result|Digest|\n|---|---|---|\n";
  for (const image::UpdateResult& result : results) {
    table += fmt::format("|{}|{}|{}|\n", cell(image::to_string(result.reference)), image::to_string(result.state),
                         cell(update_text(result)));
  }
  if (results.empty()) table = "No image of this machine comes from a registry.\n";
  Json entry = Json::object();
  entry.set("Type", failed ? 4 : 1).set("ContentsFormat", "json").set("Contents", update_json(results));
  return entry.set("ReadableContentsFormat", "markdown").set("HumanReadable", std::move(table));
}

}  // namespace berth::app
