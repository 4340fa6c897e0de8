#include "berth/image/signature_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "berth/base/utf8.h"
#include "berth/image/signature_check.h"
#include "berth/image/signature_records.h"
#include "berth/image/trust.h"

namespace berth::image {
namespace {

constexpr std::size_t kMostReasons = 4;  // that an error tells
constexpr std::size_t kMaxKeptIndexBytes = 64 << 10;

std::unexpected<Error> denied(std::string why) { return fail(Errc::Denied, std::move(why)); }

std::string shown(std::string_view text) { return to_visible(text.substr(0, 120), false); }

// What a place may answer that has no signatures: a page for people, an index, a manifest without end. Another one may
// have them.
bool says_nothing(const Error& error) {
  return error.code() == Errc::InvalidInput || error.code() == Errc::Corrupt || error.code() == Errc::Exhausted;
}

// What is wrong with signatures, one reason once.
class Reasons {
 public:
  // `number` counts from 1; 0: it is said of all of them.
  void add(const std::string& where, std::size_t number, const std::string& why) {
    if (std::ranges::find(known_, why) != known_.end()) return;
    known_.push_back(why);
    if (known_.size() <= kMostReasons) {
      const std::string which = number == 0 ? std::string() : fmt::format("signature {} ", number);
      text_ += fmt::format("{}{}under '{}': {}", text_.empty() ? "" : "; ", which, where, why);
    }
  }
  bool empty() const { return known_.empty(); }
  std::string text() const { return text_ + (known_.size() > kMostReasons ? "; and more" : ""); }

 private:
  std::vector<std::string> known_;
  std::string text_;
};

// The search in one source.
class Search {
 public:
  Search(const SignatureSource& source, const Reference& name, const SignatureRule& rule)
      : source_(source), name_(name), rule_(rule) {}

  // Nothing when the digest has no valid one; why, is among the reasons. Errors: as fetch_signature.
  Result<std::optional<VerifiedSignature>> look_at(const std::string& digest) {
    const std::string tag = signature_tag(digest);
    auto listed = list(tag);
    if (!listed && listed.error().code() == Errc::NotFound) return std::optional<VerifiedSignature>();
    if (!listed && says_nothing(listed.error())) {
      reasons_.add(tag, 0, listed.error().message());
      return std::optional<VerifiedSignature>();
    }
    if (!listed) return std::unexpected(std::move(listed).error());
    if (listed->empty()) reasons_.add(tag, 0, "there is none in it");
    // Who signs anew adds to the end.
    for (std::size_t i = listed->size(); i-- > 0;) {
      auto judged = judge((*listed)[i], digest);
      if (judged) return std::optional(*std::move(judged));
      const bool goes_on = judged.error().code() == Errc::Denied || judged.error().code() == Errc::NotFound ||
                           says_nothing(judged.error());
      if (!goes_on) return std::unexpected(std::move(judged).error());
      reasons_.add(tag, i + 1, judged.error().message());
    }
    return std::optional<VerifiedSignature>();
  }

  const Reasons& reasons() const { return reasons_; }

 private:
  Result<std::vector<SignatureEntry>> list(const std::string& tag) const {
    BERTH_TRY(const FetchedManifest fetched, source_.fetch_manifest(tag));
    return parse_signature_manifest(fetched.body, fetched.content_type);
  }

  Result<VerifiedSignature> judge(const SignatureEntry& entry, const std::string& digest) {
    if (!entry.problem.empty()) return denied(entry.problem);
    // The same claim is often signed by several keys.
    auto claim = claims_.find(entry.claim.digest);
    if (claim == claims_.end()) {
      BERTH_TRY(std::string bytes, source_.fetch_blob(entry.claim, kMaxClaimBytes));
      claim = claims_.emplace(entry.claim.digest, std::move(bytes)).first;
    }
    return judge_signature(entry, claim->second, name_, digest, rule_);
  }

