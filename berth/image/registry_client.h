// The conversation with one registry about one repository (OCI distribution specification).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "berth/base/result.h"
#include "berth/image/credentials.h"
#include "berth/image/http_client.h"
#include "berth/image/manifest.h"
#include "berth/image/registry_access.h"

namespace berth::image {

struct FetchedManifest {
  std::string body;
  std::string content_type;
  std::string digest;  // of `body`, as it was computed here
};

struct TagList {
  std::vector<std::string> tags;
  std::string validator;   // an ETag, for the next question; may be empty
  bool unchanged = false;  // the list is what it was when `validator` was given
};

struct RegistryOptions {
  std::vector<std::filesystem::path> credential_files;
  bool writes = false;  // tokens are asked for that may push
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + std::chrono::minutes(30);
  int tries = 5;                                                     // of one question
  std::chrono::milliseconds pause = std::chrono::milliseconds(500);  // before the second try; it doubles
  std::function<void(std::string_view)> on_wait;  // one line for a person before a wait of seconds; of the same thread
};

// Asks, logs in where it must, follows redirects to blobs, and tries again what may go better the next time. Nothing
// that a registry says is believed before it was computed here. For one thread.
//
// A redirect never goes from https to http, nor to a host with an address of this machine or of a site that the
// operator has not named, and takes no credentials to another host.
class RegistryClient {
 public:
  // `path` is that of the image in its registry; the place's prefix goes before it.
  // Errors: those of find_credentials and HttpClient::open; for a place that is insecure, those of a first question.
  static Result<RegistryClient> open(RegistryPlace place, std::string path, RegistryOptions options);

  // The manifest under a tag or digest. Errors: NotFound; Denied where the registry does not let us; Corrupt when its
  // digest is another than was asked for, or than the registry says; Exhausted over 4 MiB; Unavailable; TimedOut.
  Result<FetchedManifest> fetch_manifest(const std::string& tag_or_digest);

  // The digest that the registry says a tag has, without fetching it; nothing when there is no such tag.
  Result<std::optional<std::string>> find_digest(const std::string& tag);

  // All tags of images, at most 20,000. `validator` is that of an earlier answer; lists of several pages have none.
  // Errors: as fetch_manifest; Exhausted for more than 100 pages; Denied for a next page at another host.
  Result<TagList> fetch_tags(const std::string& validator = {});

  // A blob of at most `limit_bytes`, whole and of its digest. Errors: as fetch_manifest.
  Result<std::string> fetch_blob(const Descriptor& blob, std::size_t limit_bytes);

  // Fetches a blob into `file`, going on where an earlier try ended; what is there in the end has the digest. A file
  // that cannot become that is emptied, and begun once more. Errors: as fetch_manifest; those of writing.
  Result<void> fetch_blob_into(const Descriptor& blob, const std::filesystem::path& file,
                               const std::function<void(std::uint64_t)>& on_bytes);

  Result<bool> has_blob(const std::string& digest);
  // Errors: as fetch_manifest; Unavailable when the registry does not take it, with what it said.
  Result<void> upload_blob(const Descriptor& blob, const std::filesystem::path& file);
  // Puts a manifest under a tag, which is new unless it is that of signatures, which come to be more. Errors:
  // AlreadyExists when the registry itself refuses to change the tag.
  enum class TagIs { New, Changed };
  Result<void> put_manifest(const std::string& tag, const std::string& body, const std::string& media_type,
                            TagIs tag_is = TagIs::New);

  const RegistryPlace& place() const { return place_; }
  // What a person should hear, whatever came of it: FoundCredentials::warnings.
  const std::vector<std::string>& warnings() const { return found_.warnings; }

 private:
  RegistryClient(RegistryPlace place, std::string path, RegistryOptions options, FoundCredentials found,
                 HttpClient http)
      : place_(std::move(place)),
        path_(std::move(path)),
        options_(std::move(options)),
        found_(std::move(found)),
        http_(std::move(http)) {}

  struct Part;  // of a blob on its way into a file

  std::string url(std::string_view rest) const;
  Result<std::chrono::milliseconds> time_left() const;
  Result<HttpAnswer> ask(HttpRequest request);              // with tries
  Result<HttpAnswer> ask_once(const HttpRequest& request);  // with login and redirects
  struct Followed;
  Result<Followed> follow(HttpRequest request);
  Result<void> log_in(const HttpAnswer& refusal);
  Result<HttpAnswer> ask_for_token(const std::string& realm, const std::string& service);
  Error refusal(const HttpAnswer& answer, std::string_view what) const;
  std::string login_advice() const;
  Result<void> find_scheme();
  Result<std::optional<std::string>> next_page(const HttpAnswer& answer) const;  // its URL; nothing: that was the last
  Result<void> fetch_rest(const Descriptor& blob, Part& part, const std::function<void(std::uint64_t)>& on_bytes);
  Result<void> upload_once(const Descriptor& blob, const std::filesystem::path& file);

  RegistryPlace place_;
  std::string path_;
  RegistryOptions options_;
  FoundCredentials found_;
  HttpClient http_;
  std::string authorization_;  // value of the header; empty: none yet
};

}  // namespace berth::image
