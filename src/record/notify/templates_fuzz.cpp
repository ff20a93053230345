// Any bytes as a file of notice templates: refused by file:line, or every template can be filled,
// and what comes out is fit for a header, a mail and one short message.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "record/notify/message.hpp"
#include "record/notify/plain.hpp"

namespace {

using namespace haidang;

bool one_septet(char c) { return c == '\n' || (c >= 0x20 && c < 0x7F); }

void check(const notify::Templates::Text& text) {
  CHECK(text.subject.find_first_of("\r\n") == std::string::npos, "a subject is one line");
  CHECK(text::valid_utf8(text.subject) && text::valid_utf8(text.body), "texts are well formed");
  CHECK(text.sms.size() <= notify::longest_sms, "a short message is one message");
  CHECK(std::ranges::all_of(text.sms, one_septet), "a short message is plain");
  notify::Delivered notice{.notice = {.id = "0123456789abcdef0123456789abcdef"}};
  notice.notice.to.address = "a@b.vn";
  notice.notice.to.name = text.subject;
  const auto mail = notify::mail_content("haidang@localhost", notice, text);
  CHECK(mail && text::valid_utf8(*mail), "the mail can be made");
  for (std::size_t at = mail->find('\n'); at != std::string::npos; at = mail->find('\n', at + 1))
    CHECK((*mail)[at - 1] == '\r', "lines of a mail end in CRLF");
  CHECK(std::ranges::all_of(*mail, [](char c) { return text::valid_utf8({&c, 1}); }),
        "a mail is ASCII");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto templates = notify::Templates::parse(input, "f.yml");
  if (!templates) {
    CHECK(templates.error().where.starts_with("f.yml"), "an error names the place");
    return 0;
  }
  for (const auto& name : templates->names()) {
    boost::json::object values{{"link", "https://haidang.example/cases/1"}};
    // The input stands for outsiders' text, too.
    for (const auto& value : templates->values_of(name)) values[value] = input;
    for (const std::string_view language : {"vi", "en"}) {
      const auto text = templates->fill(name, language, values);
      CHECK(text.has_value(), "with all values a template can be filled");
      check(*text);
    }
  }
  return 0;
}
