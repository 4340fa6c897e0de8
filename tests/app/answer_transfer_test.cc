#include "berth/app/answer_transfer.h"

#include <gtest/gtest.h>

#include "berth/net/address.h"
#include "tests/support/result_matchers.h"

namespace berth::app {
namespace {

// An answer of which no field has the value that it has by itself.
CallAnswer full_answer() {
  CallAnswer answer;
  answer.id = "01ARZ3";
  answer.item = "Harbour";
  answer.command = "harbour-list";
  answer.image = {"wanted:1", "used:1", "sha256:00", "the item names it"};
  answer.network.profile = "internet";
  answer.network.reason = "the operator says so";
  answer.network.end.way = "bridge";
  answer.network.end.refusals.push_back({net::parse_address("192.0.2.1").value(), "TCP", 443, 7});
  answer.network.end.names.push_back({net::NameEventKind{}, "a.example", net::parse_address("2001:db8::1").value(), 3});
  answer.network.end.names.push_back({net::NameEventKind{}, "b.example", std::nullopt, 1});
  answer.instance = "Harbour_1";
  answer.record.stop = engine::Stop::Timeout;
  answer.record.entries = {Json(), Json::object().set("a", Json::number("0.10")), Json("text with \0 in it\n")};
  answer.record.exception = {"Traceback\n", "", "ValueError: \xff\n"};
  answer.record.log = {{engine::LogSource::Server, "debug", "line"}, {engine::LogSource::Error, "", ""}};
  answer.record.dropped_log_bytes = 1;
  answer.record.late_messages = 2;
  answer.record.bad_messages = 3;
  answer.record.output_bytes = UINT64_MAX;
  answer.record.wall_time = std::chrono::nanoseconds(-4);
  answer.record.ready_at_ns = 5;
  answer.record.completed_at_ns = 6;
  answer.new_entries.push_back(
      {Json::object().set("Type", 3), server::NewFile{"name", std::string("\0\1bytes", 7), true}});
  answer.new_entries.push_back({Json::array(), std::nullopt});
  answer.fetched = {{store::FetchKind::LastRun, Json::object().set("time", 1)},
                    {store::FetchKind::AssetsLastRun, Json()}};
  answer.handed_over = {1, 2, 3, 4};
  answer.code_origin = "Harbour.py";
  answer.code_first_line = 12;
  answer.outcome.cause = engine::Cause::Memory;
  answer.outcome.explanation = "too much";
  answer.outcome.limit = "memory 1 GiB";
  answer.outcome.raised_by = "--memory";
  answer.outcome.signal = 9;
  answer.outcome.status = 0;
  answer.outcome.peak_memory_bytes = 1 << 30;
  answer.outcome.cpu_time = std::chrono::nanoseconds(8);
  answer.outcome.wall_time = std::chrono::nanoseconds(9);
  answer.outcome.oom_kills = 10;
  answer.outcome.refused_forks = 11;
  answer.moments = {{"begun", 1}, {"ended", INT64_MAX}};
  answer.notes = {"note"};
  answer.not_enforced = {"memory"};
  answer.warnings = {"warning", ""};
  answer.secrets = {"canary"};
  answer.kept = true;
  answer.not_warm = "why";
  return answer;
}

std::expected<CallAnswer, StartError> answered(CallAnswer answer) { return answer; }

TEST(AnswerTransfer, LosesNothing) {
  const std::string text = print_transfer(answered(full_answer()));
  const auto read = parse_transfer(text);
  ASSERT_TRUE(read.has_value()) << read.error().error.message();
  EXPECT_EQ(print_transfer(*read), text);

  // The same text could be of two answers that lack the same; so what matters is looked at.
  const CallAnswer wanted = full_answer();
  EXPECT_EQ(read->id, wanted.id);
  EXPECT_EQ(read->image.reason, wanted.image.reason);
  EXPECT_EQ(read->network.end.refusals.at(0).address, wanted.network.end.refusals.at(0).address);
  EXPECT_EQ(read->network.end.refusals.at(0).port, 443);
  EXPECT_EQ(read->network.end.names, wanted.network.end.names);
  EXPECT_EQ(read->instance, "Harbour_1");
  EXPECT_EQ(read->record.stop, engine::Stop::Timeout);
  EXPECT_EQ(read->record.entries, wanted.record.entries);
  EXPECT_EQ(read->record.exception, wanted.record.exception);
  EXPECT_EQ(read->record.log.at(0).level, "debug");
  EXPECT_EQ(read->record.output_bytes, UINT64_MAX);
  EXPECT_EQ(read->record.wall_time.count(), -4);
  ASSERT_EQ(read->new_entries.size(), 2u);
  ASSERT_TRUE(read->new_entries[0].file.has_value());
  EXPECT_EQ(read->new_entries[0].file->bytes, wanted.new_entries[0].file->bytes);
  EXPECT_TRUE(read->new_entries[0].file->info);
  EXPECT_FALSE(read->new_entries[1].file.has_value());
  EXPECT_EQ(read->fetched, wanted.fetched);
  EXPECT_EQ(read->handed_over.indicators_updated, 2);
  EXPECT_EQ(read->handed_over.assets, 4);
  EXPECT_EQ(read->code_first_line, wanted.code_first_line);
  EXPECT_EQ(read->outcome.cause, engine::Cause::Memory);
  EXPECT_EQ(read->outcome.signal, wanted.outcome.signal);
  EXPECT_EQ(read->outcome.status, wanted.outcome.status);
  EXPECT_EQ(read->outcome.peak_memory_bytes, wanted.outcome.peak_memory_bytes);
  EXPECT_EQ(read->outcome.refused_forks, 11u);
  EXPECT_EQ(read->moments.at(1).at_ns, INT64_MAX);
  EXPECT_EQ(read->warnings, wanted.warnings);
  EXPECT_EQ(read->secrets, wanted.secrets);
  EXPECT_TRUE(read->kept);
  EXPECT_EQ(read->not_warm, "why");
}

TEST(AnswerTransfer, CarriesAnEmptyAnswer) {
  const auto read = parse_transfer(print_transfer(answered({})));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(print_transfer(*read), print_transfer(answered({})));
}

struct ErrorRow {
  const char* name;
  Errc code;
  std::string message;
  bool is_start;
};

const ErrorRow kErrors[] = {
    {"Request", Errc::InvalidInput, "argument 'x' is missing", false},
    {"Start", Errc::Unavailable, "no cgroups", true},
    {"Empty", Errc::Internal, "", true},
};

class TransferredError : public ::testing::TestWithParam<ErrorRow> {};

TEST_P(TransferredError, StaysWhatItIs) {
  const StartError error{Error(GetParam().code, GetParam().message), GetParam().is_start};
  const std::string text = print_transfer(std::unexpected(error));
  const auto read = parse_transfer(text);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().error.code(), GetParam().code);
  EXPECT_EQ(read.error().error.message(), GetParam().message);
  EXPECT_EQ(read.error().is_start, GetParam().is_start);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto part = parse_transfer(std::string_view(text).substr(0, size));
    ASSERT_FALSE(part.has_value());
    EXPECT_EQ(part.error().error.code(), Errc::Internal) << size;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, TransferredError, ::testing::ValuesIn(kErrors),
                         [](const auto& row) { return row.param.name; });

// The process that wrote it may have died at any byte.
TEST(AnswerTransfer, RefusesWhatIsCutOffAnywhere) {
  const std::string text = print_transfer(answered(full_answer()));
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = parse_transfer(std::string_view(text).substr(0, size));
    ASSERT_FALSE(read.has_value()) << size;
    ASSERT_EQ(read.error().error.code(), Errc::Internal);
  }
  EXPECT_FALSE(parse_transfer(text + '\0').has_value());
}

// No byte of it, whatever it becomes, makes the reader crash or ask for more memory than the text is worth.
TEST(AnswerTransfer, BearsEveryWrongByte) {
  const std::string text = print_transfer(answered(full_answer()));
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char wrong : {'\xff', '\x02', '\x7f'}) {
      std::string other = text;
      other[at] = wrong;
      const auto read = parse_transfer(other);
      ASSERT_TRUE(read.has_value() || read.error().error.message().size() < 1000u + text.size()) << at;
    }
  }
}

}  // namespace
}  // namespace berth::app
