#include "berth/store/vault.h"

#include <signal.h>
#include <sys/stat.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "berth/store/rekey.h"
#include "berth/store/sealed_text.h"
#include "berth/sys/file.h"
#include "tests/store/state.h"

namespace berth::store {
namespace {

constexpr const char* kSecret = "correct horse";

class Secrets : public State {
 protected:
  Vault vault() {
    auto opened = Vault::open(database_, places_);
    EXPECT_TRUE(testing::ok(opened));
    BERTH_ASSERT(opened.has_value());
    return *std::move(opened);
  }
  // Stores an instance with two secrets.
  void store(const std::string& name) {
    const Vault sealing = vault();
    Instance instance;
    instance.name = name;
    instance.brand = "Harbour";
    for (const char* parameter : {"apikey", "credentials"}) {
      instance.secrets[parameter] = *sealing.seal({name, parameter}, kSecret);
    }
    ASSERT_TRUE(testing::ok(Instances(database_).add(instance)));
  }
  // Whether all stored secrets can be read.
  ::testing::AssertionResult all_read(std::size_t count) {
    const Vault reading = vault();
    std::size_t seen = 0;
    const auto instances = Instances(database_).list();
    if (!instances) return testing::ok(instances);
    for (const Instance& instance : *instances) {
      for (const auto& [parameter, sealed] : instance.secrets) {
        const auto secret = reading.unseal({instance.name, parameter}, sealed);
        if (!secret) return testing::ok(secret);
        if (*secret != kSecret) return ::testing::AssertionFailure() << "another secret";
        ++seen;
      }
    }
    if (seen != count) return ::testing::AssertionFailure() << seen << " secrets";
    return ::testing::AssertionSuccess();
  }
  std::string key_text(const std::filesystem::path& path) { return sys::read_file(path, 1000).value_or(""); }
  std::filesystem::path credential(const char* name, char digit) {
    std::filesystem::create_directories(folder_.path() / "credentials");
    const std::filesystem::path path = folder_.path() / "credentials" / name;
    std::ofstream(path) << std::string(64, digit);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read);
    places_.credentials = folder_.path() / "credentials";
    return path;
  }

