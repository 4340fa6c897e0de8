#include "berth/wire/message.h"

#include <gtest/gtest.h>

#include "tests/support/result_matchers.h"

namespace berth::wire {
namespace {

struct MessageRow {
  const char* name;
  const char* line;
  MessageType type;
  const char* word;
  std::optional<std::int64_t> seq = {};
};

const MessageRow kMessages[] = {
    {"Ready", R"({"type":"ready"})", MessageType::Ready, "ready"},
    {"Completed", R"({"type": "completed"})", MessageType::Completed, "completed"},
    {"Exception", R"({"type":"exception","args":{"exception":["a\n"]}})", MessageType::Exception, "exception"},
    {"OwnException", R"({"type":"exception","command":"","args":{},"seq":3})", MessageType::Request, "exception", 3},
    {"Results", R"({"type":"result","results":[1]})", MessageType::Results, "result"},
    {"EntryLog", R"({"type":"entryLog","args":{"message":"m"}})", MessageType::EntryLog, "entryLog"},
    {"Heartbeat", R"({"type":"executeCommand","command":"heartbeat"})", MessageType::Notice, "executeCommand"},
    {"HeartbeatWithSeq", R"({"type":"executeCommand","command":"heartbeat","seq":1})", MessageType::Notice,
     "executeCommand", 1},
    {"Log", R"({"type":"log","command":"info","seq":1})", MessageType::Request, "log", 1},
    {"File", R"({"type":"getFileByEntryID","seq":1})", MessageType::Request, "getFileByEntryID", 1},
    {"Urls", R"({"type":"demistoUrls","seq":1})", MessageType::Request, "demistoUrls", 1},
    {"Version", R"({"type":"demistoVersion","seq":1})", MessageType::Request, "demistoVersion", 1},
    {"Dt", R"({"type":"dt","seq":1})", MessageType::Request, "dt", 1},
    {"SetContext", R"({"type":"setContext","seq":1})", MessageType::Request, "setContext", 1},
    {"ModuleCommands", R"({"type":"getAllModulesSupportedCmds","seq":1})", MessageType::Request,
     "getAllModulesSupportedCmds", 1},
    {"Modules", R"({"type":"getAllModules","seq":1})", MessageType::Request, "getAllModules", 1},
    {"Execute", R"({"type":"execute","seq":1})", MessageType::Request, "execute", 1},
    {"ExecuteCommand", R"({"type":"executeCommand","command":"Print","seq":0})", MessageType::Request, "executeCommand",
     0},
    {"UnknownType", R"({"type":"pong","seq":9})", MessageType::Unknown, "pong", 9},
    {"EmptyType", R"({"type":""})", MessageType::Unknown, ""},
    {"TypeOfOtherCase", R"({"type":"Completed"})", MessageType::Unknown, "Completed"},
    {"LastTypeCounts", R"({"type":"completed","type":"ready"})", MessageType::Ready, "ready"},
    {"SmallestSeq", R"({"type":"dt","seq":-9223372036854775808})", MessageType::Request, "dt", INT64_MIN},
    {"LargestSeq", R"({"type":"dt","seq":9223372036854775807})", MessageType::Request, "dt", INT64_MAX},
    {"SeqTooLarge", R"({"type":"dt","seq":9223372036854775808})", MessageType::Request, "dt"},
    {"SeqOfText", R"({"type":"dt","seq":"1"})", MessageType::Request, "dt"},
    {"SeqOfFraction", R"({"type":"dt","seq":1.0})", MessageType::Request, "dt"},
    {"ResyncAfterText", R"(half a line{"type":"completed"})", MessageType::Completed, "completed"},
    {"ResyncAtTheLast", R"({"type":"result","results":["abc{"type":"dt","seq":2})", MessageType::Request, "dt", 2},
    {"NoResyncInWholeMessages", R"({"type":"entryLog","args":{"message":{"type":"completed"}}})", MessageType::EntryLog,
     "entryLog"},
    {"BadUtf8InText", "{\"type\":\"entryLog\",\"args\":{\"message\":\"a\xff\xc0\xaf\"}}", MessageType::EntryLog,
     "entryLog"},
    {"BadUtf8Before", "\xf0\x9f{\"type\":\"completed\"}", MessageType::Completed, "completed"},
    {"Blanks", " \t{ \"type\" : \"completed\" }\r", MessageType::Completed, "completed"},
};

class ReadMessage : public ::testing::TestWithParam<MessageRow> {};

TEST_P(ReadMessage, HasATypeAndASeq) {
  const auto message = parse_message(GetParam().line);
  ASSERT_TRUE(testing::ok(message));
  EXPECT_EQ(message->type, GetParam().type);
  EXPECT_EQ(message->name, GetParam().word);
  EXPECT_EQ(message->seq, GetParam().seq);
}

INSTANTIATE_TEST_SUITE_P(Table, ReadMessage, ::testing::ValuesIn(kMessages),
                         [](const auto& row) { return row.param.name; });

TEST(ReadMessage, ReplacesBytesThatAreNotUtf8) {
  const auto message = parse_message(
      "{\"type\":\"entryLog\",\"args\":{\"message\":\"a\xff"
      "b\"}}");
  ASSERT_TRUE(testing::ok(message));
  EXPECT_EQ(message->body.find("args")->text_or("message", ""), "a\ufffdb");
}

struct RefusedRow {
  const char* name;
  std::string line;
  Errc code;
  const char* why;
};

const RefusedRow kRefused[] = {
    {"Empty", "", Errc::InvalidInput, "read a message of the script"},
    {"Text", "hello", Errc::InvalidInput, "read a message of the script"},
    {"Cut", R"({"type":"result","results":[)", Errc::InvalidInput, "read a message of the script"},
    {"TwoMessages", R"({"type":"dt"}{"type":"dt"} x)", Errc::InvalidInput, "read a message of the script"},
    {"Utf16", std::string("{\0\"\0t\0", 6), Errc::InvalidInput, "read a message of the script"},
    {"Array", R"([{"type":"completed"}])", Errc::InvalidInput, "no object with a 'type'"},
    {"Number", "7", Errc::InvalidInput, "no object with a 'type'"},
    {"NoType", R"({"results":[]})", Errc::InvalidInput, "no object with a 'type'"},
    {"TypeOfNumber", R"({"type":1})", Errc::InvalidInput, "no object with a 'type'"},
    {"TypeOfNull", R"({"type":null})", Errc::InvalidInput, "no object with a 'type'"},
    {"TooDeep", R"({"type":"result","results":)" + std::string(1'000'000, '['), Errc::Exhausted,
     "read a message of the script"},
};

class RefusedMessage : public ::testing::TestWithParam<RefusedRow> {};

TEST_P(RefusedMessage, SaysWhy) {
  EXPECT_TRUE(testing::fails_with(parse_message(GetParam().line), GetParam().code, GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(Table, RefusedMessage, ::testing::ValuesIn(kRefused),
                         [](const auto& row) { return row.param.name; });

TEST(Answer, IsOneLine) {
  EXPECT_EQ(answer_line(7, Json::object().set("a", "ä\n")), "{\"seq\": 7, \"result\": {\"a\": \"\\u00e4\\n\"}}\n");
  EXPECT_EQ(answer_line(-1, Json()), "{\"seq\": -1, \"result\": null}\n");
  EXPECT_EQ(error_line(8, "no\nsuch 'x'"), "{\"seq\": 8, \"error\": \"no\\nsuch 'x'\"}\n");
}

}  // namespace
}  // namespace berth::wire
