#include "berth/server/state.h"

namespace berth::server {

Result<store::Database*> State::database() {
  if (!database_) {
    BERTH_TRY(database_, store::Database::open(places_.database));
  }
  return &*database_;
}

Result<store::Vault*> State::vault() {
  if (!vault_) {
    BERTH_TRY(store::Database * opened, database());
    BERTH_TRY(vault_, store::Vault::open(*opened, places_.keys));
  }
  return &*vault_;
}

}  // namespace berth::server
