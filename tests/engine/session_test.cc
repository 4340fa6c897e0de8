#include "berth/engine/session.h"

#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

#include "tests/engine/scripted_peer.h"
#include "tests/support/result_matchers.h"

namespace berth::engine {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::Line;
using testing::Peer;

constexpr std::string_view kJob = "{\"script\": \"pass\"}\n";
constexpr std::string_view kCompleted = R"({"type":"completed"})";

// Answers `demistoUrls` with `answer`, and everything else with an error.
class ScriptedHost : public Host {
 public:
  Result<Json> answer(const wire::Message& request, std::chrono::steady_clock::time_point) override {
    asked.push_back(request.name);
    if (request.name == "demistoUrls") return reply;
    return fail(Errc::NotFound, "there is no '" + request.name + "'");
  }

  std::vector<std::string> asked;
  Json reply = Json::object().set("server", "s");
};

class Session : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ::signal(SIGPIPE, SIG_IGN); }  // as the program does

  Session() { options_.deadline = std::chrono::steady_clock::now() + 20s; }

  void time_out_after(std::chrono::milliseconds time) { options_.deadline = std::chrono::steady_clock::now() + time; }

  CallRecord converse_with(std::function<void(Peer&)> script, std::string_view job = kJob) {
    Line line(std::move(script));
    auto record = converse(line.streams(), job, host_, options_);
    EXPECT_TRUE(berth::testing::ok(record));
    return record ? *std::move(record) : CallRecord();
  }

  std::vector<std::string> texts_of(const CallRecord& record, LogSource source) {
    std::vector<std::string> texts;
    for (const LogLine& line : record.log) {
      if (line.source == source) texts.push_back(line.text);
    }
    return texts;
  }

  ScriptedHost host_;
  SessionOptions options_;
};

TEST_F(Session, SendsTheJobAndTakesResults) {
  std::string job;
  const CallRecord record = converse_with([&](Peer& peer) {
    peer.say(R"({"type":"ready"})");
    job = peer.hear();
    peer.say(R"({"type":"result","results":[{"Type":1},"two"]})");
    peer.say(R"({"type":"result","results":3})");
    peer.say(R"({"type":"result"})");
    peer.say(R"({"type":"result","results":[]})");
    peer.say(R"({"type":"executeCommand","command":"heartbeat"})");
    peer.say(kCompleted);
  });
  EXPECT_EQ(job + "\n", kJob);
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(Json(record.entries), *parse_json(R"([{"Type":1},"two",3])"));
  EXPECT_TRUE(record.exception.empty());
  EXPECT_TRUE(record.log.empty());
  EXPECT_EQ(record.bad_messages, 0u);
  EXPECT_EQ(record.late_messages, 0u);
  EXPECT_NE(record.ready_at_ns, 0);
  EXPECT_GE(record.completed_at_ns, record.ready_at_ns);
  EXPECT_GT(record.wall_time, 0s);
  EXPECT_TRUE(host_.asked.empty());
}

TEST_F(Session, TakesTheNamesOfModules) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say(R"({"type":"ready"})");
    peer.say(R"({"type":"completed","modules":["json","../x",1,"a.b"]})");
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_THAT(record.loaded, ElementsAre("json", "a.b"));
}

TEST_F(Session, TakesAnException) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say(R"({"type":"exception","args":{"exception":["Traceback\n","ValueError: x\n",7]}})");
    peer.say(kCompleted);
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_THAT(record.exception, ElementsAre("Traceback\n", "ValueError: x\n", "7"));
}

TEST_F(Session, TakesAnExceptionOfTheWrongShape) {
  for (const char* line : {R"({"type":"exception"})", R"({"type":"exception","args":[]})",
                           R"({"type":"exception","args":{"exception":"text"}})"}) {
    const CallRecord record = converse_with([&](Peer& peer) {
      peer.say(line);
      peer.say(kCompleted);
    });
    EXPECT_THAT(record.exception, ElementsAre(HasSubstr("said nothing of it"))) << line;
  }
}

