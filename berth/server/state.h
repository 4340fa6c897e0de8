// What lasts, each part opened when it is first asked for: a call that needs none of it pays nothing.
#pragma once

#include <filesystem>
#include <memory>

#include "berth/base/result.h"
#include "berth/store/blobs.h"
#include "berth/store/database.h"
#include "berth/store/vault.h"

namespace berth::server {

struct StatePlaces {
  std::filesystem::path database;
  std::filesystem::path files;
  store::KeyPlaces keys;
};

// For one thread.
class State {
 public:
  explicit State(StatePlaces places) : places_(std::move(places)) {}

  // Errors: those of Database::open.
  Result<store::Database*> database();
  // Errors: those of Vault::open, too.
  Result<store::Vault*> vault();
  store::Blobs blobs() const { return store::Blobs(places_.files); }
  const StatePlaces& places() const { return places_; }

  // In a process that was forked: leaves what is open to the parent, unclosed, and opens its own when it is needed.
  void leave_to_parent();

 private:
  StatePlaces places_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Vault> vault_;
};

}  // namespace berth::server
