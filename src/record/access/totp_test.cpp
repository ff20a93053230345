#include "record/access/totp.hpp"

#include <gtest/gtest.h>

#include "record/access/accounts.hpp"

namespace haidang::access {
namespace {

constexpr std::string_view secret = "12345678901234567890";

Time at(std::int64_t seconds) { return Time(std::chrono::seconds(seconds)); }

// RFC 6238, appendix B, SHA-1: the last six of its eight digits.
TEST(Totp, GivesTheCodesOfTheStandard) {
  struct Row {
    std::int64_t seconds;
    std::string_view code;
  };
  for (const auto& row : {Row{59, "287082"}, Row{1111111109, "081804"}, Row{1111111111, "050471"},
                          Row{1234567890, "005924"}, Row{2000000000, "279037"}})
    EXPECT_EQ(totp_code(secret, at(row.seconds)), row.code);
  EXPECT_EQ(totp_code(secret, Time(std::chrono::seconds(9'000'000'000))).size(), 6U);
}

TEST(Totp, TakesOneStepEitherWayAndNothingBefore) {
  const auto now = at(1'700'000'000);
  const std::int64_t step = 1'700'000'000 / 30;
  for (int away = -3; away <= 3; ++away) {
    const auto code = totp_code(secret, now + std::chrono::seconds(30 * away));
    const auto found = totp_step(secret, code, now, 0);
    EXPECT_EQ(found.has_value(), away >= -1 && away <= 1) << away;
    EXPECT_EQ(found.value_or(step + away), step + away);
    EXPECT_EQ(totp_step(secret, code, now, step).has_value(), away == 1) << away;
  }
  for (const auto* wrong : {"", "1", "28708", "2870820", "28708x"})
    EXPECT_FALSE(totp_step(secret, wrong, at(59), 0));
}

// RFC 4648, section 10.
TEST(Base32, IsThatOfTheStandardWithoutPadding) {
  EXPECT_EQ(base32(""), "");
  EXPECT_EQ(base32("f"), "MY");
  EXPECT_EQ(base32("fo"), "MZXQ");
  EXPECT_EQ(base32("foo"), "MZXW6");
  EXPECT_EQ(base32("foob"), "MZXW6YQ");
  EXPECT_EQ(base32("fooba"), "MZXW6YTB");
  EXPECT_EQ(base32("foobar"), "MZXW6YTBOI");
}

}  // namespace
}  // namespace haidang::access
