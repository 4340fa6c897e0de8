#include "berth/app/image_create.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "berth/app/create_journal.h"
#include "berth/app/create_judgement.h"
#include "berth/app/create_times.h"
#include "berth/app/created_contents.h"
#include "berth/app/created_images.h"
#include "berth/app/engine_handover.h"
#include "berth/app/image_folder.h"
#include "berth/app/image_test.h"
#include "berth/app/index_origins.h"
#include "berth/app/own_guards.h"
#include "berth/app/package_fetch.h"
#include "berth/base/sha256.h"
#include "berth/base/utf8.h"
#include "berth/image/builder.h"
#include "berth/image/image_tree.h"
#include "berth/image/inventory_reader.h"
#include "berth/image/package_database.h"
#include "berth/image/revisions.h"
#include "berth/image/short_names.h"
#include "berth/image/storage_places.h"
#include "berth/image/substitution.h"
#include "berth/image/trust.h"
#include "berth/image/work_folder.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLargestText = 1 << 20;
constexpr const char* kRevisions = "image-revisions.json";

std::chrono::milliseconds since(Clock::time_point begun) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
}

}  // namespace

// One making of an image: holds what the stages share.
class ImageMaker {
 public:
  ImageMaker(const CreateOptions& options, const Settings& settings)
      : options_(options), settings_(settings), deadline_(begun_ + options.time_limit), journal_(settings) {}

  // The way of an image, top to bottom.
  Result<CreatedImage> make() {
    BERTH_CHECK_OK(check_request());
    BERTH_CHECK_OK(find_base());
    BERTH_TRY(judgement_, CreateJudgement::open(settings_, {}, watch()));
    if (!options_.refresh && !options_.rebuild && !options_.dry_run && options_.export_folder.empty()) {
      const std::string key = image::request_key(options_.request, base_.digest);
      BERTH_TRY(std::optional<CreatedImage> known,
                find_known({{image::kRequestLabel, key}, {kBasisLabel, judgement_->basis()}},
                           "the same was asked for on the same base, and judged by the same; --refresh asks the "
                           "indexes again"));
      if (known) return std::move(*known);
    }
    // Nothing is fetched before the names are judged.
    step("judging what is asked for");
    BERTH_TRY(const Verdict asked, judgement_->judge_request(options_.request));
    BERTH_CHECK_OK(accepted(asked, "what is asked for"));
    remarks_ = asked.findings;
    BERTH_TRY(const image::WorkFolder work,
              image::WorkFolder::open(create_folder(settings_), deadline_, options_.on_step, watch()));
    // Before anything is fetched it shows what building lacks; a dry run builds nothing.
    std::optional<image::Builder> builder;
    if (!options_.dry_run) {
      BERTH_TRY(builder, open_builder(work.path()));
      BERTH_CHECK_OK(journal_.sweep(graph_root_, *builder));
    }

    BERTH_TRY(PackageFetch fetch, open_fetch(work.path() / "input"));
    BERTH_TRY(Resolved resolved, resolve(fetch));
    step("judging what is to be installed");
    const Judge judge = [this](const Resolved& one) { return judgement_->judge_resolution(one.recipe(), one.facts()); };
    BERTH_TRY(Vetted vetted, Vetted::by(judge, std::move(resolved)));
    // From here on all names and versions have been judged: files may be fetched.
    if (!options_.export_folder.empty()) {
      BERTH_CHECK_OK(export_image_folder(vetted.resolved().recipe(), options_.export_folder));
    }
    if (options_.dry_run) return shown(vetted);
    BERTH_TRY(Supplied supplied, supply(std::move(vetted), fetch, work.path() / "input"));
    if (!options_.rebuild) {
      BERTH_TRY(std::optional<CreatedImage> known,
                find_known({{image::kLockLabel, image::lock_key(supplied.recipe())}},
                           "the indexes gave exactly what an image is made of that is here"));
      if (known) {
        known->recipe = supplied.recipe();
        known->remarks = remarks_of(supplied);
        known->judgement = judgement_->record();
        return std::move(*known);
      }
    }
    BERTH_TRY(Built built, build(std::move(supplied), *builder));
    auto finished = finish(std::move(built), *builder);
    if (!finished) static_cast<void>(journal_.sweep(graph_root_, *builder));
    return finished;
  }

 private:
  void step(std::string_view text) const {
    if (options_.on_step) options_.on_step(text);
  }

