#include "berth/image/layer_names.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <functional>

#include "berth/base/utf8.h"

namespace berth::image {
namespace {

constexpr std::uint64_t kKindBits = 3;
constexpr std::size_t kShown = 120;

// As in splitmix64.
std::uint64_t mix(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9;
  value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11eb;
  return value ^ (value >> 31);
}

std::string shown(std::string_view name) { return to_visible(name.substr(0, kShown), false); }

}  // namespace

const std::uint64_t* LayerNames::Table::find(std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = (hash >> 2) & mask; slots_[at] != 0; at = (at + 1) & mask) {
    if ((slots_[at] & ~kKindBits) == (hash & ~kKindBits)) return &slots_[at];
  }
  return nullptr;
}

void LayerNames::Table::put(std::uint64_t hash, Kind kind) {
  if ((used_ + 1) * 4 > slots_.size() * 3) {
    std::vector<std::uint64_t> before(slots_.size() * 2);
    before.swap(slots_);
    used_ = 0;
    for (const std::uint64_t one : before) {
      if (one != 0) put(one, static_cast<Kind>(one & kKindBits));
    }
  }
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = (hash >> 2) & mask;
  while (slots_[at] != 0) at = (at + 1) & mask;
  slots_[at] = (hash & ~kKindBits) | static_cast<std::uint64_t>(kind);
  ++used_;
}

LayerNames::LayerNames() : seed_(0) {
  // Without it, which a running kernel does not refuse, names that collide can be made: such a layer is refused.
  [[maybe_unused]] const auto got = ::getrandom(&seed_, sizeof(seed_), GRND_NONBLOCK);
}

// The name as cleaned: without empty parts and dots.
LayerNames::Hashed LayerNames::hash(std::string_view name, bool from_root) const {
  Hashed hashed = {.hash = mix(seed_ + (from_root ? 1 : 0))};
  bool is_first = true;
  while (!name.empty()) {
    const std::string_view part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(part.size() + 1, name.size()));
    if (part.empty() || part == ".") continue;
    if (!is_first && !hashed.through_link) hashed.through_link = links_.find(hashed.hash) != nullptr;
    is_first = false;
    hashed.hash = mix(hashed.hash + std::hash<std::string_view>()(part));
  }
  return hashed;
}

std::string LayerNames::complaint_about_target(const TarEntry& entry, Kind& kind) const {
  bool through_link = has_been_through_link_;
  for (const bool from_root : {false, true}) {
    const Hashed target = hash(entry.target, from_root);
    through_link = through_link || target.through_link;
    const std::uint64_t* found = names_.find(target.hash);
    if (found == nullptr) continue;
    kind = static_cast<Kind>(*found & kKindBits);
    if (kind != Kind::Folder) return {};
    return fmt::format("it is another link to '{}', which is a folder", shown(entry.target));
  }
  if (through_link) return {};
  return fmt::format(
      "it is another link to '{}', which is no entry of this layer before it; have the image built anew, with the file "
      "itself in the layer, ahead of its links",
      shown(entry.target));
}

std::string LayerNames::add(const TarEntry& entry) {
  const Hashed own = hash(entry.name, entry.name.starts_with('/'));
  if (names_.find(own.hash) != nullptr) {
    return "its name stands in this layer twice, and neither this machine's storage nor Docker's takes that; have the "
           "image built anew, with each name once in a layer";
  }
  has_been_through_link_ = has_been_through_link_ || own.through_link;
  Kind kind = entry.kind == TarKind::Folder         ? Kind::Folder
              : entry.kind == TarKind::SymbolicLink ? Kind::Link
                                                    : Kind::Other;
  if (entry.kind == TarKind::HardLink) {
    if (std::string complaint = complaint_about_target(entry, kind); !complaint.empty()) return complaint;
  }
  names_.put(own.hash, kind);
  if (kind == Kind::Link) {
    // What lies behind it is reached by either form.
    for (const bool from_root : {false, true}) links_.put(hash(entry.name, from_root).hash, kind);
  }
  return {};
}

}  // namespace berth::image
