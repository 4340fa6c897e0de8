#include "berth/app/sbom_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "berth/app/image_view.h"
#include "berth/app/inventory_facts.h"
#include "berth/base/utc_text.h"
#include "berth/image/inventory_reader.h"
#include "berth/sys/whole_path.h"
#include "berth/vet/licence_expression.h"

namespace berth::app {
namespace {

namespace fs = std::filesystem;
using Moment = std::chrono::system_clock::time_point;

// Of a Python package the statement that counts most; of a distribution's package, whose statements are of different
// files, all together, and nothing where one is unknown.
std::string licence_of(const vet::Facts& facts) {
  std::string together;
  for (const vet::LicenceStatement& statement : facts.licences) {
    if (facts.package.ecosystem == vet::Ecosystem::PyPI) {
      if (!statement.expression.empty()) return statement.expression;
      continue;
    }
    if (statement.expression.empty()) return {};
    together += (together.empty() ? "(" : " AND (") + statement.expression + ")";
  }
  const auto read = vet::parse_licence_expression(together);
  return read ? read->text() : std::string();
}

void add_components(vet::Sbom& sbom, const image::ImageTree& tree, const image::Inventory& inventory) {
  sbom.distribution = {inventory.os.id, inventory.os.version_id};
  const std::vector<vet::Facts> all = facts_of_inventory(tree, inventory);  // Python's first, each in its order
  BERTH_ASSERT(all.size() == inventory.python.size() + inventory.packages.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const vet::Facts& facts = all[i];
    const bool is_python = i < inventory.python.size();
    sbom.components.push_back(
        {.package = facts.package,
         .architecture = is_python ? "" : inventory.packages[i - inventory.python.size()].architecture,
         .licence = licence_of(facts),
         .location = is_python ? facts.package.origin : ""});
  }
  vet::sort_components(sbom);
  for (const image::Unread& one : inventory.unread) sbom.unread.push_back(fmt::format("{}: {}", one.what, one.why));
}

}  // namespace

Result<vet::Sbom> sbom_of_image(const Settings& settings, std::string_view image, const SbomRequest& request) {
  BERTH_TRY(const ImageView view, look_at_image(settings, image));
  const auto reading = [&] { return fmt::format("read the layers of '{}'", view.title()); };
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(view.image.layer_folders).context(reading));
  vet::Sbom sbom;
  sbom.name = view.title();
  sbom.digest = view.image.digest;
  sbom.is_image = true;
  const Moment made = parse_utc(view.image.created).value_or(Moment());
  sbom.created = request.created.value_or(made);
  sbom.tool_version = request.tool_version;
  add_components(sbom, tree, view.inventory);
  return sbom;
}

Result<vet::Sbom> sbom_of_folder(const fs::path& folder, const SbomRequest& request) {
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open({folder}));
  const auto reading = [&] { return fmt::format("read what is in '{}'", folder.native()); };
  BERTH_TRY(const image::Inventory inventory, image::read_inventory(tree).context(reading));
  BERTH_TRY(const fs::path whole, sys::whole_path(folder).context(reading));
  const fs::path name = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
  vet::Sbom sbom;
  sbom.name = name.empty() ? "/" : name.native();
  sbom.created = request.created.value_or(Moment());
  sbom.tool_version = request.tool_version;
  add_components(sbom, tree, inventory);
  return sbom;
}

}  // namespace berth::app
