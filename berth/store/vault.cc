#include "berth/store/vault.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "berth/store/folder.h"
#include "berth/store/sealed_text.h"
#include "berth/sys/file.h"
#include "berth/sys/syscall.h"

namespace berth::store {
namespace {

// The lengths keep "a" of "bc" apart from "ab" of "c".
std::string about(const SecretName& name) {
  return fmt::format("berth secret v1:{}:{}:{}:{}", name.instance.size(), name.instance, name.parameter.size(),
                     name.parameter);
}

std::string description_of(const SecretName& name) {
  return fmt::format("secret '{}' of instance '{}'", name.parameter, name.instance);
}

// Whether nothing is left to be done before `current` serves.
bool is_settled(const KeyRing& ring, std::string_view current) {
  const HeldKey* held = ring.find(current);
  if (held == nullptr || held->source == KeySource::Next) return false;
  return held->source != KeySource::Credential || ring.find(KeySource::File) == nullptr;
}

// Where no secret is stored, any key will do: the one that is there, or a fresh one.
Result<std::string> adopt_key(Database& database, const KeyPlaces& places, const KeyRing& ring) {
  const HeldKey* held = ring.find(KeySource::Credential);
  if (held == nullptr) held = ring.find(KeySource::File);
  if (held != nullptr) {
    BERTH_CHECK_OK(set_current_key_id(database, held->key.id()));
    return held->key.id();
  }
  const SecretKey made = SecretKey::random();
  BERTH_CHECK_OK(sys::make_folders(places.file.parent_path(), 0700));
  BERTH_CHECK_OK(made.write(places.file));
  BERTH_CHECK_OK(set_current_key_id(database, made.id()));
  return made.id();
}

// Does what a rekey that was cut short has left to do. All changes of the key files happen while their process holds
// the right to write to the database, so none can meet another.
Result<void> settle(Database& database, const KeyPlaces& places, const KeyRing& ring, const HeldKey& current) {
  if (current.source == KeySource::Next) {
    BERTH_CHECK_OK(sys::check([&] { return ::rename(places.next().c_str(), places.file.c_str()); }, "rename '{}'",
                              places.next().native()));
    return sync_folder(places.file.parent_path());
  }
  // All was sealed with the credential's key, and the file's is not needed any more.
  if (current.source != KeySource::Credential || ring.find(KeySource::File) == nullptr) return {};
  BERTH_TRY(const std::int64_t others, count_sealed_otherwise(database, current.key.id()));
  if (others > 0) return {};
  return sys::check([&] { return ::unlink(places.file.c_str()); }, "remove '{}'", places.file.native());
}

// In a transaction. Returns the id of the key that serves.
Result<std::string> prepare_keys(Database& database, const KeyPlaces& places) {
  BERTH_TRY(const KeyRing ring, KeyRing::read(places));
  BERTH_TRY(std::string current, current_key_id(database));
  const HeldKey* held = ring.find(current);
  if (held != nullptr) {
    BERTH_CHECK_OK(settle(database, places, ring, *held));
    return current;
  }
  BERTH_TRY(const std::int64_t secrets, count_sealed_otherwise(database, ""));
  if (secrets == 0) return adopt_key(database, places, ring);
  return fail(Errc::NotFound,
              fmt::format("{} stored secrets are sealed with key {}, which is not in '{}': put that file back from a "
                          "backup, or remove the instances whose secrets are lost (docs/state.md)",
                          secrets, current, places.file.native()));
}

}  // namespace

Vault Vault::of_ring(KeyRing ring, std::string_view current) {
  std::ranges::stable_partition(ring.keys(), [&](const HeldKey& held) { return held.key.id() == current; });
  std::vector<SecretKey> keys;
  for (HeldKey& held : ring.keys()) keys.push_back(std::move(held.key));
  return Vault(std::move(keys));
}

Result<Vault> Vault::open(Database& database, const KeyPlaces& places) {
  const auto open_settled = [&]() -> Result<std::optional<Vault>> {
    BERTH_TRY(KeyRing ring, KeyRing::read(places));
    BERTH_TRY(const std::string current, current_key_id(database));
    if (!is_settled(ring, current)) return std::nullopt;
    return of_ring(std::move(ring), current);
  };
  const auto naming = [] { return std::string("open the vault"); };
  // The usual case writes nothing and waits for nobody.
  BERTH_TRY(auto vault, open_settled().context(naming));
  if (vault) return *std::move(vault);
  return database
      .transaction([&]() -> Result<Vault> {
        BERTH_TRY(const std::string current, prepare_keys(database, places));
        BERTH_TRY(KeyRing ring, KeyRing::read(places));
        return of_ring(std::move(ring), current);
      })
      .context(naming);
}

Result<Vault> Vault::with_key(const KeyPlaces& places, std::string_view key_id) {
  BERTH_TRY(KeyRing ring, KeyRing::read(places));
  if (ring.find(key_id) == nullptr) return fail(Errc::NotFound, fmt::format("key {} is not here", key_id));
  return of_ring(std::move(ring), key_id);
}

Result<std::string> Vault::seal(const SecretName& name, std::string_view secret) const {
  if (secret.size() > kMostSecretBytes) {
    return fail(Errc::Exhausted, fmt::format("seal {}: it is larger than the limit of {} bytes", description_of(name),
                                             kMostSecretBytes));
  }
  const SecretKey& key = keys_.front();
  return to_string(SealedText{.key_id = key.id(), .bytes = key.seal(about(name), secret)});
}

Result<std::string> Vault::unseal(const SecretName& name, std::string_view sealed) const {
  const auto naming = [&] { return fmt::format("unseal {}", description_of(name)); };
  BERTH_TRY(const SealedText parts, parse_sealed_text(sealed).context(naming));
  const auto key = std::ranges::find(keys_, parts.key_id, &SecretKey::id);
  if (key == keys_.end()) {
    return fail(Errc::Conflict, fmt::format("{}: its key {} is not here", naming(), parts.key_id));
  }
  return key->unseal(about(name), parts.bytes).context(naming);
}

}  // namespace berth::store