TEST_F(Session, AnswersInTheOrderOfTheRequests) {
  std::vector<std::string> answers;
  converse_with([&](Peer& peer) {
    peer.hear();
    peer.say(R"({"type":"demistoUrls","seq":5})");
    answers.push_back(peer.hear());
    peer.say(R"({"type":"getFileByEntryID","seq":6})");
    peer.say(R"({"type":"pong","seq":-7})");
    for (int i = 0; i < 2; ++i) answers.push_back(peer.hear());
    peer.say(kCompleted);
  });
  EXPECT_THAT(answers, ElementsAre(R"({"seq": 5, "result": {"server": "s"}})",
                                   R"({"seq": 6, "error": "there is no 'getFileByEntryID'"})",
                                   R"({"seq": -7, "error": "messages of type 'pong' are not known"})"));
  EXPECT_THAT(host_.asked, ElementsAre("demistoUrls", "getFileByEntryID"));
}

TEST_F(Session, NeverAnswersWhatNobodyWaitsFor) {
  std::string next;
  const CallRecord record = converse_with([&](Peer& peer) {
    peer.hear();
    peer.say(R"({"type":"pong"})");
    peer.say(R"({"type":"demistoUrls","seq":"1"})");
    peer.say(R"({"type":"demistoUrls","seq":2})");
    next = peer.hear();
    peer.say(kCompleted);
  });
  EXPECT_THAT(next, HasSubstr("\"seq\": 2"));
  EXPECT_EQ(record.bad_messages, 2u);
  EXPECT_THAT(texts_of(record, LogSource::Server),
              ElementsAre("a message of type 'pong' without 'seq' was ignored",
                          "a message of type 'demistoUrls' without 'seq' was ignored"));
}

TEST_F(Session, KeepsTheLog) {
  std::vector<std::string> answers;
  const CallRecord record = converse_with([&](Peer& peer) {
    peer.hear();
    peer.say(R"({"type":"entryLog","args":{"message":"to the war room"}})");
    peer.say(R"({"type":"entryLog","args":{"message":{"a":1}}})");
    peer.say(R"({"type":"entryLog"})");
    peer.say(R"({"type":"log","command":"debug","args":{"args":["one",2,null]},"seq":1})");
    peer.say(R"({"type":"log","args":{"args":"no list"},"seq":2})");
    peer.say(R"({"type":"exception","command":"","args":{"ex":"e"},"seq":3})");
    for (int i = 0; i < 3; ++i) answers.push_back(peer.hear());
    peer.say(kCompleted);
  });
  EXPECT_THAT(texts_of(record, LogSource::Script), ElementsAre("to the war room", R"({"a": 1})"));
  EXPECT_THAT(texts_of(record, LogSource::Server), ElementsAre("one 2 null", "", R"({"ex": "e"})"));
  EXPECT_EQ(record.log[2].level, "debug");
  EXPECT_EQ(record.log[3].level, "info");
  EXPECT_EQ(record.log[4].level, "error");
  EXPECT_THAT(answers, ElementsAre(R"({"seq": 1, "result": null})", R"({"seq": 2, "result": null})",
                                   R"({"seq": 3, "result": null})"));
  EXPECT_TRUE(record.exception.empty());
  EXPECT_TRUE(host_.asked.empty());
}

TEST_F(Session, TakesWhatIsPrintedAsTextAndNeverAsMessages) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.print("{\"type\":\"completed\"}\n\nbytes \xff\nno line feed");
    peer.complain("warning\n");
    peer.say(R"({"type":"result","results":["still here"]})");
    peer.say(kCompleted);
  });
  EXPECT_EQ(record.entries.size(), 1u);
  EXPECT_THAT(texts_of(record, LogSource::Output),
              ElementsAre("{\"type\":\"completed\"}", "", "bytes \ufffd", "no line feed"));
  EXPECT_THAT(texts_of(record, LogSource::Error), ElementsAre("warning"));
}

TEST_F(Session, CutsLongLinesAndBoundsTheLog) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.print(std::string(150 << 10, 'a') + "\n");
    peer.print(std::string(5 << 20, 'b'));
    peer.say(kCompleted);
  });
  std::uint64_t kept = 0;
  for (const LogLine& line : record.log) {
    EXPECT_LE(line.text.size(), 64u << 10);
    kept += line.text.size();
  }
  EXPECT_LE(kept, 4u << 20);
  EXPECT_GT(kept, 3u << 20);
  EXPECT_EQ(kept + record.dropped_log_bytes, (150u << 10) + (5u << 20));
  EXPECT_EQ(record.log[2].text, std::string(22 << 10, 'a'));
}