  std::function<Result<void>()> watch() const {  // ends a long wait of another's
    return [interrupt = options_.interrupt] { return check_interrupt(interrupt); };
  }

  Result<void> check_request() const {
    if (!options_.export_folder.empty()) BERTH_CHECK_OK(check_export_folder(options_.export_folder));
    if (!options_.request.dependencies.empty() || !options_.request.packages.empty()) return {};
    return fail(Errc::InvalidInput, "nothing is asked for; name it with --dependencies and --packages");
  }

  Result<void> find_base() {
    BERTH_TRY(graph_root_, image::find_graph_root(storage_places(settings_)));
    BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root_));
    BERTH_TRY(const image::Reference wanted, image::parse_reference(options_.base));
    auto found = store.find_image(wanted);
    if (!found && !image::look_alike_of(settings_.trust, image::with_long_name(wanted)).empty()) {
      BERTH_CHECK_OK(image::check_name(settings_.trust, wanted).context([] { return "build on it"; }));
    }
    BERTH_TRY(base_, std::move(found).context([] { return "find the base"; }));
    const std::vector<image::Reference> names = image::names_meant(base_, wanted);
    BERTH_CHECK_OK(image::check_trust(settings_.trust, names, digests_of(base_)).context([] { return "build on it"; }));
    image::Reference used = names.back();  // without any it is not trusted
    const bool is_local = used.registry == "localhost";
    if (is_local) used.registry.clear();
    used.digest.clear();
    recipe_.request = options_.request;
    recipe_.base = {.name = image::to_string(used),
                    .is_local = is_local,
                    .digest = base_.digest,
                    .user = base_.config.user,
                    .created = base_.created,
                    .python = "python3",
                    .python_version = "",
                    .distribution = "",
                    .os = {},
                    .manager = std::nullopt};
    BERTH_TRY(name_, image::parse_reference("localhost/" + options_.request.name));
    return {};
  }

  // Only what costs more than the shortcut may: the distribution.
  Result<void> look_into_base() {
    BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(base_.layer_folders));
    const auto release = tree.read_file("etc/os-release", kLargestText);
    if (!release) return {};
    recipe_.base.manager = image::manager_of(*release);
    recipe_.base.os = image::parse_os_release_names(*release);
    const image::Distribution distribution = image::parse_os_release(*release);
    recipe_.base.distribution = to_visible(distribution.id + " " + distribution.codename, false);
    return {};
  }

  // An image with all `labels` that is here, as the answer.
  Result<std::optional<CreatedImage>> find_known(const ImageLabels& labels, const char* why) const {
    BERTH_TRY(std::optional<CreatedImage> known, find_created_image(graph_root_, name_, labels));
    if (known) {
      known->why = why;
      known->times.whole = since(begun_);
    }
    return known;
  }

  Result<image::Builder> open_builder(const std::filesystem::path& work) const {
    image::BuilderOptions builder;
    builder.graph_root = graph_root_;
    builder.storage_is_set = !settings_.storage.empty();
    if (settings_.ordinary_user) builder.ordinary_user = settings_.ordinary_user->uid;
    builder.cache_folder = settings_.cache;
    builder.name = "berth-create-" + sha256_hex(work.native()).substr(0, 12);
    builder.deadline = deadline_;
    builder.watch = watch();
    return image::Builder::open(std::move(builder));
  }

  Result<PackageFetch> open_fetch(const std::filesystem::path& input) {
    BERTH_CHECK_OK(look_into_base());
    container::Limits limits;
    limits.memory_bytes = options_.memory_bytes + options_.fetched_bytes;
    limits.writable_bytes = options_.fetched_bytes;
    limits.writable_files = 500'000;
    limits.allow_unlimited = settings_.limits.allow_unlimited;
    FetchOptions fetch{.base = base_,
                       .recipe = recipe_,
                       .into = input,
                       .indexes = options_.indexes,
                       .limits = limits,
                       .deadline = deadline_,
                       .interrupt = options_.interrupt,
                       .guards = options_.guards,
                       .on_step = options_.on_step};
    BERTH_CHECK_OK(sys::make_folders(input, 0755));
    return PackageFetch(std::move(fetch), settings_);
  }

  Result<Resolved> resolve(PackageFetch& fetch) {
    BERTH_CHECK_OK(fetch.resolve());
    const Found& found = fetch.found();
    times_.pip = found.pip_time;
    times_.packages = found.package_time;
    Resolved resolved;
    resolved.recipe_ = found.recipe;
    resolved.facts_ = found.facts;
    resolved.remarks_ = found.remarks;
    return resolved;
  }

  Result<Supplied> supply(Vetted vetted, PackageFetch& fetch, const std::filesystem::path& input) {
    const std::size_t known = fetch.found().remarks.size();
    BERTH_CHECK_OK(fetch.fetch());
    const Found& found = fetch.found();
    times_.pip = found.pip_time;
    times_.packages = found.package_time;
    Supplied supplied(std::move(vetted));
    supplied.recipe_ = found.recipe;
    supplied.files_ = input;
    supplied.time_ = std::max({seconds_of(base_.created), found.newest_package_time, std::int64_t{1}});
    supplied.remarks_.assign(found.remarks.begin() + static_cast<std::ptrdiff_t>(known), found.remarks.end());
    const Verdict verdict = judgement_->judge_files(supplied.recipe_, input / "libraries");
    BERTH_CHECK_OK(accepted(verdict, "what was fetched"));
    std::ranges::copy(verdict.findings, std::back_inserter(supplied.remarks_));
    return supplied;
  }

  std::vector<std::string> remarks_of(const Supplied& supplied) const {
    std::vector<std::string> all = remarks_;
    for (const auto* some :
         {&supplied.vetted().resolved().remarks(), &supplied.vetted().findings(), &supplied.remarks()}) {
      all.insert(all.end(), some->begin(), some->end());
    }
    return all;
  }

  Result<Built> build(Supplied supplied, const image::Builder& builder) {
    const image::CreateRecipe& recipe = supplied.recipe();
    const std::filesystem::path& input = supplied.files();
    BERTH_CHECK_OK(
        sys::write_file_atomically(input / "install.sh", image::install_script(recipe, supplied.time()), 0755));
    BERTH_CHECK_OK(
        sys::write_file_atomically(input / "requirements.txt", image::print_installed(recipe.libraries), 0644));
    BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root_));
    const std::filesystem::path revisions = settings_.state / kRevisions;
    const std::string version(image::kCreatedVersion);
    BERTH_TRY(const std::string tag,
              image::take_next_tag(revisions, name_.path + ":" + version, version, store, name_));
    const std::string own_name = fmt::format("{}:{}", name_.path, tag);
    step(fmt::format("building {}", own_name));
    BERTH_CHECK_OK(journal_.begin(own_name));
    image::BuildOrder order;
    order.base_id = base_.id;
    order.input = input;
    order.script = {"/bin/sh", std::string(image::kBuildFolder) + "/install.sh"};
    order.memory_bytes = options_.memory_bytes;
    order.time = supplied.time();
    order.environment = {"DOCKER_IMAGE=" + own_name};
    order.labels = image::labels_of(recipe, tag, supplied.time(), judgement_->licences());
    order.labels.emplace_back(kBasisLabel, judgement_->basis());
    order.labels.emplace_back(kRecordLabel, print_json(judgement_->record()));
    for (const auto& label : order.labels) {
      if (label.first.starts_with("org.") && !label.second.empty()) order.annotations.push_back(label);
    }
    BERTH_TRY(const image::BuiltImage built, builder.build(order));
    add_times(built.printed, times_);
    return Built(std::move(supplied), built.id, tag);
  }

  Result<CreatedImage> finish(Built built, const image::Builder& builder) {
    BERTH_TRY(const Inspected inspected, inspect(std::move(built)));
    return publish(inspected, builder);
  }

  Result<Inspected> inspect(Built built) {
    step("reading what lies in it");
    BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root_));
    BERTH_TRY(const auto images, store.list_images());
    const auto record = std::ranges::find(images, built.id(), &image::StoredImage::id);
    if (record == images.end()) return fail(Errc::Corrupt, "the image that was built is not in the storage");
    BERTH_TRY(image::LocalImage image, store.read_image(*record));
    BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(image.layer_folders));
    BERTH_TRY(image::Inventory inventory, image::read_inventory(tree));
    const image::CreateRecipe& recipe = built.supplied().recipe();
    BERTH_CHECK_OK(compare_with_lock(recipe, inventory));
    BERTH_TRY(const Verdict verdict, judgement_->judge_inventory(base_, image, inventory));
    BERTH_CHECK_OK(accepted(verdict, "what lies in the image"));
    step("checking interpreter and libraries");
    const ImageTest test{.image = image,
                         .base = base_,
                         .recipe = recipe,
                         .memory_bytes = options_.memory_bytes,
                         .deadline = deadline_,
                         .interrupt = options_.interrupt,
                         .guards = options_.guards};
    BERTH_TRY(ImageTestResult tested, test_image(test, settings_).context([] { return "check the image"; }));
    times_.pip += tested.pip_time;
    Inspected inspected(std::move(built), std::move(image), std::move(inventory));
    inspected.findings_ = verdict.findings;
    std::ranges::move(tested.remarks, std::back_inserter(inspected.findings_));
    return inspected;
  }

  Result<CreatedImage> publish(const Inspected& inspected, const image::Builder& builder) {
    image::Reference full = name_;
    full.tag = inspected.built().tag();
    const std::string text = image::to_string(full);
    step(fmt::format("naming it {}:{}", name_.path, full.tag));
    BERTH_TRY(const image::LocalStore before, image::LocalStore::open(graph_root_));
    BERTH_TRY(const std::vector<std::string> tags, before.tags_of(name_));
    if (std::ranges::find(tags, full.tag) != tags.end()) {
      return fail(Errc::AlreadyExists, fmt::format("'{}' has come to be there meanwhile, and a tag never moves", text));
    }
    BERTH_CHECK_OK(builder.give_name(inspected.built().id(), text));
    journal_.end();
    BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root_));
    BERTH_TRY(const image::LocalImage named, store.find_image(full));
    const image::CreateRecipe& recipe = inspected.built().supplied().recipe();
    CreatedImage created = describe_created_image(store, named, name_, full.tag);
    created.made = true;
    created.why = made_of(recipe);
    created.isolation = builder.isolation();
    created.recipe = recipe;
    created.remarks = remarks_of(inspected.built().supplied());
    std::ranges::copy(inspected.findings(), std::back_inserter(created.remarks));
    times_.whole = since(begun_);
    created.times = times_;
    return created;
  }

  Result<CreatedImage> shown(const Vetted& vetted) {
    BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root_));
    const std::string version(image::kCreatedVersion);
    CreatedImage created;
    created.reference.path = name_.path;
    BERTH_TRY(created.reference.tag,
              image::next_free_tag(settings_.state / kRevisions, name_.path + ":" + version, version, store, name_));
    created.why = "a dry run: nothing was made";
    created.recipe = vetted.resolved().recipe();
    created.judgement = judgement_->record();
    created.remarks = remarks_;
    for (const auto* some : {&vetted.resolved().remarks(), &vetted.findings()}) {
      created.remarks.insert(created.remarks.end(), some->begin(), some->end());
    }
    times_.whole = since(begun_);
    created.times = times_;
    return created;
  }

  const CreateOptions& options_;
  const Settings& settings_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point deadline_;
  CreateJournal journal_;
  std::filesystem::path graph_root_;
  image::LocalImage base_;
  image::Reference name_;  // localhost/NAME
  image::CreateRecipe recipe_;
  CreateTimes times_;
  std::optional<CreateJudgement> judgement_;
  std::vector<std::string> remarks_;  // of the request's judgement
};

