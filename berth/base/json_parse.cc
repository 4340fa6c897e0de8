// The reading side of json.h, on RapidJSON's SAX reader (the iterative one, so that depth costs no stack).

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "berth/base/json.h"
#include "berth/base/utf8.h"

namespace berth {
namespace {

// Builds the value bottom up: finished values wait on one stack, keys on another.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  explicit Builder(JsonLimits limits) : limits_(limits) {}

  bool Null() { return add(Json()); }
  bool Bool(bool value) { return add(Json(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) { return add(Json::number({text, size})); }
  bool Double(double value) { return add(Json(value)); }  // only NaN and the infinities come this way
  bool String(const char* text, rapidjson::SizeType size, bool) { return add(Json(std::string(text, size))); }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    keys_.emplace_back(text, size);
    return true;
  }
  bool StartObject() { return enter(); }
  bool StartArray() { return enter(); }
  bool EndObject(rapidjson::SizeType count) {
    --depth_;
    Json::Object members;
    members.reserve(count);
    auto key = keys_.end() - count;
    for (auto value = values_.end() - count; value != values_.end(); ++value, ++key) {
      members.emplace_back(std::move(*key), std::move(*value));
    }
    keys_.resize(keys_.size() - count);
    values_.resize(values_.size() - count);
    values_.emplace_back(std::move(members));
    return true;
  }
  bool EndArray(rapidjson::SizeType count) {
    --depth_;
    const auto first = values_.end() - count;
    Json::Array items(std::make_move_iterator(first), std::make_move_iterator(values_.end()));
    values_.resize(values_.size() - count);
    values_.emplace_back(std::move(items));
    return true;
  }

  Json take() { return std::move(values_.back()); }
  const char* limit() const { return limit_; }  // which limit ended the parse, or null

 private:
  bool enter() {
    if (++depth_ > limits_.depth) return stop("nesting");
    return count();
  }
  bool add(Json value) {
    if (!count()) return false;
    values_.push_back(std::move(value));
    return true;
  }
  bool count() { return ++seen_ <= limits_.values || stop("number of values"); }
  bool stop(const char* limit) {
    limit_ = limit;
    return false;
  }

  JsonLimits limits_;
  std::size_t depth_ = 0;
  std::size_t seen_ = 0;
  const char* limit_ = nullptr;
  std::vector<Json> values_;
  std::vector<std::string> keys_;
};

constexpr unsigned kFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseNanAndInfFlag;

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
  const std::string repaired = repair_surrogate_escapes(text);
  if (!repaired.empty()) text = repaired;
  Builder builder(limits);
  rapidjson::Reader reader;
  rapidjson::MemoryStream bytes(text.data(), text.size());
  const rapidjson::ParseResult outcome = reader.Parse<kFlags>(bytes, builder);
  if (builder.limit() != nullptr) {
    return fail(Errc::Exhausted, fmt::format("parse JSON: its {} is over the limit ({} levels, {} values)",
                                             builder.limit(), limits.depth, limits.values));
  }
  if (!outcome) {
    return fail(Errc::InvalidInput, fmt::format("parse JSON: at byte {}: {}", outcome.Offset(),
                                                rapidjson::GetParseError_En(outcome.Code())));
  }
  return builder.take();
}

}  // namespace berth