TEST_F(Session, GoesOnAfterLinesThatAreNoMessages) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say("not a message \xff");
    peer.say("");
    peer.say(R"({"results":[]})");
    peer.say(R"({"type":"result","results":["half {"type":"result","results":["whole"]})");
    peer.say(kCompleted);
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(record.bad_messages, 3u);
  EXPECT_THAT(texts_of(record, LogSource::Server),
              ElementsAre(HasSubstr("the line begins: not a message \ufffd"), HasSubstr("the line begins: "),
                          HasSubstr("no object with a 'type'")));
  EXPECT_EQ(Json(record.entries), Json(Json::Array{"whole"}));
}

TEST_F(Session, EndsAtAMessageThatIsTooLong) {
  options_.limits.frame_bytes = 1000;
  const std::string just_right = R"({"type":"entryLog","args":{"message":")" + std::string(959, 'x') + "\"}}";
  ASSERT_EQ(just_right.size(), 1000u);
  const CallRecord fits = converse_with([&](Peer& peer) {
    peer.say(just_right);
    peer.say(kCompleted);
  });
  EXPECT_EQ(fits.stop, Stop::Completed);
  EXPECT_EQ(fits.log.size(), 1u);
  const CallRecord whole = converse_with([&](Peer& peer) {
    peer.say(just_right + " ");
    peer.say(kCompleted);
  });
  EXPECT_EQ(whole.stop, Stop::FrameLimit);
  EXPECT_EQ(whole.log.size(), 0u);
  const CallRecord unfinished = converse_with([&](Peer& peer) {
    peer.say_bytes(std::string(100'000, 'x'));
    peer.wait_for_the_end();
  });
  EXPECT_EQ(unfinished.stop, Stop::FrameLimit);
}

TEST_F(Session, EndsWhenAllTogetherIsTooMuch) {
  options_.limits.output_bytes = 200'000;
  const auto flood = [](void (Peer::*speak)(std::string_view) const) {
    return [speak](Peer& peer) {
      for (int i = 0; i < 300; ++i)
        (peer.*speak)(R"({"type":"entryLog","args":{"message":")" + std::string(1000, 'x') + "\"}}\n");
      peer.wait_for_the_end();
    };
  };
  for (const auto speak : {&Peer::say_bytes, &Peer::print, &Peer::complain}) {
    const CallRecord record = converse_with(flood(speak));
    EXPECT_EQ(record.stop, Stop::OutputLimit);
    EXPECT_GT(record.output_bytes, 200'000u);
    EXPECT_LT(record.output_bytes, 400'000u);
  }
}

TEST_F(Session, TimesOutInSilence) {
  time_out_after(60ms);
  const CallRecord record = converse_with([](Peer& peer) { peer.wait_for_the_end(); });
  EXPECT_EQ(record.stop, Stop::Timeout);
  EXPECT_GE(std::chrono::steady_clock::now(), options_.deadline);
  EXPECT_LT(record.wall_time, 5s);
}

TEST_F(Session, TimesOutWhileTheScriptTalks) {
  time_out_after(60ms);
  options_.limits.output_bytes = UINT64_MAX;
  const CallRecord record = converse_with([](Peer& peer) {
    while (sys::write_all(peer.out.get(), "{\"type\":\"ready\"}\n", "messages").has_value()) {
    }
  });
  EXPECT_EQ(record.stop, Stop::Timeout);
  EXPECT_LT(record.wall_time, 5s);
}

TEST_F(Session, DropsAndCountsWhatComesLate) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say_bytes(std::string(kCompleted) + "\n{\"type\":\"result\",\"results\":[1]}\n{\"type\":\"result\"}\n");
    peer.wait_for_the_end();
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(record.late_messages, 2u);
  EXPECT_TRUE(record.entries.empty());
}

TEST_F(Session, TakesTextThatWasPrintedBeforeTheEnd) {
  // Both arrive before the host looks: the job is not read until then.
  const CallRecord record = converse_with([](Peer& peer) {
    peer.print("last words\n");
    peer.say(kCompleted);
  });
  EXPECT_THAT(texts_of(record, LogSource::Output), ElementsAre("last words"));
}

TEST_F(Session, IsNotHeldUpByWhoKeepsTheStreamsOpen) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say(kCompleted);
    peer.wait_for_the_end();
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_LT(record.wall_time, 5s);
}

