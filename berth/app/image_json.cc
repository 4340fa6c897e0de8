#include "berth/app/image_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/engine/outcome.h"

namespace berth::app {
namespace {

std::string_view kind_text(UseKind kind) {
  switch (kind) {
    case UseKind::Item:
      return "item";
    case UseKind::Default:
      return "default";
    case UseKind::Lock:
      return "lock";
    case UseKind::Container:
      return "container";
    case UseKind::Making:
      return "making";
  }
  return "";
}

Json newer_json(const ImageRow& row) {
  Json json = Json::object();
  json.set("name", image::to_string(row.name));
  json.set("tag", row.newer.tag.empty() ? Json() : Json(row.newer.tag));
  return json.set("not_looked_up", row.newer.not_looked_up.empty() ? Json() : Json(row.newer.not_looked_up));
}

Json image_json(const ImageRow& row) {
  Json json = Json::object();
  json.set("names", Json::array()).set("id", row.id).set("digest", row.digest).set("created", row.created);
  const auto if_known = [&](auto value) { return row.has_inventory ? Json(std::move(value)) : Json(); };
  json.set("size_bytes", row.facts.size_bytes).set("base", row.base).set("os", if_known(row.facts.os));
  json.set("python", if_known(row.facts.python)).set("packages", if_known(row.facts.packages));
  json.set("distributions", if_known(row.facts.distributions)).set("unread", row.facts.unread);
  json.set("items", row.items);
  Json uses = Json::array();
  for (const ImageUse& use : row.uses) {
    uses.push_back(Json::object().set("kind", kind_text(use.kind)).set("who", to_valid_utf8(use.who)));
  }
  json.set("used_by", std::move(uses)).set("newer", Json::array());
  json.set("unfinished", row.unfinished.empty() ? Json() : Json(to_valid_utf8(row.unfinished)));
  return json.set("problem", row.problem.empty() ? Json() : Json(to_valid_utf8(row.problem)));
}

std::string newer_text(const ImageRow& row) {
  if (!row.newer.tag.empty()) return row.newer.tag;
  return row.newer.not_looked_up.empty() ? "" : "not looked up";
}

std::string packages_text(const ImageRow& row) {
  if (!row.problem.empty()) return "damaged";
  if (!row.has_inventory) return "not read";
  std::string text = fmt::format("{} + {}", row.facts.packages, row.facts.distributions);
  return row.facts.unread == 0 ? text : text + ", some unread";
}

std::string used_text(const ImageRow& row) {
  if (row.items > 0) return fmt::format("{} item{}", row.items, row.items == 1 ? "" : "s");
  if (row.uses.empty()) return "-";
  return row.uses.front().kind == UseKind::Default ? "default" : std::string(kind_text(row.uses.front().kind));
}

std::string markdown_cell(const std::string& text) {
  std::string cell;
  for (const char c : to_visible(text, false)) {
    if (c == '|' || c == '\\') cell += '\\';
    cell += c;
  }
  return cell;
}

}  // namespace

Json images_json(const std::vector<ImageRow>& rows) {
  Json::Array images;
  std::map<std::string, std::size_t> places;  // of each image, by its id
  for (const ImageRow& row : rows) {
    const auto [place, is_new] = places.emplace(row.id, images.size());
    if (is_new) images.push_back(image_json(row));
    if (row.name.path.empty()) continue;
    for (auto& [key, value] : *images[place->second].as_object()) {
      if (key == "names") value.push_back(image::to_string(row.name));
      if (key == "newer" && row.name.registry != "localhost") value.push_back(newer_json(row));
    }
  }
  return Json(std::move(images));
}

std::string repository_text(const image::Reference& name) {
  image::Reference shown = name;
  if (shown.registry == "localhost") shown.registry.clear();
  return shown.path.empty() ? "<none>" : image::name_of(shown);
}

std::string name_text(const ImageRow& row) {
  if (row.unfinished.empty()) return repository_text(row.name);
  const bool is_going_on = std::ranges::find(row.uses, UseKind::Making, &ImageUse::kind) != row.uses.end();
  return fmt::format("<{}: {}>", is_going_on ? "being made" : "half made", row.unfinished);
}

std::vector<std::string> image_cells(const ImageRow& row) {
  return {name_text(row),
          row.name.tag.empty() ? "<none>" : row.name.tag,
          row.digest.substr(0, 19),
          engine::bytes_text(row.facts.size_bytes),
          row.created.substr(0, 10),
          row.base,
          row.has_inventory ? row.facts.python : "not read",
          packages_text(row),
          used_text(row),
          newer_text(row)};
}

std::string images_markdown(const std::vector<ImageRow>& rows) {
  std::string text = "|";
  for (const char* column : kImageColumns) text += fmt::format("{}|", column);
  text += "\n|";
  for (std::size_t i = 0; i < std::size(kImageColumns); ++i) text += "---|";
  for (const ImageRow& row : rows) {
    text += "\n|";
    for (const std::string& cell : image_cells(row)) text += markdown_cell(cell) + "|";
  }
  return text + "\n";
}

std::string uses_text(const std::vector<ImageUse>& uses) {
  constexpr std::size_t kShown = 2;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, uses.size()); ++i) text += (i == 0 ? "" : ", ") + uses[i].who;
  return uses.size() > kShown ? fmt::format("{}, and {} more", text, uses.size() - kShown) : text;
}

}  // namespace berth::app
