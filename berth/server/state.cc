#include "berth/server/state.h"

#include <tuple>

namespace berth::server {

Result<store::Database*> State::database() {
  if (!database_) {
    BERTH_TRY(store::Database opened, store::Database::open(places_.database));
    database_ = std::make_unique<store::Database>(std::move(opened));
  }
  return database_.get();
}

Result<store::Vault*> State::vault() {
  if (!vault_) {
    BERTH_TRY(store::Database * opened, database());
    BERTH_TRY(store::Vault vault, store::Vault::open(*opened, places_.keys));
    vault_ = std::make_unique<store::Vault>(std::move(vault));
  }
  return vault_.get();
}

void State::leave_to_parent() {
  std::ignore = vault_.release();
  std::ignore = database_.release();
}

}  // namespace berth::server
