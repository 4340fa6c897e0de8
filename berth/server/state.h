// What lasts, each part opened when it is first asked for: a call that needs none of it pays nothing.
#pragma once

#include <filesystem>
#include <optional>

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

  // Forgets the connection without closing it for anybody else: a process that was forked opens its own.
  void reopen() {
    vault_.reset();
    database_.reset();
  }

 private:
  StatePlaces places_;
  std::optional<store::Database> database_;
  std::optional<store::Vault> vault_;
};

}  // namespace berth::server
