#include "berth/http/call_end.h"

#include <gtest/gtest.h>

#include "berth/http/call_watch.h"

namespace berth::http {
namespace {

using namespace std::chrono_literals;

TEST(CallEnd, SaysOneThingWhereItCan) {
  EXPECT_EQ(last_word(CallStage::Handed), LastWord::Error);
  EXPECT_EQ(last_word(CallStage::Begun), LastWord::Error);
  EXPECT_EQ(last_word(CallStage::Answering), LastWord::Event);
  EXPECT_EQ(last_word(CallStage::Writing), LastWord::None);
  EXPECT_EQ(last_word(CallStage::Answered), LastWord::None);
}

TEST(CallEnd, SaysWhoDiedAndWhetherSomethingMayHaveRun) {
  const auto text = [](CallStage stage, bool in_lines) { return death_of(ending_text(9), stage, in_lines).message(); };
  EXPECT_NE(text(CallStage::Answering, true).find("the process of this call was killed by signal 9"),
            std::string::npos);
  EXPECT_NE(text(CallStage::Answering, true).find("may have run in part"), std::string::npos);
  EXPECT_NE(text(CallStage::Begun, false).find("may have run in part"), std::string::npos);
  EXPECT_NE(text(CallStage::Begun, true).find("nothing of it has run"), std::string::npos);
  EXPECT_NE(text(CallStage::Handed, false).find("nothing of it has run"), std::string::npos);
}

TEST(CallWatch, JudgesByWhatAWorkerKeepsByItself) {
  const WatchedCall::Time begun(1h);
  const WatchedCall handed = {CallStage::Handed, begun, std::nullopt, false};
  EXPECT_EQ(judge(handed, begun + 29s), CallVerdict::GoesOn);
  EXPECT_EQ(judge(handed, begun + 30s), CallVerdict::IsNotRead);
  WatchedCall running = {CallStage::Begun, begun, std::nullopt, false};
  EXPECT_EQ(judge(running, begun + 24h), CallVerdict::GoesOn) << "no script runs";
  running.deadline = begun + 2s;
  EXPECT_EQ(judge(running, begun + 11s), CallVerdict::GoesOn);
  EXPECT_EQ(judge(running, begun + 12s), CallVerdict::HasNoEnd);
  running.awaits_script = true;
  EXPECT_EQ(judge(running, begun + 11s), CallVerdict::GoesOn);
  EXPECT_EQ(judge(running, begun + 12s), CallVerdict::IsNotBegun);
  running.awaits_script = false;
  running.is_client_gone = true;
  EXPECT_EQ(judge(running, begun + 1s), CallVerdict::Stop);
  EXPECT_EQ(judge(running, begun + 12s), CallVerdict::HasNoEnd);
}

TEST(WorkerBoard, TellsTheBeginningOfAScriptFromItsEnd) {
  auto board = WorkerBoard::make();
  ASSERT_TRUE(board);
  const WatchedCall::Time now(1h);
  EXPECT_FALSE(board->awaits_script() || board->deadline());
  board->tell_progress({now});
  EXPECT_TRUE(board->awaits_script());
  EXPECT_EQ(board->deadline(), now);
  board->tell_progress({now + 1s, true, 7});
  EXPECT_FALSE(board->awaits_script());
  EXPECT_EQ(board->deadline(), now + 1s);
  EXPECT_EQ(board->process(), 7);
  board->tell_progress({});
  EXPECT_EQ(board->process(), 0);
  EXPECT_FALSE(board->awaits_script() || board->deadline());
  board->tell_progress({now});  // of the next command of the line
  EXPECT_TRUE(board->awaits_script());
  board->clear();
  EXPECT_FALSE(board->awaits_script() || board->deadline());
}

}  // namespace
}  // namespace berth::http
