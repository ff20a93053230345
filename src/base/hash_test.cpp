#include "base/hash.hpp"

#include <string>
#include <unordered_map>

#include <gtest/gtest.h>

namespace haidang {
namespace {

TEST(Sha256, GivesTheDigestsOfFips180) {
  struct Row {
    std::string bytes, digest;
  };
  const Row rows[] = {
      {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
      {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
      {std::string(1'000'000, 'a'),
       "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
  };
  for (const auto& row : rows) EXPECT_EQ(sha256_hex(row.bytes), row.digest);
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  const std::string bytes(1000, 'x');
  for (const std::size_t step : {1U, 7U, 63U, 64U, 65U, 1000U}) {
    SCOPED_TRACE(step);
    Sha256 stream;
    for (std::size_t i = 0; i < bytes.size(); i += step) {
      stream.update(std::string_view(bytes).substr(i, step));
    }
    EXPECT_EQ(stream.finish(), sha256(bytes));
  }
}

TEST(Sha256, EndsTheProcessWhenUsedAfterItsEnd) {
  Sha256 stream;
  (void)stream.finish();
  EXPECT_DEATH(stream.update("more"), "takes no more bytes");
  EXPECT_DEATH((void)stream.finish(), "finished once");
}

TEST(Hash64, TellsBytesAndSeedsApart) {
  EXPECT_EQ(hash64("cmd.exe"), hash64(std::string("cmd.exe")));
  EXPECT_NE(hash64("cmd.exe"), hash64("cmd.exf"));
  EXPECT_NE(hash64("cmd.exe", 1), hash64("cmd.exe", 2));
  EXPECT_NE(hash64(std::string_view("\0", 1)), hash64(""));
}

TEST(TextHash, FindsByViewWithoutMakingAString) {
  std::unordered_map<std::string, int, TextHash, std::equal_to<>> map{{"đèn", 1}};
  EXPECT_TRUE(map.contains(std::string_view("đèn")));
}

}  // namespace
}  // namespace haidang