Result<CreatedImage> create_image(const CreateOptions& given, const Settings& settings) {
  const auto doing = [&] { return fmt::format("create the image '{}'", given.request.name); };
  CreateOptions options = given;
  options.guards = guards_for(settings, given.guards);
  options.indexes = indexes_of(given.indexes, settings.indexes);
  BERTH_TRY(const image::PipSettings pip, image::read_pip_settings(image::pip_places_of_process()).context(doing));
  BERTH_TRY(options.request.origins, origins_of(options.request, options.indexes, pip).context(doing));
  const auto begun = Clock::now();
  auto made = sys::with_room_advice(ImageMaker(options, settings).make().context(doing));
  if (!made) return std::unexpected(with_time_limit(std::move(made).error(), begun, options.time_limit));
  CreatedImage created = *std::move(made);
  if (created.recipe.request.name.empty()) describe_contents(options.request, settings, created);
  if (!options.guards.up(container::Guard::UserNamespace)) created.remarks.emplace_back(kNoUserNamespace);
  if (created.id.empty()) return created;  // a dry run
  image::Reference name = created.reference;
  name.registry = "localhost";
  BERTH_TRY(const bool is_handed_on, hand_to_engine(settings, name, options.on_step).context(doing));
  if (is_handed_on) created.remarks.push_back(fmt::format("it is in {} as well", container::name_of(settings.engine)));
  return created;
}

}  // namespace berth::app