  Database database_ = open();
  KeyPlaces places_{.file = folder_.path() / "state/secret.key", .credentials = {}};
};

TEST_F(Secrets, ComeBackAsTheyWere) {
  const Vault first = vault();
  struct stat status = {};
  ASSERT_EQ(::stat(places_.file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  for (const std::string& secret : {std::string(kSecret), std::string(), std::string("a\0b\xff", 4)}) {
    const auto sealed = first.seal({"one", "key"}, secret);
    ASSERT_TRUE(testing::ok(sealed));
    EXPECT_TRUE(sealed->starts_with("v1:" + first.key_id() + ":"));
    EXPECT_NE(*sealed, *first.seal({"one", "key"}, secret));
    EXPECT_EQ(vault().unseal({"one", "key"}, *sealed).value_or("?"), secret);
  }
  EXPECT_TRUE(testing::fails_with(first.seal({"one", "key"}, std::string(Vault::kMostSecretBytes + 1, 'x')),
                                  Errc::Exhausted, "larger than the limit"));
}

TEST_F(Secrets, AreBoundToTheirPlace) {
  const Vault one = vault();
  const std::string sealed = *one.seal({"ab", "c"}, kSecret);
  for (const SecretName& other : {SecretName{"a", "bc"}, SecretName{"ab", "d"}, SecretName{"", "c"}}) {
    EXPECT_TRUE(testing::fails_with(one.unseal(other, sealed), Errc::Corrupt, "changed, or belongs elsewhere"));
  }
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = changed[i] == 'b' ? 'c' : 'b';
    const auto read = one.unseal({"ab", "c"}, changed);
    EXPECT_FALSE(read.has_value()) << i;
    EXPECT_EQ(read ? std::string::npos : read.error().message().find(kSecret), std::string::npos);
  }
}

struct BadText {
  const char* name;
  std::string text;
  const char* why;
};
const BadText kBadTexts[] = {
    {"Empty", "", "begin with 'v1:'"},
    {"OtherVersion", "v2:0123456789abcdef:AAAA", "begin with 'v1:'"},
    {"NoKey", "v1:AAAA", "names no key"},
    {"UpperCaseKey", "v1:0123456789ABCDEF:AAAA", "names no key"},
    {"LongKey", "v1:0123456789abcdef0:AAAA", "names no key"},
    {"NotBase64", "v1:0123456789abcdef:" + std::string(60, '*'), "not base64"},
    {"Blank", "v1:0123456789abcdef: " + std::string(60, 'A'), "not base64"},
    {"NoPadding", "v1:0123456789abcdef:" + std::string(62, 'A'), "not base64"},
    {"OneMeaningTwoTexts", "v1:0123456789abcdef:" + std::string(59, 'A') + "B==", "not base64"},
    {"Short", "v1:0123456789abcdef:" + std::string(52, 'A'), "too short"},
};
class BadSealedText : public ::testing::TestWithParam<BadText> {};
TEST_P(BadSealedText, IsRefused) {
  EXPECT_TRUE(testing::fails_with(parse_sealed_text(GetParam().text), Errc::Corrupt, GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(Table, BadSealedText, ::testing::ValuesIn(kBadTexts),
                         [](auto& row) { return row.param.name; });

TEST_F(Secrets, StayOutOfStrangersHands) {
  ASSERT_FALSE(vault().key_id().empty());
  std::filesystem::permissions(places_.file, std::filesystem::perms(0640));
  EXPECT_TRUE(testing::fails_with(Vault::open(database_, places_), Errc::Denied, "chmod 600"));
  std::filesystem::permissions(places_.file, std::filesystem::perms(0600));
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(places_.file.c_str(), 12345, 0), 0);
    EXPECT_TRUE(testing::fails_with(Vault::open(database_, places_), Errc::Denied, "belongs to user 12345"));
    ASSERT_EQ(::chown(places_.file.c_str(), 0, 0), 0);
  }
  std::filesystem::rename(places_.file, folder_.path() / "elsewhere");
  std::filesystem::create_symlink(folder_.path() / "elsewhere", places_.file);
  EXPECT_FALSE(Vault::open(database_, places_).has_value());
}

TEST_F(Secrets, NameTheRemedyWhenTheKeyIsLost) {
  store("one");
  std::filesystem::remove(places_.file);
  EXPECT_TRUE(testing::fails_with(Vault::open(database_, places_), Errc::NotFound, "put that file back"));
  std::ofstream(places_.file) << "not a key";
  std::filesystem::permissions(places_.file, std::filesystem::perms(0600));
  EXPECT_TRUE(testing::fails_with(Vault::open(database_, places_), Errc::Corrupt, "64 hexadecimal digits"));
  std::filesystem::remove(places_.file);
  ASSERT_TRUE(testing::ok(Instances(database_).remove("one")));
  EXPECT_TRUE(testing::ok(Vault::open(database_, places_)));
}

TEST_F(Secrets, AreSealedWithOneKeyByTwoProcesses) {
  for (int round = 0; round < 10; ++round) {
    const std::filesystem::path folder = folder_.path() / std::to_string(round);
    const auto start = [&](const std::string& name) {
      return fork_process([&] {
        auto database = Database::open(folder / "berth.db");
        if (!database) return false;
        const auto own = Vault::open(*database, {.file = folder / "secret.key", .credentials = {}});
        if (!own) return false;
        Instance instance;
        instance.name = name;
        instance.brand = "Harbour";
        instance.secrets["key"] = *own->seal({name, "key"}, kSecret);
        return Instances(*database).add(instance).has_value();
      });
    };
    const pid_t first = start("a");
    const pid_t second = start("b");
    EXPECT_EQ(status_of(first), 0);
    EXPECT_EQ(status_of(second), 0);
    database_ = *Database::open(folder / "berth.db");
    places_.file = folder / "secret.key";
    EXPECT_TRUE(all_read(2));
  }
}

TEST_F(Secrets, AreSealedAnew) {
  store("one");
  store("two");
  const std::string before = key_text(places_.file);
  const Vault old_vault = vault();
  const auto done = rekey(database_, places_);
  ASSERT_TRUE(testing::ok(done));
  EXPECT_EQ(done->secrets, 4);
  EXPECT_NE(done->old_key_id, done->new_key_id);
  EXPECT_NE(key_text(places_.file), before);
  EXPECT_FALSE(std::filesystem::exists(places_.next()));
  EXPECT_TRUE(all_read(4));
  EXPECT_EQ(vault().key_id(), done->new_key_id);
  const auto status = secret_status(database_, places_);
  EXPECT_EQ(status->secrets, 4);
  EXPECT_EQ(status->sealed_with_other_keys, 0);
  EXPECT_EQ(status->key_source, places_.file);

  // A process that opened its vault before is told to open it anew, in both directions.
  const Instance stored = *Instances(database_).get("one");
  EXPECT_TRUE(testing::fails_with(old_vault.unseal({"one", "apikey"}, stored.secrets.at("apikey")), Errc::Conflict,
                                  "not here"));
  Instance late = stored;
  late.secrets["apikey"] = *old_vault.seal({"one", "apikey"}, kSecret);
  EXPECT_TRUE(testing::fails_with(Instances(database_).update(late), Errc::Conflict, "another key"));
  EXPECT_TRUE(all_read(4));
}

TEST_F(Secrets, SurviveARekeyCutShortBeforeItsTransaction) {
  store("one");
  const std::string before = vault().key_id();
  ASSERT_TRUE(testing::ok(SecretKey::random().write(places_.next())));
  EXPECT_EQ(vault().key_id(), before);
  EXPECT_TRUE(all_read(2));
  ASSERT_TRUE(testing::ok(rekey(database_, places_)));
  EXPECT_TRUE(all_read(2));
}

TEST_F(Secrets, SurviveARekeyCutShortAfterItsTransaction) {
  store("one");
  const std::string old_key = key_text(places_.file);
  ASSERT_TRUE(testing::ok(rekey(database_, places_)));
  std::filesystem::rename(places_.file, places_.next());
  ASSERT_TRUE(testing::ok(sys::write_file_atomically(places_.file, old_key, 0600)));
  EXPECT_TRUE(all_read(2));
  EXPECT_FALSE(std::filesystem::exists(places_.next()));
  EXPECT_NE(key_text(places_.file), old_key);
}

TEST_F(Secrets, AreLeftAloneWhenOneCannotBeRead) {
  store("one");
  ASSERT_TRUE(testing::ok(database_.run("UPDATE instance_secrets SET parameter = 'moved' WHERE parameter = 'apikey'")));
  EXPECT_TRUE(testing::fails_with(rekey(database_, places_), Errc::Corrupt, "secret 'moved' of instance 'one'"));
  const Instance stored = *Instances(database_).get("one");
  EXPECT_TRUE(testing::ok(vault().unseal({"one", "credentials"}, stored.secrets.at("credentials"))));
}

TEST_F(Secrets, SurviveRekeysThatAreKilled) {
  for (int i = 0; i < 5; ++i) store(std::to_string(i));
  std::mt19937 random(5);
  for (int round = 0; round < 30; ++round) {
    const std::string before = key_text(places_.file);
    const auto start = [&] {
      return fork_process([&] {
        auto database = Database::open(path());
        if (!database) return false;
        for (;;) {
          if (!rekey(*database, places_)) return false;
        }
      });
    };
    const pid_t first = start();
    const pid_t second = start();
    // Every other time in the midst of it, whatever the machine is busy with; else while they open the database.
    for (int i = 0; i < 60'000 && round % 2 == 0 && key_text(places_.file) == before; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    EXPECT_TRUE(round % 2 != 0 || key_text(places_.file) != before);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    for (const pid_t pid : {first, second}) {
      ::kill(pid, SIGKILL);
      EXPECT_TRUE(WIFSIGNALED(status_of(pid)));
    }
    ASSERT_TRUE(all_read(10)) << round;
  }
}

TEST_F(Secrets, AreSealedWithACredentialWhereThereIsOne) {
  const auto key = credential("berth.key", 'a');
  store("one");
  EXPECT_FALSE(std::filesystem::exists(places_.file));
  EXPECT_EQ(secret_status(database_, places_)->key_source, key);
  EXPECT_TRUE(testing::fails_with(rekey(database_, places_), Errc::InvalidInput, "berth.old.key"));
  std::filesystem::rename(key, places_.credentials / "berth.old.key");
  credential("berth.key", 'b');
  EXPECT_TRUE(all_read(2));
  ASSERT_TRUE(testing::ok(rekey(database_, places_)));
  std::filesystem::remove(places_.credentials / "berth.old.key");
  EXPECT_TRUE(all_read(2));
  std::filesystem::permissions(key, std::filesystem::perms(0644));
  EXPECT_TRUE(testing::fails_with(Vault::open(database_, places_), Errc::Denied, "others may use it"));
}

TEST_F(Secrets, MoveFromTheFileToACredential) {
  store("one");
  credential("berth.key", 'c');
  EXPECT_TRUE(all_read(2));
  ASSERT_TRUE(testing::ok(rekey(database_, places_)));
  EXPECT_FALSE(std::filesystem::exists(places_.file));
  EXPECT_TRUE(all_read(2));
}

TEST_F(Secrets, HaveAStatusBeforeThereIsAKey) {
  const auto status = secret_status(database_, places_);
  ASSERT_TRUE(testing::ok(status));
  EXPECT_EQ(status->key_id, "");
  EXPECT_FALSE(std::filesystem::exists(places_.file));
}

TEST_F(Secrets, AreNotInAForkedProcess) {
  const SecretKey key = SecretKey::random();
  const std::string sealed = key.seal("x", kSecret);
  const pid_t child = fork_process([&] { return !key.unseal("x", sealed).has_value(); });
  EXPECT_EQ(status_of(child), 0);
  EXPECT_TRUE(testing::ok(key.unseal("x", sealed)));
}

TEST(SealedTexts, ReadAsTheyArePrinted) {
  std::mt19937 random(9);
  for (int i = 0; i < 500; ++i) {
    SealedText sealed{.key_id = "0123456789abcdef", .bytes = std::string(40 + random() % 100, '\0')};
    for (char& byte : sealed.bytes) byte = static_cast<char>(random());
    EXPECT_EQ(parse_sealed_text(to_string(sealed)).value_or(SealedText{}), sealed);
  }
}

}  // namespace
}  // namespace berth::store
