#include "berth/app/engine_build.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include "berth/app/engine_handover.h"
#include "berth/app/engine_leftovers.h"
#include "berth/base/ids.h"
#include "berth/base/text_parts.h"
#include "berth/container/engine_command.h"
#include "berth/container/watcher.h"
#include "berth/image/image_on_base.h"
#include "berth/image/image_removal.h"
#include "berth/image/image_tree.h"
#include "berth/image/layer_times.h"
#include "berth/image/manifest.h"
#include "berth/image/storage_tool.h"
#include "berth/image/stored_layout.h"
#include "berth/sys/file.h"
#include "berth/sys/full_disk.h"
#include "berth/sys/syscall.h"
#include "berth/sys/tool.h"

namespace berth::app {
namespace {

using Clock = std::chrono::steady_clock;
using container::EngineKind;

constexpr std::uint64_t kMostOpenFiles = 1 << 20;
constexpr std::size_t kSmallFile = 8 << 20;

Result<std::string> id_of(std::string_view said, std::string_view verb) {
  if (said.starts_with("sha256:")) said.remove_prefix(7);
  if (image::is_layer_id(said)) return std::string(said);
  return fail(Errc::Corrupt, fmt::format("{}: it printed '{}', which is no id", verb, said));
}

std::vector<std::string> removal_of(EngineKind kind, const std::string& name) {
  return {std::string(container::name_of(kind)), "rm", "--force", "--volumes", name};
}

sys::ToolEnd end_of(EngineKind kind) {
  const int signal = container::signal_to_end(kind);
  return signal == SIGKILL ? sys::ToolEnd() : sys::ToolEnd{signal, container::kEnginePatience};
}

// A signal is for Podman, which would hand it on to a script that need not obey.
std::vector<std::string> start_words(EngineKind kind, const std::string& name) {
  std::vector<std::string> words = {"start", "--attach", name};
  if (kind == EngineKind::Podman) words.insert(words.begin() + 1, "--sig-proxy=false");
  return words;
}

std::uint64_t own_open_files() {
  rlimit own = {};
  if (::getrlimit(RLIMIT_NOFILE, &own) != 0) return 1024;
  return std::min<std::uint64_t>(own.rlim_max, kMostOpenFiles);
}

Result<bool> has_mtab(const image::LocalImage& base) {
  BERTH_TRY(const image::ImageTree tree, image::ImageTree::open(base.layer_folders));
  const auto entries = tree.list_folder("etc");
  return entries && std::ranges::any_of(*entries, [](const image::TreeEntry& one) { return one.name == "mtab"; });
}

// The layers of an image that an engine has given out. Errors: Corrupt, also where they are packed.
Result<std::vector<image::PlainLayer>> layers_in(const std::filesystem::path& folder) {
  BERTH_TRY(const std::string text, sys::read_file(folder / "manifest.json", image::kMaxManifestBytes));
  BERTH_TRY(const auto parsed, image::parse_manifest(text, ""));
  const auto* manifest = std::get_if<image::ImageManifest>(&parsed);
  if (manifest == nullptr) return fail(Errc::Corrupt, "the engine has given out an index, and no image");
  BERTH_TRY(const std::string config, sys::read_file(folder / manifest->config.digest.substr(7), kSmallFile));
  BERTH_TRY(const image::JudgedConfig judged, image::judge_config(config, *manifest));
  std::vector<image::PlainLayer> layers;
  for (std::size_t i = 0; i < manifest->layers.size(); ++i) {
    const image::LayerDescriptor& layer = manifest->layers[i];
    if (judged.diff_ids[i] != layer.digest) return fail(Errc::Corrupt, "the engine has given out packed layers");
    layers.push_back({layer.digest, layer.size_bytes});
  }
  return layers;
}

std::string file_of(const image::PlainLayer& layer) { return layer.digest.substr(layer.digest.find(':') + 1); }

// The layer `built` in `folder` with one time for all of it, beside the one that it was.
Result<image::PlainLayer> with_time(const std::filesystem::path& folder, const image::PlainLayer& built,
                                    std::int64_t time) {
  // As much again.
  BERTH_CHECK_OK(image::check_room(folder));
  BERTH_CHECK_OK(image::check_room(folder, built.size_bytes));
  const std::filesystem::path draft = folder / "draft";
  BERTH_TRY(image::PlainLayer layer, image::set_layer_times(folder / file_of(built), draft, time));
  const std::filesystem::path file = folder / file_of(layer);
  BERTH_CHECK_OK(sys::check([&] { return ::rename(draft.c_str(), file.c_str()); }, "rename '{}'", draft.native()));
  return layer;
}

Result<std::string> config_of(const std::filesystem::path& graph_root, const std::string& id) {
  BERTH_TRY(const image::LocalStore store, image::LocalStore::open(graph_root));
  BERTH_TRY(const auto images, store.list_images());
  const auto found = std::ranges::find(images, id, &image::StoredImage::id);
  if (found == images.end()) return fail(Errc::NotFound, "the base is not in the storage any more");
  return store.config_text(*found);
}

}  // namespace

bool is_built_by_engine(const Settings& settings) {
  return settings.engine != EngineKind::Native && !settings.ordinary_user;
}

Result<std::unique_ptr<image::ImageBuilder>> open_image_builder(const Settings& settings, EngineBuildOptions options) {
  if (!is_built_by_engine(settings)) {
    BERTH_TRY(image::Builder builder, image::Builder::open(std::move(options.storage)));
    return std::make_unique<image::Builder>(std::move(builder));
  }
  BERTH_TRY(EngineBuilder builder, EngineBuilder::open(std::move(options), settings));
  return std::make_unique<EngineBuilder>(std::move(builder));
}

std::vector<std::string> build_command(const EngineBuildPlan& plan, const image::BuildOrder& order) {
  const bool is_podman = plan.kind == EngineKind::Podman;
  std::string script = fmt::format("{}", fmt::join(order.script, " "));
  if (is_podman && !plan.base_has_mtab) script = "rm -f /etc/mtab && " + script;
  std::vector<std::string> command = {std::string(container::name_of(plan.kind)),
                                      "create",
                                      "--name=" + plan.name,
                                      "--pull=never",
                                      "--network=none",
                                      "--user=0:0",
                                      "--hostname=berth-build",
                                      "--workdir=/",
                                      "--log-driver=none",
                                      "--no-healthcheck",
                                      fmt::format("--label={}={}", kBuildLabel, plan.name),
                                      fmt::format("--memory={}b", plan.memory_bytes),
                                      fmt::format("--memory-swap={}b", plan.memory_bytes),
                                      fmt::format("--pids-limit={}", image::kBuildProcesses),
                                      fmt::format("--ulimit=nproc={0}:{0}", image::kBuildProcesses),
                                      "--entrypoint=/bin/sh"};
  if (is_podman) {
    // /run would come to hold a file of Podman's.
    command.insert(command.end(), {"--no-hosts", "--http-proxy=false", "--systemd=false", "--tmpfs=/run",
                                   fmt::format("--ulimit=nofile={0}:{0}", plan.open_files)});
  }
  command.insert(command.end(), {plan.base_id, "-c", std::move(script)});
  return command;
}

EngineBuilder::EngineBuilder(EngineBuildOptions options, EngineKind kind)
    : options_(std::move(options)),
      kind_(kind),
      program_(sys::engine_program(container::name_of(kind))),
      container_(options_.storage.name + "-" + make_call_id()) {}

Result<EngineBuilder> EngineBuilder::open(EngineBuildOptions options, const Settings& settings) {
  EngineBuilder builder(std::move(options), settings.engine);
  for (const std::string& tool : {builder.program_.name, std::string("skopeo")}) {
    if (!sys::find_program(tool)) return fail(Errc::NotFound, fmt::format("'{}' is not on PATH; install it", tool));
  }
  BERTH_TRY(builder.place_, image::find_engine_place(builder.program_, builder.options_.storage.graph_root));
  return builder;
}

Result<std::string> EngineBuilder::engine(std::vector<std::string> words) const {
  const std::string verb = words.front();
  const auto doing = [&] { return fmt::format("{} {}", program_.name, verb); };
  BERTH_TRY(const image::ToolBounds bound, bounds().context(doing));
  sys::ToolOptions tool;
  tool.time_limit = std::chrono::duration_cast<std::chrono::milliseconds>(bound.deadline - Clock::now());
  tool.environment = program_.environment;
  tool.watch = [this] { return watch(place_.folder); };
  words.insert(words.begin(), program_.name);
  tool.end = end_of(kind_);
  auto ran = sys::run_tool(words, tool);
  if (ran) return std::string(without_line_end(ran->out));
  if (!sys::says_full_disk(ran.error().message())) {
    return std::unexpected(std::move(ran).error().in(doing()));
  }
  return fail(Errc::Exhausted, fmt::format("{}: the disk that it keeps images on is full; make room there", doing()));
}

Result<void> EngineBuilder::watch(const std::filesystem::path& growing) const {
  if (!growing.empty()) BERTH_CHECK_OK(image::check_room(growing));
  return options_.storage.watch ? options_.storage.watch() : Result<void>();
}

Result<image::ToolBounds> EngineBuilder::bounds() const {
  if (Clock::now() >= options_.storage.deadline) return fail(Errc::TimedOut, "its time is over");
  return image::ToolBounds{.deadline = options_.storage.deadline, .file_bytes = image::kMaxLayerBytes};
}

image::StorageTool EngineBuilder::storage_tool() const {
  return {.graph_root = options_.storage.graph_root,
          .is_set = options_.storage.storage_is_set,
          .ordinary_user = {},
          .run_folder = {}};
}

Result<std::string> EngineBuilder::base_in_engine() const {
  const image::LocalImage& base = options_.base;
  if (place_.is_the_storage) return base.id;
  const auto name = std::ranges::find_if(base.names, [](const image::Reference& one) { return !one.tag.empty(); });
  if (name == base.names.end()) {
    return fail(Errc::InvalidInput,
                fmt::format("the base has no name with a tag under which {} could have it", program_.name));
  }
  BERTH_TRY(PutImage put, put_into_engine(storage_tool(), base, *name, program_, place_, options_.on_step));
  return std::move(put.id);
}

Result<image::BuiltImage> EngineBuilder::build(const image::BuildOrder& order) const {
  BERTH_CHECK_OK(sweep());
  BERTH_TRY(const std::string base_id, base_in_engine());
  BERTH_CHECK_OK(note_engine_build(options_.storage.cache_folder, {kind_, container_}));
  container::Watched watched;
  watched.removal = removal_of(kind_, container_);
  watched.removal_environment = program_.environment;
  BERTH_TRY(const container::Watcher watcher, container::Watcher::start(watched));
  auto built = build_on(base_id, order);
  auto swept = sweep();
  if (built && !swept) return std::unexpected(std::move(swept).error());
  return built;
}

Result<image::BuiltImage> EngineBuilder::build_on(const std::string& base_id, const image::BuildOrder& order) const {
  const std::string& name = container_;
  EngineBuildPlan plan{kind_, name, base_id, order.memory_bytes, own_open_files(), false};
  if (kind_ == EngineKind::Podman) {
    BERTH_TRY(plan.base_has_mtab, has_mtab(options_.base));
  }
  std::vector<std::string> create = build_command(plan, order);
  create.erase(create.begin());
  BERTH_CHECK_OK(engine(std::move(create)));
  BERTH_CHECK_OK(engine({"cp", order.input.native() + "/.", fmt::format("{}:{}", name, image::kBuildFolder)}));
  BERTH_TRY(std::string said, image::explained(engine(start_words(kind_, name)), order.memory_bytes, true));
  BERTH_TRY(const std::string committed, engine({"commit", name}));
  BERTH_TRY(const std::string engine_id, id_of(committed, program_.name + " commit"));

  const std::filesystem::path folder = options_.work_folder / "engine";
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  BERTH_TRY(const image::ToolBounds bound, bounds());
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(bound.deadline - Clock::now());
  BERTH_CHECK_OK(image::check_room(options_.work_folder));
  BERTH_CHECK_OK(image::copy_out_of_engine(place_, engine_id, folder, left, [this] {
                   return watch(options_.work_folder);
                 }).context([&] { return fmt::format("take what {} has built", program_.name); }));
  BERTH_TRY(std::vector<image::PlainLayer> layers, layers_in(folder));
  if (layers.empty()) return fail(Errc::Corrupt, "the engine has given out an image without layers");
  BERTH_TRY(layers.back(), with_time(folder, layers.back(), order.time));
  const Made made{folder, std::move(layers)};
  BERTH_TRY(std::string id, store(made, order));
  if (order.more_labels) {
    BERTH_TRY(id, labelled(made, order, std::move(id)));
  }
  std::filesystem::remove_all(folder, ignored);
  return image::BuiltImage{std::move(id), std::move(said)};
}

Result<std::string> EngineBuilder::store(const Made& built, const image::BuildOrder& order) const {
  BERTH_TRY(const std::string base_config, config_of(options_.storage.graph_root, options_.base.id));
  BERTH_TRY(const image::ImageDocuments made, image::image_on_base(base_config, built.layers, order));
  // Beside what the engine has given out, whose layers it shares.
  const std::filesystem::path own = built.folder.native() + "-own";
  std::error_code error;
  std::filesystem::remove_all(own, error);
  BERTH_CHECK_OK(sys::make_folders(own, 0700));
  for (const image::PlainLayer& layer : built.layers) {
    const std::string file = file_of(layer);
    if (!std::filesystem::exists(own / file)) std::filesystem::create_hard_link(built.folder / file, own / file, error);
    if (error) return fail(Errc::Unavailable, fmt::format("link layer '{}': {}", file, error.message()));
  }
  for (const auto& [file, text] : {std::pair<std::string, std::string>("manifest.json", made.manifest),
                                   {made.id, made.config},
                                   {"version", "Directory Transport Version: 1.1\n"}}) {
    BERTH_CHECK_OK(sys::write_file_atomically(own / file, text, 0600));
  }
  BERTH_CHECK_OK(image::check_room(options_.storage.graph_root));
  BERTH_TRY(const image::ToolBounds bound, bounds());
  BERTH_CHECK_OK(image::copy_into_storage(storage_tool(), own, made.id, bound));
  std::filesystem::remove_all(own, error);
  return made.id;
}

Result<std::string> EngineBuilder::labelled(const Made& built, const image::BuildOrder& order, std::string id) const {
  const auto labels = order.more_labels(id);
  if (labels && labels->empty()) return id;
  image::BuildOrder again = order;
  if (labels) again.labels.insert(again.labels.end(), labels->begin(), labels->end());
  auto made = labels ? store(built, again) : Result<std::string>(std::unexpected(labels.error()));
  if (made && *made == id) return id;
  auto removed = remove_image(id);
  if (made && !removed) return std::unexpected(std::move(removed).error());
  return made;
}

Result<void> EngineBuilder::give_name(const std::string& id, const std::string& name) const {
  BERTH_TRY(const image::Reference reference, image::parse_reference(name));
  BERTH_TRY(const image::ToolBounds bound, bounds());
  return image::name_in_storage(storage_tool(), id, reference, options_.work_folder, bound);
}

Result<void> EngineBuilder::remove_image(const std::string& id) const {
  const image::ToolStorage storage{.graph_root = options_.storage.graph_root,
                                   .is_set = options_.storage.storage_is_set,
                                   .ordinary_user = {},
                                   .cache_folder = options_.storage.cache_folder};
  return image::delete_image(storage, id);
}

Result<void> EngineBuilder::sweep() const { return sweep_engine_builds(options_.storage.cache_folder, kind_); }

}  // namespace berth::app
