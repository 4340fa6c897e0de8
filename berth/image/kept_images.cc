#include "berth/image/kept_images.h"

#include <sys/stat.h>

namespace berth::image {
namespace {

constexpr std::size_t kMostResolved = 256;

}  // namespace

std::optional<KeptImages::Stamp> KeptImages::stamp_of(const std::string& list) {
  struct stat status = {};
  if (::stat(list.c_str(), &status) != 0) return std::nullopt;
  // Whatever is done to a file, also a rename, changes this time; nobody can set it.
  const std::int64_t changed_ns = status.st_ctim.tv_sec * 1'000'000'000 + status.st_ctim.tv_nsec;
  return Stamp{status.st_dev, status.st_ino, changed_ns};
}

Result<KeptImages> KeptImages::open(std::filesystem::path graph_root) {
  // First the stamp: a list that is replaced in between is read once more.
  std::string list = graph_root / "overlay-images/images.json";
  const auto stamp = stamp_of(list);
  BERTH_TRY(LocalStore store, LocalStore::open(std::move(graph_root)));
  return KeptImages(std::move(list), stamp, std::move(store));
}

Result<const ResolvedImage*> KeptImages::resolve(const Reference& wanted, const SubstitutionTable& table,
                                                 const TrustPolicy& trust) {
  if (const auto stamp = stamp_of(list_); stamp != stamp_) {
    resolved_.clear();
    BERTH_TRY(store_, LocalStore::open(store_.graph_root()));
    stamp_ = stamp;
  }
  const std::string name = to_string(wanted);
  if (const auto found = resolved_.find(name); found != resolved_.end()) return &found->second;
  BERTH_TRY(ResolvedImage resolved, resolve_image(store_, wanted, table, trust));
  if (resolved_.size() >= kMostResolved) resolved_.clear();
  return &resolved_.insert_or_assign(name, std::move(resolved)).first->second;
}

}  // namespace berth::image
