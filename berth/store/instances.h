// Instances of integrations: what an operator has set for one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/json.h"
#include "berth/base/result.h"
#include "berth/store/database.h"
#include "berth/store/time.h"

namespace berth::store {

struct TestResult {
  bool passed = false;
  std::string message;  // without secrets
  Time at;
};

struct Instance {
  std::string name;                            // unique; it never changes, since the sealed texts are bound to it
  std::string brand;                           // id of the integration
  Json parameters = Json::object();            // those that are no secret
  std::map<std::string, std::string> secrets;  // parameter -> text sealed by Vault::seal for this instance
  Json options = Json::object();               // Berth's own: networks allowed, mapping, ...
  bool enabled = true;
  Time created = now();
  Time modified = now();
  std::optional<TestResult> last_test;
};

// For the thread of its database. Errors beside those of Database: NotFound for a name that is not there; Conflict when
// a secret was sealed with another key than the current one, because of a `berth secret rekey` meanwhile: then seal
// again with a vault opened anew.
class Instances {
 public:
  explicit Instances(Database& database) : database_(database) {}

  // Errors: InvalidInput for an empty name or brand, or parameters or options that are no object; AlreadyExists.
  Result<void> add(const Instance& instance);
  // Changes parameters, secrets (all of them), options and enabled to those of `instance`; `modified` becomes `at`.
  // Errors: InvalidInput when the brand is another.
  Result<void> update(const Instance& instance, Time at = now());
  Result<void> set_enabled(std::string_view name, bool enabled, Time at = now());
  Result<void> set_last_test(std::string_view name, const TestResult& result);
  // With its integration context and fetch states.
  Result<void> remove(std::string_view name);

  Result<Instance> get(std::string_view name);
  // By name. An empty `brand` means every brand.
  Result<std::vector<Instance>> list(std::string_view brand = "");

 private:
  Database& database_;
};

}  // namespace berth::store