  const SignatureSource& source_;
  const Reference& name_;
  const SignatureRule& rule_;
  Reasons reasons_;
  std::map<std::string, std::string> claims_;  // by digest
};

}  // namespace

SignatureSource source_of(RegistryClient& registry) {
  return {.name = fmt::format("the registry '{}'", registry.place().registry),
          .fetch_manifest = [&registry](const std::string& tag) { return registry.fetch_manifest(tag); },
          .fetch_blob = [&registry](const Descriptor& blob,
                                    std::size_t limit_bytes) { return registry.fetch_blob(blob, limit_bytes); }};
}

Result<VerifiedSignature> judge_signature(const SignatureEntry& entry, std::string_view claim, const Reference& name,
                                          const std::string& digest, const SignatureRule& rule) {
  if (!entry.problem.empty()) return denied(entry.problem);
  const PublicKey* signer = nullptr;
  for (const PublicKey& key : rule.keys) {
    if (!key.problem.empty()) continue;
    BERTH_TRY(const bool is_valid, is_signed_by(key, claim, entry.signature));
    if (is_valid) signer = &key;
  }
  if (signer == nullptr) return denied("no key that is trusted has made it");
  BERTH_TRY(const SignedClaim said, parse_signed_claim(claim));
  if (said.digest != digest) return denied(fmt::format("it is for the digest {}", said.digest));
  const auto reference = parse_reference(said.reference);
  if (!reference) return denied(fmt::format("it is for the name '{}', which is none", shown(said.reference)));
  const Reference identity = normalized(*reference);
  if (!identity.digest.empty() && identity.digest != digest) {
    return denied(fmt::format("it is for the name '{}', which has another digest", shown(said.reference)));
  }
  VerifiedSignature verified = {.repository = name_of(identity),
                                .tag = identity.tag,
                                .signed_digest = digest,
                                .key = signer->fingerprint,
                                .claim = std::string(claim),
                                .signature = entry.signature};
  if (is_for(verified, name)) return verified;
  return denied(
      fmt::format("it is for '{}', which is another name; who copies an image signs it anew", shown(said.reference)));
}

Result<VerifiedSignature> fetch_signature(const SignatureSource& source, const Reference& name,
                                          const std::vector<std::string>& digests, const SignatureRule& rule) {
  const auto unsigned_image = [&](std::string_view why) {
    return denied(fmt::format(
        "it is not trusted: the setting {}.signatures ({}) asks for a signature by {}, and {}; have it signed with one "
        "of these keys under this name, or add its digest to {}.digests",
        kTrustSetting, to_string(rule), keys_text(rule), why, kTrustSetting));
  };
  if (std::ranges::none_of(rule.keys, [](const PublicKey& key) { return key.problem.empty(); })) {
    return unsigned_image("none of them can be used");
  }
  Search search(source, name, rule);
  std::string looked_for;
  std::string last;
  for (const std::string& digest : digests) {
    if (digest == last) continue;
    last = digest;
    BERTH_TRY(std::optional<VerifiedSignature> found,
              search.look_at(digest).context([&] { return fmt::format("look for the signature of {}", digest); }));
    if (found) return *std::move(found);
    looked_for += fmt::format("{}'{}'", looked_for.empty() ? "" : " and ", signature_tag(digest));
  }
  if (!search.reasons().empty()) return unsigned_image(search.reasons().text());
  return unsigned_image(fmt::format("{} has none: there is no tag {} of '{}'", source.name, looked_for, name.path));
}

Result<void> remember_signature_of(const ImagePlan& plan, VerifiedSignature signature, const MoveSettings& settings) {
  // With its index the signature can be carried elsewhere, beside the image.
  const bool is_of_index = signature.signed_digest != plan.digest;
  if (is_of_index && plan.index_body.size() <= kMaxKeptIndexBytes) signature.index = plan.index_body;
  // Of what else the index names a signature of one of its images says nothing. The configuration names every unpacked
  // layer, and is what engines have the image by where they tell the digest of its index alone.
  std::vector<std::string> digests = {plan.digest, plan.manifest.config.digest};
  if (signature.signed_digest == plan.source_digest && plan.source_digest != plan.digest) {
    digests.push_back(plan.source_digest);
  }
  for (const std::string& digest : digests) {
    BERTH_CHECK_OK(remember_signature(settings.state_folder, digest, signature));
  }
  return {};
}

Result<void> check_signed(Result<void> trusted, const SignatureSource& source, const Reference& name,
                          const ImagePlan& plan, const MoveSettings& settings) {
  const SignatureRule* rule = rule_for(settings.trust.signatures, name);
  if (trusted || rule == nullptr) return trusted;
  if (settings.on_step) settings.on_step(fmt::format("verifying the signature of {}", to_string(name)));
  BERTH_TRY(VerifiedSignature found, fetch_signature(source, name, {plan.source_digest, plan.digest}, *rule));
  return remember_signature_of(plan, std::move(found), settings);
}

}  // namespace berth::image
