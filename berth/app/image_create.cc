#include "berth/app/image_create.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "berth/app/create_base.h"
#include "berth/app/create_journal.h"
#include "berth/app/create_judgement.h"
#include "berth/app/create_times.h"
#include "berth/app/created_contents.h"
#include "berth/app/created_images.h"
#include "berth/app/engine_build.h"
#include "berth/app/engine_handover.h"
#include "berth/app/image_folder.h"
#include "berth/app/image_test.h"
#include "berth/app/index_origins.h"
#include "berth/app/own_guards.h"
#include "berth/app/package_fetch.h"
#include "berth/base/sha256.h"
#include "berth/image/builder.h"
#include "berth/image/own_name.h"
#include "berth/image/revisions.h"
#include "berth/image/storage_places.h"
#include "berth/image/work_folder.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kRevisions = "image-revisions.json";

// Beside the build's input: what does not go into the image.
std::filesystem::path aside_of(const std::filesystem::path& input) { return input.parent_path() / "aside"; }

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
    std::unique_ptr<image::ImageBuilder> builder;
    if (!options_.dry_run) {
      BERTH_TRY(builder, open_builder());
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
        BERTH_TRY(const bool still_passes, passes_still(*known));
        known->recipe = supplied.recipe();
        known->remarks = remarks_of(supplied);
        known->judgement = judgement_->record();
        if (still_passes) return std::move(*known);
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
    BERTH_TRY(name_, image::parse_reference("localhost/" + options_.request.name));
    BERTH_CHECK_OK(image::check_own_name(settings_.trust, name_));
    BERTH_TRY(graph_root_, image::find_graph_root(storage_places(settings_)));
    BERTH_TRY(CreateBase found, find_create_base(settings_, graph_root_, options_.base));
    base_ = std::move(found.image);
    recipe_.request = options_.request;
    recipe_.base = std::move(found.described);
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

  // What lies in an image that is here, judged by what holds now. Not so where the image is to tell of an approval that
  // it does not know: then one that does is made. Errors: Denied, with the findings.
  Result<bool> passes_still(const CreatedImage& known) {
    step("judging what lies in the image that is here");
    const auto made = read_made_image(graph_root_, known.id);
    if (!made) return false;  // damaged: a whole one is made beside it
    BERTH_CHECK_OK(judge_layers(*made, "what lies in the image that is here"));
    return judgement_->is_told_by(known.judgement);
  }

  // Approvals that nothing before the layers has called for are used from here on.
  Result<void> judge_layers(const MadeImage& made, std::string_view what) {
    BERTH_TRY(const Verdict verdict,
              judgement_->judge_inventory(base_, made.image, made.inventory, CreateJudgement::Record::Open));
    BERTH_CHECK_OK(accepted(verdict, what));
    std::ranges::copy(verdict.findings, std::back_inserter(remarks_));
    return {};
  }

  // The record once more, where the image's layers have called for more approvals.
  Result<image::Labels> record_layers(const std::string& id) {
    const std::string before = print_json(judgement_->record());
    BERTH_TRY(const MadeImage made, read_made_image(graph_root_, id));
    BERTH_CHECK_OK(judge_layers(made, "what lies in the image"));
    const std::string after = print_json(judgement_->record());
    if (after == before) return image::Labels();
    return image::Labels{{std::string(kRecordLabel), after}};
  }

  Result<std::unique_ptr<image::ImageBuilder>> open_builder() const {
    image::BuilderOptions options = builder_options(settings_, graph_root_);
    options.deadline = deadline_;
    options.watch = watch();
    return open_image_builder(settings_, {std::move(options), base_, create_folder(settings_), options_.on_step});
  }

  Result<PackageFetch> open_fetch(const std::filesystem::path& input) {
    BERTH_CHECK_OK(look_into_base(base_, recipe_.base));
    container::Limits limits;
    limits.memory_bytes = options_.memory_bytes + options_.fetched_bytes;
    limits.writable_bytes = options_.fetched_bytes;
    limits.writable_files = 500'000;
    limits.allow_unlimited = settings_.limits.allow_unlimited;
    FetchOptions fetch{
        .base = base_,
        .recipe = recipe_,
        .into = input,
        .aside = aside_of(input),
        .judge_wishes = [this](std::vector<vet::Facts> wishes) { return judge_wishes(std::move(wishes)); },
        .indexes = options_.indexes,
        .limits = limits,
        .deadline = deadline_,
        .interrupt = options_.interrupt,
        .guards = options_.guards,
        .on_step = options_.on_step};
    for (const auto& folder : {input, aside_of(input)}) BERTH_CHECK_OK(sys::make_folders(folder, 0755));
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
    const Found& found = fetch.found();
    BERTH_CHECK_OK(fetch.fetch());
    BERTH_TRY(std::vector<std::string> judged, judge_files(found.recipe, input, "what was fetched"));
    if (fetch.has_sources()) {
      BERTH_CHECK_OK(fetch.build_sources());
      BERTH_TRY(const auto more, judge_files(found.recipe, input, "what was built from sources"));
      std::ranges::copy(more, std::back_inserter(judged));
    }
    times_.pip = found.pip_time;
    times_.packages = found.package_time;
    Supplied supplied(std::move(vetted));
    supplied.recipe_ = found.recipe;
    supplied.files_ = input;
    supplied.time_ = std::max({seconds_of(base_.created), found.newest_package_time, std::int64_t{1}});
    supplied.remarks_.assign(found.remarks.begin() + static_cast<std::ptrdiff_t>(known), found.remarks.end());
    std::ranges::move(judged, std::back_inserter(supplied.remarks_));
    return supplied;
  }

  Result<void> judge_wishes(std::vector<vet::Facts> wishes) {
    BERTH_TRY(const Verdict verdict, judgement_->judge_wishes(std::move(wishes)));
    std::ranges::copy(verdict.findings, std::back_inserter(remarks_));
    return accepted(verdict, "what sources ask for to be built");
  }

  Result<std::vector<std::string>> judge_files(const image::CreateRecipe& recipe, const std::filesystem::path& input,
                                               std::string_view what) {
    Verdict verdict = judgement_->judge_files(recipe, input / "libraries", aside_of(input) / kBuildWheels);
    BERTH_CHECK_OK(accepted(verdict, what));
    return std::move(verdict.findings);
  }

  std::vector<std::string> remarks_of(const Supplied& supplied) const {
    std::vector<std::string> all = remarks_;
    for (const auto* some :
         {&supplied.vetted().resolved().remarks(), &supplied.vetted().findings(), &supplied.remarks()}) {
      all.insert(all.end(), some->begin(), some->end());
    }
    return all;
  }

  Result<Built> build(Supplied supplied, const image::ImageBuilder& builder) {
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
    std::ranges::copy_if(order.labels, std::back_inserter(order.annotations),
                         [](const auto& label) { return label.first.starts_with("org."); });
    if (judgement_->has_approvals()) {
      order.more_labels = [this](const std::string& id) { return record_layers(id); };
    }
    BERTH_TRY(const image::BuiltImage built, builder.build(order));
    add_times(built.printed, times_);
    return Built(std::move(supplied), built.id, tag);
  }

  Result<CreatedImage> finish(Built built, const image::ImageBuilder& builder) {
    BERTH_TRY(const Inspected inspected, inspect(std::move(built)));
    return publish(inspected, builder);
  }

  Result<Inspected> inspect(Built built) {
    step("reading what lies in it");
    BERTH_TRY(MadeImage made, read_made_image(graph_root_, built.id()));
    const image::CreateRecipe& recipe = built.supplied().recipe();
    BERTH_CHECK_OK(compare_with_lock(recipe, made.inventory));
    BERTH_TRY(const Verdict verdict, judgement_->judge_inventory(base_, made.image, made.inventory));
    BERTH_CHECK_OK(accepted(verdict, "what lies in the image"));
    step("checking interpreter and libraries");
    const ImageTest test{.image = made.image,
                         .base = base_,
                         .recipe = recipe,
                         .memory_bytes = options_.memory_bytes,
                         .deadline = deadline_,
                         .interrupt = options_.interrupt,
                         .guards = options_.guards};
    BERTH_TRY(ImageTestResult tested, test_image(test, settings_).context([] { return "check the image"; }));
    times_.pip += tested.pip_time;
    Inspected inspected(std::move(built), std::move(made.image), std::move(made.inventory));
    inspected.findings_ = verdict.findings;
    std::ranges::move(tested.remarks, std::back_inserter(inspected.findings_));
    return inspected;
  }

  Result<CreatedImage> publish(const Inspected& inspected, const image::ImageBuilder& builder) {
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
  std::vector<std::string> remarks_;  // of the request's judgement, and of layers'
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
