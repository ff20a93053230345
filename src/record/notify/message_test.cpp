#include "record/notify/message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "record/notify/channels.hpp"

namespace haidang::notify {
namespace {

using testing::HasSubstr;

TEST(MailAddress, CanCarryNothingElse) {
  for (const std::string_view good : {"a@b", "truc.ban+24h@haiphong.gov.vn", "haidang@localhost"})
    EXPECT_TRUE(check_mail_address(good)) << good;
  const std::string too_long = std::string(65, 'a') + "@b.vn";
  const std::string_view bad_ones[] = {"",       "a",      "@b",        "a@",
                                       "a@b@c",  "a b@c",  "a@b>,<x@y", "a@b\r\nRCPT TO:<x@y>",
                                       "đ@b.vn", "a@b vn", too_long};
  for (const std::string_view bad : bad_ones)
    EXPECT_EQ(check_mail_address(bad).error().kind, Error::Kind::invalid) << bad;
}

TEST(PhoneNumber, IsDigitsAndAtMostOnePlus) {
  EXPECT_EQ(phone_number("+84 225.382-1055"), "+842253821055");
  EXPECT_EQ(phone_number("0912345678"), "0912345678");
  for (const std::string_view bad :
       {"", "+", "12", "1234567890123456", "09a1234", "++84912", "\"x"})
    EXPECT_FALSE(phone_number(bad)) << bad;
}

TEST(EncodedWords, NeverSplitALetterNorOutgrowALine) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "Sự cố ";
  const std::string words = encoded_words(text);
  std::size_t line = 0;
  for (const char c : words) {
    line = c == '\n' ? 0 : line + 1;
    ASSERT_LE(line, 70U);
  }
  EXPECT_EQ(encoded_words("ề"), "=?UTF-8?B?4buB?=");
}

// RFC 4231 has no case with our framing; this one was made with
// printf '%s' '1700000000.{"a":1}' | openssl dgst -sha256 -hmac key
TEST(WebhookSignature, IsHmacOfTimestampAndBody) {
  EXPECT_EQ(webhook_signature("key", "1700000000", "{\"a\":1}"),
            "sha256=a438e398bfafc57e4396bb7fc2304422f0f768e965d073ca313cb52e22e6ad03");
  EXPECT_NE(webhook_signature("key", "1700000001", "{\"a\":1}"),
            webhook_signature("key", "1700000000", "{\"a\":1}"));
}

TEST(SmsBody, EscapesForTheGatewaysContentType) {
  const Gateways::Sms json{.body = R"({"phone":"{{to}}","msg":"{{text}}","x":"{{y}}"})"};
  EXPECT_EQ(sms_body(json, "+84912", "a\"b\\{{to}}"),
            R"({"phone":"+84912","msg":"a\"b\\{{to}}","x":"{{y}}"})");
  const Gateways::Sms form{.body = "to={{to}}&text={{text}}",
                           .content_type = "application/x-www-form-urlencoded; charset=utf-8"};
  EXPECT_EQ(sms_body(form, "+84912", "a&b c"), "to=%2B84912&text=a%26b%20c");
  const auto refused = sms_body({.body = "x", .content_type = "text/xml"}, "1", "2");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("notify.sms.content_type"));
}

TEST(Link, LeadsToTheCaseAndTellsWhichNotice) {
  const Gateways gateways{.public_address = "https://haidang.example/"};
  Notice notice{.id = "abc", .case_id = "SC 1"};
  EXPECT_EQ(link_to(gateways, notice), "https://haidang.example/cases/SC%201?notice=abc");
  notice.to.channel = Channel::sms;
  EXPECT_EQ(link_to(gateways, notice), "https://haidang.example/cases/SC%201");
  EXPECT_EQ(link_to({}, notice), "SC 1");
  notice.case_id.clear();
  EXPECT_EQ(link_to(gateways, notice), "https://haidang.example");
}

TEST(Destination, IsTheHostThatIsAsked) {
  Notice notice;
  EXPECT_EQ(destination(notice), "") << "all mail goes to one server";
  notice.to = {.channel = Channel::webhook, .address = "https://a.vn:8443/hook/1?x"};
  EXPECT_EQ(destination(notice), "https://a.vn:8443");
  notice.to.address = "nonsense";
  EXPECT_EQ(destination(notice), "nonsense");
}

}  // namespace
}  // namespace haidang::notify
