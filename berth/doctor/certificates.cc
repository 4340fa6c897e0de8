#include "berth/doctor/certificates.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>

#include "berth/doctor/certificate_dates.h"
#include "berth/sys/file.h"

namespace berth::doctor {
namespace {

constexpr std::size_t kLargestBundle = 16 << 20;

// Of Debian and Arch, Red Hat, SUSE, Alpine.
constexpr const char* kBundles[] = {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"};

}  // namespace

BundleFacts bundle_facts() {
  BundleFacts facts{.path = kBundles[0], .now = ::time(nullptr)};
  for (const char* variable : {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}) {
    const char* path = std::getenv(variable);
    if (path == nullptr || *path == '\0') continue;
    facts.path = path;
    facts.variable = variable;
    break;
  }
  if (facts.variable.empty()) {
    for (const char* path : kBundles) {
      std::error_code ignored;
      if (!std::filesystem::exists(path, ignored)) continue;
      facts.path = path;
      break;
    }
  }
  facts.of_machine = std::ranges::find(kBundles, facts.path) != std::end(kBundles);
  facts.text = sys::read_file(facts.path, kLargestBundle);
  return facts;
}

CheckResult judge_certificates(const BundleFacts& facts) {
  const std::string place =
      facts.variable.empty() ? facts.path.native() : fmt::format("{} ({})", facts.path.native(), facts.variable);
  const std::string remedy = facts.of_machine
                                 ? "'apt-get install --reinstall ca-certificates', then 'update-ca-certificates'"
                                 : fmt::format("correct that file, or unset {}", facts.variable);
  if (!facts.text) return failure(facts.text.error().message(), remedy);
  std::size_t broken = 0;
  std::size_t expired = 0;
  std::size_t early = 0;
  const auto all = dates_in_bundle(*facts.text);
  for (const auto& dates : all) {
    broken += dates ? 0u : 1u;
    expired += dates && dates->not_after < facts.now ? 1u : 0u;
    early += dates && dates->not_before > facts.now ? 1u : 0u;
  }
  const std::size_t good = all.size() - broken - expired - early;
  if (all.empty()) return failure(place + " holds no certificate", remedy);
  const std::string found = fmt::format("{}: {} certificates, {} expired, {} not valid yet, {} broken", place,
                                        all.size(), expired, early, broken);
  if (good == 0) return failure(found, remedy + "; if none seems valid, look at the clock");
  if (broken > 0) return warning(found, remedy);
  // Distributions keep some that have run out; a bundle that somebody chose is short, and each counts.
  if (expired * 5 > all.size() || (expired > 0 && !facts.of_machine)) return warning(found, remedy);
  return ok(fmt::format("{}: {} certificates{}", place, all.size(),
                        expired > 0 ? fmt::format(", {} of them expired", expired) : ""));
}

}  // namespace berth::doctor