TEST_F(Session, EndsWithTheProcessThoughAChildKeepsItsChannel) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say(R"({"type":"result","results":["before the end"]})");
    peer.print("printed before");
    peer.ended.reset();
    peer.wait_for_the_end();
  });
  EXPECT_EQ(record.stop, Stop::Ended);
  EXPECT_EQ(record.entries.size(), 1u);
  EXPECT_THAT(texts_of(record, LogSource::Output), ElementsAre("printed before"));
}

// A container whose streams pass through a process of others: what was written comes when it is let go.
struct LateStreams {
  std::atomic<int> let_go = 0;

  Result<CallRecord> converse_over(Line& line, Host& host, const SessionOptions& options) {
    Streams streams = line.streams();
    streams.let_go = [this] { ++let_go; };
    return converse(streams, kJob, host, options);
  }
  void wait() const {
    while (let_go == 0) std::this_thread::sleep_for(1ms);
  }
};

TEST_F(Session, WaitsForTextThatIsStillOnItsWay) {
  LateStreams late;
  Line line([&](Peer& peer) {
    peer.say(kCompleted);
    late.wait();
    peer.complain("printed before the end\n");
  });
  const auto record = late.converse_over(line, host_, options_);
  ASSERT_TRUE(berth::testing::ok(record));
  EXPECT_EQ(record->stop, Stop::Completed);
  EXPECT_THAT(texts_of(*record, LogSource::Error), ElementsAre("printed before the end"));
}

TEST_F(Session, TakesMessagesOfAProcessThatHasEndedAlready) {
  LateStreams late;
  Line line([&](Peer& peer) {
    peer.ended.reset();
    late.wait();
    peer.say(R"({"type":"result","results":[{"Type":1,"Contents":"last words"}]})");
  });
  const auto record = late.converse_over(line, host_, options_);
  ASSERT_TRUE(berth::testing::ok(record));
  EXPECT_EQ(record->stop, Stop::Ended);
  ASSERT_EQ(record->entries.size(), 1u);
  EXPECT_EQ(record->entries.front().text_or("Contents", ""), "last words");
}

TEST_F(Session, IsNotHeldUpWhereStreamsNeverEnd) {
  time_out_after(200ms);
  LateStreams late;
  Line line([&](Peer& peer) {
    peer.ended.reset();
    peer.wait_for_the_end();
  });
  const auto record = late.converse_over(line, host_, options_);
  ASSERT_TRUE(berth::testing::ok(record));
  EXPECT_EQ(record->stop, Stop::Timeout);
}

TEST_F(Session, EndsWhenTheChannelIsClosed) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.say_bytes(R"({"type":"completed")");
    peer.out.reset();
    peer.wait_for_the_end();
  });
  EXPECT_EQ(record.stop, Stop::Ended);
  EXPECT_EQ(record.completed_at_ns, 0);
}

TEST_F(Session, TellsAnInterpreterThatTookItsJobFromOneThatDidNot) {
  const auto took_job = [&](bool hears, std::string_view job) {
    const CallRecord record = converse_with(
        [&](Peer& peer) {
          peer.say(R"({"type":"ready"})");
          if (hears) peer.hear();
          peer.in.reset();
          peer.out.reset();
        },
        job);
    EXPECT_EQ(record.stop, Stop::Ended);
    return record.took_job;
  };
  const std::string longer_than_a_pipe = std::string(1 << 20, 'x') + "\n";
  for (const std::string_view job : {kJob, std::string_view(longer_than_a_pipe)}) {
    EXPECT_FALSE(took_job(false, job));
    EXPECT_TRUE(took_job(true, job));
  }
}

