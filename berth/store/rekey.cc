#include "berth/store/rekey.h"

#include <fmt/format.h>
#include <sodium/utils.h>

#include <string_view>
#include <utility>
#include <vector>

#include "berth/store/vault.h"

namespace berth::store {
namespace {

struct StoredSecret {
  std::string instance;
  std::string parameter;
  std::string sealed;
};

Result<std::vector<StoredSecret>> stored_secrets(Database& database) {
  BERTH_TRY(Statement rows, database.query("SELECT instance, parameter, sealed FROM instance_secrets"));
  std::vector<StoredSecret> found;
  for (;;) {
    BERTH_TRY(const bool more, rows.step());
    if (!more) return found;
    found.push_back({rows.text(0), rows.text(1), rows.text(2)});
  }
}

// Lays the key down where it will be used from, before anything is sealed with it.
Result<std::string> lay_down_new_key(const KeyPlaces& places, std::string_view current) {
  BERTH_TRY(const KeyRing ring, KeyRing::read(places));
  if (const HeldKey* credential = ring.find(KeySource::Credential)) {
    if (credential->key.id() != current) return credential->key.id();
    return fail(Errc::InvalidInput,
                fmt::format("the current key is the credential '{0}': give the new key as berth.key and this one as "
                            "berth.old.key, then try again",
                            credential->path.native()));
  }
  const SecretKey key = SecretKey::random();
  // Replaces what a rekey left that was cut short before its transaction: nothing is sealed with that one.
  BERTH_CHECK_OK(key.write(places.next()));
  return key.id();
}

Result<void> seal_anew(Database& database, const Vault& old_vault, const Vault& new_vault) {
  BERTH_TRY(const std::vector<StoredSecret> secrets, stored_secrets(database));
  BERTH_TRY(Statement update,
            database.prepare("UPDATE instance_secrets SET sealed = ? WHERE instance = ? AND parameter = ?"));
  for (const StoredSecret& stored : secrets) {
    const SecretName name{stored.instance, stored.parameter};
    BERTH_TRY(std::string secret, old_vault.unseal(name, stored.sealed));
    auto sealed = new_vault.seal(name, secret);
    sodium_memzero(secret.data(), secret.size());
    BERTH_CHECK_OK(sealed);
    BERTH_CHECK_OK(update.run({*sealed, stored.instance, stored.parameter}));
  }
  return {};
}

}  // namespace

Result<Rekeyed> rekey(Database& database, const KeyPlaces& places) {
  const auto naming = [] { return std::string("change the key of the secrets"); };
  const auto change = [&]() -> Result<Rekeyed> {
    BERTH_TRY(const Vault old_vault, Vault::open(database, places));
    Rekeyed done{.old_key_id = old_vault.key_id(), .new_key_id = {}, .secrets = 0};
    BERTH_TRY(done.new_key_id, lay_down_new_key(places, done.old_key_id));
    BERTH_TRY(const Vault new_vault, Vault::with_key(places, done.new_key_id));
    BERTH_CHECK_OK(seal_anew(database, old_vault, new_vault));
    BERTH_TRY(done.secrets, count_sealed_otherwise(database, ""));
    BERTH_CHECK_OK(set_current_key_id(database, done.new_key_id));
    return done;
  };
  BERTH_TRY(Rekeyed done, database.transaction(change).context(naming));
  // From here on all is sealed with the new key, and the old one is put away.
  BERTH_CHECK_OK(Vault::open(database, places).context(naming));
  return done;
}

Result<SecretStatus> secret_status(Database& database, const KeyPlaces& places) {
  BERTH_TRY(const KeyRing ring, KeyRing::read(places));
  SecretStatus status;
  BERTH_TRY(status.key_id, current_key_id(database));
  if (const HeldKey* held = ring.find(status.key_id)) status.key_source = held->path;
  BERTH_TRY(status.secrets, count_sealed_otherwise(database, ""));
  BERTH_TRY(status.sealed_with_other_keys, count_sealed_otherwise(database, status.key_id));
  return status;
}

}  // namespace berth::store
