#include "berth/image/newer_tags.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "berth/base/json.h"
#include "berth/image/at_once.h"
#include "berth/image/pull.h"
#include "berth/image/tag_order.h"
#include "berth/sys/file.h"

namespace berth::image {
namespace {

using Clock = std::chrono::steady_clock;
using Known = std::map<std::string, KnownTags>;

constexpr std::size_t kAtOnce = 16;
constexpr auto kQuestionTime = std::chrono::seconds(20);
constexpr std::int64_t kFreshSeconds = 60;
constexpr std::size_t kMaxBytes = 16 << 20;

std::int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

struct Question {
  Reference name;  // without tag
  KnownTags answer;
  bool asks = false;
  std::string error;
};

void ask(Question& question, const MoveSettings& settings) {
  const RegistryOptions options = {
      .credential_files = settings.registries.credential_files, .deadline = Clock::now() + kQuestionTime, .tries = 1};
  const auto list = at_places(question.name, settings, options,
                              [&](RegistryClient& registry) { return registry.fetch_tags(question.answer.validator); });
  if (!list) {
    question.error = list.error().message();
    return;
  }
  question.answer.asked_at_s = now_s();
  if (list->unchanged) return;
  question.answer.newest = newest_tag(list->tags).value_or("");
  question.answer.validator = list->validator;
}

// A list that cannot be read is no reason to stop: it is asked for anew.
Known read_known(const std::filesystem::path& file) {
  const auto text = sys::read_file(file, kMaxBytes);
  const auto parsed = text ? parse_known_tags(*text) : std::unexpected(text.error());
  return parsed ? Known(parsed->begin(), parsed->end()) : Known();
}

// Why a name is not asked about; empty when it is.
std::string reason_not_to_ask(const Reference& name, const MoveSettings& settings) {
  if (is_created_here(name)) return "it was created on this machine";
  if (name.tag.empty()) return "it has no tag";
  const auto trusted = check_name(settings.trust, name);
  return trusted ? "" : trusted.error().message();
}

bool is_asked(const KnownTags& known, TagQuestions which) {
  if (which != TagQuestions::Stale) return which == TagQuestions::All;
  return now_s() - known.asked_at_s >= kFreshSeconds || known.asked_at_s > now_s();
}

}  // namespace

Result<std::vector<std::pair<std::string, KnownTags>>> parse_known_tags(std::string_view text) {
  BERTH_TRY(const Json json, parse_json(text));
  if (!json.is_object()) return fail(Errc::Corrupt, "read the known tags: it is no object");
  std::vector<std::pair<std::string, KnownTags>> known;
  for (const auto& [name, entry] : *json.as_object()) {
    KnownTags tags = {.newest = entry.text_or("newest", ""), .validator = entry.text_or("validator", "")};
    const Json* at = entry.find("asked_at");
    if (at != nullptr && at->is_int()) tags.asked_at_s = *at->as_int();
    known.emplace_back(name, std::move(tags));
  }
  return known;
}

std::string print_known_tags(const std::vector<std::pair<std::string, KnownTags>>& known) {
  Json json = Json::object();
  for (const auto& [name, tags] : known) {
    Json entry = Json::object();
    entry.set("newest", tags.newest).set("validator", tags.validator).set("asked_at", tags.asked_at_s);
    json.set(name, std::move(entry));
  }
  return print_json_pretty(json) + "\n";
}

std::vector<NewestTag> find_newer_tags(const std::vector<Reference>& names, const MoveSettings& settings,
                                       TagQuestions which) {
  const std::filesystem::path file = settings.cache_folder / "images/tags.json";
  Known known = read_known(file);
  std::map<std::string, Question> questions;
  std::vector<NewestTag> answers(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Reference name = normalized(names[i]);
    answers[i].not_looked_up = reason_not_to_ask(name, settings);
    if (!answers[i].not_looked_up.empty()) continue;
    const std::string repository = name_of(name);
    Question& question = questions[repository];
    question.name = {.registry = name.registry, .path = name.path};
    question.answer = known[repository];
    question.asks = is_asked(question.answer, which);
    if (!question.asks && question.answer.asked_at_s == 0) answers[i].not_looked_up = "no registry was asked";
  }
  std::vector<Question*> asked;
  for (auto& [repository, question] : questions) {
    if (question.asks) asked.push_back(&question);
  }
  at_once(asked.size(), kAtOnce, [&](std::size_t i) { ask(*asked[i], settings); });
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Reference name = normalized(names[i]);
    const auto question = questions.find(name_of(name));
    if (!answers[i].not_looked_up.empty() || question == questions.end()) continue;
    const std::string& newest = question->second.answer.newest;
    answers[i].not_looked_up = question->second.error;
    answers[i].is_failure = !question->second.error.empty();
    if (answers[i].not_looked_up.empty() && !newest.empty() && is_newer_tag(newest, name.tag)) answers[i].tag = newest;
  }
  if (!asked.empty()) {
    for (const Question* question : asked) {
      if (question->error.empty()) known[name_of(question->name)] = question->answer;
    }
    // What cannot be kept is asked for again the next time.
    static_cast<void>(sys::make_folders(file.parent_path(), 0700));
    static_cast<void>(sys::write_file_atomically(file, print_known_tags({known.begin(), known.end()}), 0600));
  }
  return answers;
}

}  // namespace berth::image
