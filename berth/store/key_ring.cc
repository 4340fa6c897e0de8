#include "berth/store/key_ring.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::store {

Result<KeyRing> KeyRing::read(const KeyPlaces& places) {
  std::vector<std::pair<KeySource, std::filesystem::path>> candidates;
  if (!places.credentials.empty()) {
    candidates.emplace_back(KeySource::Credential, places.credentials / "berth.key");
    candidates.emplace_back(KeySource::OldCredential, places.credentials / "berth.old.key");
  }
  // The next one first: a rekey that ends meanwhile moves it to the file's place, and so it is seen once at least.
  candidates.emplace_back(KeySource::Next, places.next());
  candidates.emplace_back(KeySource::File, places.file);
  KeyRing ring;
  for (auto& [source, path] : candidates) {
    const bool is_credential = source == KeySource::Credential || source == KeySource::OldCredential;
    BERTH_TRY(auto key, read_key_file(path, is_credential ? KeyRights::Credential : KeyRights::OwnerAlone));
    if (key) ring.keys_.push_back({*std::move(key), source, std::move(path)});
  }
  return ring;
}

const HeldKey* KeyRing::find(std::string_view key_id) const {
  const auto found = std::ranges::find_if(keys_, [&](const HeldKey& held) { return held.key.id() == key_id; });
  return found == keys_.end() ? nullptr : &*found;
}

const HeldKey* KeyRing::find(KeySource source) const {
  const auto found = std::ranges::find(keys_, source, &HeldKey::source);
  return found == keys_.end() ? nullptr : &*found;
}

Result<std::string> current_key_id(Database& database) {
  BERTH_TRY(Statement row, database.query("SELECT key_id FROM vault"));
  BERTH_TRY(const bool there, row.step());
  return there ? row.text(0) : "";
}

Result<void> set_current_key_id(Database& database, std::string_view key_id) {
  return database.run("INSERT INTO vault (id, key_id) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET key_id = ?1",
                      {key_id});
}

Result<std::int64_t> count_sealed_otherwise(Database& database, std::string_view key_id) {
  BERTH_TRY(Statement row, database.query("SELECT count(*) FROM instance_secrets WHERE sealed NOT LIKE ?",
                                          {fmt::format("v1:{}:%", key_id)}));
  BERTH_CHECK_OK(row.step());
  return row.integer(0);
}

}  // namespace berth::store
