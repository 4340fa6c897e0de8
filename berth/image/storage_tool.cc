#include "berth/image/storage_tool.h"

#include <fmt/format.h>

#include <algorithm>

#include "berth/base/utf8.h"
#include "berth/sys/full_disk.h"
#include "berth/sys/interrupt.h"
#include "berth/sys/tool.h"

namespace berth::image {
namespace {

constexpr std::string_view kNeeded = "install it with 'apt-get install skopeo'";

// What it says in the last line of its log, without time and level; else all that it wrote.
std::string own_words(const Error& error) {
  std::string_view text = error.message();
  constexpr std::string_view kMark = "level=fatal msg=";
  if (const std::size_t at = text.rfind(kMark); at != std::string_view::npos) text.remove_prefix(at + kMark.size());
  if (text.size() > 1 && text.starts_with('"') && text.ends_with('"')) text = text.substr(1, text.size() - 2);
  std::string words(text);
  for (std::size_t at = 0; (at = words.find("\\\"", at)) != std::string::npos; ++at) words.erase(at, 1);
  return to_visible(words, false);
}

// `full` is whose disk it is, as a rule, when there is no room.
Result<void> run_skopeo(const StorageTool& storage, const std::filesystem::path& folder,
                        const std::filesystem::path& full, const std::vector<std::string>& words,
                        std::string_view advice, const ToolBounds& bounds) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(bounds.deadline - std::chrono::steady_clock::now());
  sys::ToolOptions options;
  options.time_limit = std::max(left, std::chrono::milliseconds(0));
  options.output_limit_bytes = 1 << 20;
  options.environment = storage_environment(storage);
  options.watch = sys::check_interrupted;
  // The policy judges images of strangers; these were judged before.
  std::vector<std::string> argv = {"prlimit", fmt::format("--data={}", bounds.memory_bytes),
                                   fmt::format("--fsize={}", bounds.file_bytes), "--core=0", "skopeo",
                                   "--insecure-policy",
                                   // Beside what it copies: when it is killed, its files go with the folder. It looks
                                   // at no TMPDIR for large ones.
                                   "--tmpdir", folder.native()};
  argv.insert(argv.end(), words.begin(), words.end());
  if (!sys::find_program("skopeo")) {
    return fail(Errc::NotFound, fmt::format("'skopeo' is not on PATH; {}", kNeeded));
  }
  const auto ran = sys::run_tool(argv, options);
  if (ran) return {};
  // What it was asked to end for, and what it could not be started for, is said already.
  BERTH_CHECK_OK(sys::check_interrupted());
  if (!sys::says_full_disk(ran.error().message())) {
    if (ran.error().code() != Errc::Unavailable) return std::unexpected(ran.error());
    return fail(Errc::Unavailable, fmt::format("skopeo could not; {}; its words: {}", advice, own_words(ran.error())));
  }
  const bool is_the_folders = ran.error().message().contains(folder.native());
  const std::filesystem::path& where = is_the_folders ? folder : full;
  return fail(Errc::Exhausted,
              fmt::format("skopeo {}: the disk of '{}' is full; make room there", words.front(), where.native()));
}

}  // namespace

std::string storage_words(const StorageTool& storage) {
  if (!storage.is_set && !storage.ordinary_user) return "";
  const std::filesystem::path run =
      storage.ordinary_user ? storage.run_folder : std::filesystem::path("/run/containers/storage");
  return fmt::format("[overlay@{}+{}]", storage.graph_root.native(), run.native());
}

std::vector<std::string> storage_environment(const StorageTool& storage) {
  if (!storage.ordinary_user) return {};
  return {"_CONTAINERS_USERNS_CONFIGURED=done", fmt::format("_CONTAINERS_ROOTLESS_UID={}", *storage.ordinary_user)};
}

Result<void> copy_into_storage(const StorageTool& storage, const std::filesystem::path& folder, const Reference& name,
                               const ToolBounds& bounds) {
  Reference stored = normalized(name);
  if (!stored.tag.empty()) stored.digest.clear();  // the tool takes one of them
  return run_skopeo(storage, folder, storage.graph_root,
                    {"copy", "--quiet", "--preserve-digests", "dir:" + folder.native(),
                     fmt::format("containers-storage:{}{}", storage_words(storage), to_string(stored))},
                    fmt::format("what it says of the image is for whoever built it, who may have to build it anew; "
                                "what it says of the storage is about '{}'",
                                storage.graph_root.native()),
                    bounds);
}

Result<void> copy_into_storage(const StorageTool& storage, const std::filesystem::path& folder, const std::string& id,
                               const ToolBounds& bounds) {
  return run_skopeo(storage, folder, storage.graph_root,
                    {"copy", "--quiet", "--preserve-digests", "dir:" + folder.native(),
                     fmt::format("containers-storage:{}@{}", storage_words(storage), id)},
                    fmt::format("what it says is about the storage '{}'", storage.graph_root.native()), bounds);
}

Result<void> name_in_storage(const StorageTool& storage, const std::string& id, const Reference& name,
                             const std::filesystem::path& folder, const ToolBounds& bounds) {
  const std::string place = "containers-storage:" + storage_words(storage);
  return run_skopeo(
      storage, folder, storage.graph_root,
      {"copy", "--quiet", "--preserve-digests", fmt::format("{}@{}", place, id), place + to_string(normalized(name))},
      fmt::format("what it says is about the storage '{}'", storage.graph_root.native()), bounds);
}

Result<void> copy_out_of_storage(const StorageTool& storage, const std::string& id, const std::filesystem::path& folder,
                                 DigestKept digest, const ToolBounds& bounds) {
  std::vector<std::string> words = {"copy", "--quiet"};
  if (digest == DigestKept::Same) {
    words.emplace_back("--preserve-digests");
  } else {
    words.insert(words.end(), {"--dest-compress", "--dest-compress-format", "gzip"});
  }
  words.push_back(fmt::format("containers-storage:{}@{}", storage_words(storage), id));
  words.push_back("dir:" + folder.native());
  return run_skopeo(storage, folder.parent_path(), folder.parent_path(), words,
                    fmt::format("see whether the image is whole in the storage '{}', and pull or make it anew where it "
                                "is not",
                                storage.graph_root.native()),
                    bounds);
}

}  // namespace berth::image