TEST_F(Session, GoesOnWithAScriptThatClosedItsStandardStreams) {
  const CallRecord record = converse_with([](Peer& peer) {
    peer.printed.reset();
    peer.complaints.reset();
    peer.hear();
    peer.say(R"({"type":"result","results":[1]})");
    peer.say(kCompleted);
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(record.entries.size(), 1u);
}

TEST_F(Session, IsInterrupted) {
  auto pipe = sys::make_pipe();
  ASSERT_TRUE(berth::testing::ok(pipe));
  options_.interrupt = pipe->read.get();
  const CallRecord record = converse_with([&](Peer& peer) {
    peer.hear();
    pipe->write.reset();
    peer.wait_for_the_end();
  });
  EXPECT_EQ(record.stop, Stop::Interrupted);
}

TEST_F(Session, StopsReadingAScriptThatDoesNotReadItsAnswers) {
  time_out_after(8s);  // answers of 4 MiB take their time under sanitizers
  options_.limits.output_bytes = UINT64_MAX;
  host_.reply = Json(std::string(4 << 20, 'a'));
  const CallRecord record = converse_with([](Peer& peer) {
    while (sys::write_all(peer.out.get(), "{\"type\":\"demistoUrls\",\"seq\":1}\n", "messages").has_value()) {
    }
  });
  EXPECT_EQ(record.stop, Stop::Timeout);
  // 16 MiB may wait, although one chunk of bytes asks for gigabytes. A slow machine has not made so many by then.
  EXPECT_GE(host_.asked.size(), 1u);
  EXPECT_LE(host_.asked.size(), 6u);
}

TEST_F(Session, AnswersManyRequestsAtOnceWithoutLoss) {
  constexpr int kRequests = 900;
  host_.reply = Json(std::string(20 << 10, 'a'));
  int heard = 0;
  const CallRecord record = converse_with([&](Peer& peer) {
    peer.hear();
    std::string requests;
    for (int i = 0; i < kRequests; ++i) requests += "{\"type\":\"demistoUrls\",\"seq\":" + std::to_string(i) + "}\n";
    peer.say_bytes(requests + std::string(kCompleted) + "\n");
    const UniqueFd answers = std::move(peer.in);
    std::array<char, 65536> chunk;
    for (ssize_t got = 0; (got = ::read(answers.get(), chunk.data(), chunk.size())) > 0;) {
      heard += static_cast<int>(std::count(chunk.begin(), chunk.begin() + got, '\n'));
    }
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(host_.asked.size(), kRequests + 0u);
  EXPECT_GT(heard, kRequests / 10);  // what is unread at the end of the call is dropped
}

TEST_F(Session, DropsAnswersThatNobodyCanRead) {
  host_.reply = Json(std::string(5 << 20, 'a'));
  const CallRecord record = converse_with([](Peer& peer) {
    peer.in.reset();
    for (int i = 0; i < 4; ++i) peer.say(R"({"type":"demistoUrls","seq":1})");
    peer.say(kCompleted);
  });
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(host_.asked.size(), 4u);
}

TEST_F(Session, SendsAJobLargerThanAPipeWhileTheScriptTalks) {
  const std::string job = std::string(300 << 10, 'j') + "\n";
  std::size_t heard = 0;
  const CallRecord record = converse_with(
      [&](Peer& peer) {
        for (int i = 0; i < 1000; ++i) peer.say(R"({"type":"entryLog","args":{"message":"m"}})");
        heard = peer.hear().size();
        peer.say(kCompleted);
      },
      job);
  EXPECT_EQ(record.stop, Stop::Completed);
  EXPECT_EQ(heard + 1, job.size());
  EXPECT_EQ(record.log.size(), 1000u);
}

TEST_F(Session, ShowsEveryLineThatPasses) {
  std::vector<std::string> to_script;
  std::vector<std::string> from_script;
  options_.on_frame = [&](Direction direction, std::string_view line) {
    (direction == Direction::ToScript ? to_script : from_script).emplace_back(line);
  };
  converse_with([](Peer& peer) {
    peer.hear();
    peer.say(R"({"type":"demistoUrls","seq":1})");
    peer.hear();
    peer.say("no message");
    peer.say(kCompleted);
  });
  EXPECT_THAT(to_script, ElementsAre(R"({"script": "pass"})", R"({"seq": 1, "result": {"server": "s"}})"));
  EXPECT_THAT(from_script, ElementsAre(R"({"type":"demistoUrls","seq":1})", "no message", kCompleted));
}

}  // namespace
}  // namespace berth::engine
