#include "berth/app/created_view.h"

#include <fmt/format.h>

#include "berth/engine/outcome.h"

namespace berth::app {
namespace {

constexpr int kSchema = 1;

Json built_with_json(const image::LockedLibrary& source) {
  Json list = Json::array();
  for (const image::LockedLibrary& one : source.built_with) {
    list.push_back(Json::object().set("name", one.name).set("version", one.version).set("sha256", one.sha256));
  }
  return list;
}

Json libraries_json(const image::CreateRecipe& recipe) {
  Json list = Json::array();
  for (const image::LockedLibrary& one : recipe.libraries) {
    Json library = Json::object();
    library.set("name", one.name).set("version", one.version).set("sha256", one.sha256);
    library.set("requested", one.requested).set("wheel", one.is_wheel).set("licence", one.licence);
    if (!one.is_wheel) library.set("built_with", built_with_json(one));
    list.push_back(std::move(library));
  }
  return list;
}

Json packages_json(const image::CreateRecipe& recipe) {
  Json list = Json::array();
  for (const image::LockedPackage& one : recipe.packages) {
    Json package = Json::object();
    package.set("name", one.package.name).set("version", one.package.version);
    package.set("architecture", one.package.architecture).set("sha256", one.sha256);
    list.push_back(std::move(package));
  }
  return list;
}

std::string installed_text(const image::CreateRecipe& recipe) {
  std::string text;
  for (const image::LockedLibrary& one : recipe.libraries) {
    text += fmt::format("| {} | {} | library{} |\n", one.name, one.version, one.requested ? "" : ", needed by another");
  }
  for (const image::LockedPackage& one : recipe.packages) {
    text += fmt::format("| {} | {} | package |\n", one.package.name, one.package.version);
  }
  return text.empty() ? text : "| Name | Version | Kind |\n| --- | --- | --- |\n" + text;
}

}  // namespace

Json created_json(const CreatedImage& created) {
  const image::CreateRecipe& recipe = created.recipe;
  Json json = Json::object();
  json.set("schema", kSchema).set("image", image::to_string(created.reference)).set("id", created.id);
  json.set("digest", created.digest).set("size_bytes", created.size_bytes).set("made", created.made);
  json.set("why", created.why).set("isolation", created.isolation);
  Json base = Json::object();
  base.set("name", recipe.base.name).set("digest", recipe.base.digest).set("python", recipe.base.python_version);
  json.set("base", std::move(base)).set("libraries", libraries_json(recipe)).set("packages", packages_json(recipe));
  Json remarks = Json::array();
  for (const std::string& remark : created.remarks) remarks.push_back(remark);
  Json times = Json::object();
  times.set("pip_ms", created.times.pip.count()).set("packages_ms", created.times.packages.count());
  times.set("whole_ms", created.times.whole.count());
  json.set("judgement", created.judgement);
  return json.set("remarks", std::move(remarks)).set("times", std::move(times));
}

std::string created_notice(const CreatedImage& created) {
  const std::string name = image::to_string(created.reference);
  std::string remarks;
  for (const std::string& remark : created.remarks) remarks += fmt::format("- {}\n", remark);
  if (created.id.empty()) {
    return fmt::format("**{}** would be made\n\n{}\n{}", name, remarks, installed_text(created.recipe));
  }
  std::string text = fmt::format("**{}** {}\n\n", name, created.made ? "is ready" : "was there: nothing new was made");
  text += fmt::format("- {}\n- digest `{}`\n- size {}\n", created.why, created.digest,
                      engine::bytes_text(created.size_bytes));
  text += remarks;
  if (const std::string installed = installed_text(created.recipe); !installed.empty()) text += "\n" + installed;
  return text + fmt::format("\nIn an item's YAML:\n\n```\ndockerimage: {}\n```\n", name);
}

std::string recipe_text(const CreatedImage& created) {
  std::string text = "Dockerfile\n\n```\n" + image::dockerfile(created.recipe) + "```\n";
  if (created.recipe.libraries.empty()) return text;
  return text + "\nrequirements.txt\n\n```\n" + image::print_lock(created.recipe.libraries) + "```\n";
}

}  // namespace berth::app
