#include "watch/ingest/evtx.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "watch/ingest/said.hpp"
#include "watch/ingest/source.hpp"

namespace haidang::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string u16(std::uint16_t value) {
  return {static_cast<char>(value & 0xFF), static_cast<char>(value >> 8)};
}
std::string u32(std::uint32_t value) {
  return u16(static_cast<std::uint16_t>(value)) + u16(static_cast<std::uint16_t>(value >> 16));
}
std::string wide(std::string_view text) {
  std::string units;
  for (const char c : text) units += {c, '\0'};
  return units;
}

// Builds a chunk's bytes, knowing where it stands, as names are written in place.
class Builder {
 public:
  explicit Builder(std::size_t at) : at_(at) {}
  Builder& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  Builder& name(std::string_view text) {
    raw(u32(static_cast<std::uint32_t>(here() + 4)));
    return raw(u32(0) + u16(0) + u16(static_cast<std::uint16_t>(text.size())) + wide(text) +
               u16(0));
  }
  Builder& open(std::string_view tag, bool attributes = false) {
    raw(attributes ? "\x41" : "\x01").raw(u16(0xFFFF) + u32(0)).name(tag);
    if (attributes) raw(u32(0));
    return *this;
  }
  Builder& attribute(std::string_view key, std::string_view value) {
    return raw("\x06").name(key).text(value);
  }
  Builder& text(std::string_view value) {
    return raw("\x05\x01" + u16(static_cast<std::uint16_t>(value.size())) + wide(value));
  }
  Builder& slot(std::uint16_t id, char type) { return raw("\x0E" + u16(id) + type); }
  Builder& go() { return raw("\x02"); }
  Builder& close() { return raw("\x04"); }
  [[nodiscard]] std::size_t here() const { return at_ + bytes_.size(); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::size_t at_;
  std::string bytes_;
};

std::string record(const std::string& fragment) {
  const auto size = static_cast<std::uint32_t>(fragment.size() + 28);
  return std::string("\x2A\x2A\0\0", 4) + u32(size) + std::string(16, '\0') + fragment + u32(size);
}

std::string file_of(const std::string& records) {
  std::string header("ElfFile\0", 8);
  header.resize(4096, '\0');
  std::string chunk("ElfChnk\0", 8);
  chunk.resize(48, '\0');
  chunk += u32(static_cast<std::uint32_t>(512 + records.size()));
  chunk.resize(512, '\0');
  chunk += records;
  chunk.resize(65536, '\0');
  return header + chunk;
}

constexpr std::size_t first_fragment = 512 + 24;
const std::string fragment_header("\x0F\x01\x01\0", 4);

std::string plain_record(std::size_t at) {
  Builder xml(at + 24);
  xml.raw(fragment_header).open("Event").go().open("EventData").go();
  xml.open("Data", true).attribute("Name", "User Name").go().text("an \"x\"").close();
  xml.open("Data").go().text("1").close().open("Data").go().text("2").close();
  xml.open("Empty").raw("\x03").close().close().raw(std::string_view("\0", 1));
  return record(xml.bytes());
}

// <Event><ID Q="…">%0</ID>…</Event> as a template with values.
std::string template_record() {
  Builder xml(first_fragment);
  xml.raw(fragment_header).raw("\x0C\x01" + u32(7));
  const std::size_t definition = xml.here() + 4;
  Builder body(definition + 24);
  body.raw(fragment_header).open("Event").go();
  body.open("ID", true).raw("\x06").name("Q").slot(1, 6).go().slot(0, 6).close();
  for (const auto& [name, id] : {std::pair<const char*, std::uint16_t>{"Luid", 2},
                                 {"Sid", 3},
                                 {"Many", 4},
                                 {"Time", 5},
                                 {"Guid", 6},
                                 {"None", 7}})
    body.open(name).go().slot(id, 1).close();
  body.close().raw(std::string_view("\0", 1));
  xml.raw(u32(static_cast<std::uint32_t>(definition)) + u32(0) + std::string(16, '\0') +
          u32(static_cast<std::uint32_t>(body.bytes().size())) + body.bytes());
  const std::string sid("\1\2\0\0\0\0\0\5\x20\0\0\0\x20\2\0\0", 16);
  const std::string many = wide("a") + u16(0) + wide("b") + u16(0);
  const std::string time = u32(0xC0880000) + u32(0x01DC0000);
  const std::string guid = u32(0x12345678) + u16(0x9ABC) + u16(0xDEF0) + "12345678";
  xml.raw(u32(8));
  const auto describe = [&xml](std::size_t size, int type) {
    xml.raw(u16(static_cast<std::uint16_t>(size)) + static_cast<char>(type) + std::string(1, '\0'));
  };
  describe(2, 6), describe(2, 6), describe(8, 0x15), describe(16, 0x13);
  describe(many.size(), 0x81), describe(8, 0x11), describe(16, 0x0F), describe(0, 0);
  xml.raw(u16(4624) + u16(16384) + u32(0x3E7) + u32(0) + sid + many + time + guid);
  return record(xml.bytes());
}

Heard read(const std::string& file) {
  event::Names names;
  return read_all(*make_evtx(), file, names);
}

TEST(Evtx, ReadsElementsAttributesAndUnnamedData) {
  const auto said = read(file_of(plain_record(512)));
  EXPECT_THAT(said.lines, ElementsAre("1 Event.EventData.User Name=an \"x\" Event.EventData.Data=1 "
                                      "Event.EventData.Data=2 Event.EventData.Empty:null"));
  EXPECT_EQ(said.raws[0],
            R"({"Event":{"EventData":{"User Name":"an \"x\"","Data":["1","2"],"Empty":null}}})");
}

TEST(Evtx, PutsTypedValuesIntoTemplates) {
  const auto said = read(file_of(template_record()));
  EXPECT_THAT(
      said.raws,
      ElementsAre(R"({"Event":{"ID":{"#attributes":{"Q":16384},"#text":4624},"Luid":"0x3e7",)"
                  R"("Sid":"S-1-5-32-544","Many":["a","b"],"Time":"2025-07-28T20:46:54.)"
                  R"(441062Z","Guid":"12345678-9ABC-DEF0-3132-333435363738","None":null}})"));
  EXPECT_THAT(said.lines[0], HasSubstr("1 Event.ID.#attributes.Q:16384 Event.ID:4624 "));
}

TEST(Evtx, NamesWhatIsDamagedAndReadsTheRest) {
  const std::string first = plain_record(512);
  const std::string good = file_of(first + plain_record(512 + first.size()));
  std::string bad_size = good;
  bad_size[4096 + 512 + 4] = '\xFF';
  EXPECT_THAT(read(bad_size).lines,
              ElementsAre("1 ! the record's size is wrong", HasSubstr("2 Event")));
  std::string bad_token = good;
  bad_token[4096 + first_fragment + 4] = '\x3F';
  EXPECT_THAT(read(bad_token).lines, ElementsAre(HasSubstr("1 ! "), HasSubstr("2 Event")));
  EXPECT_THAT(
      read(good.substr(0, 20'000)).lines,
      ElementsAre(HasSubstr("1 Event"), HasSubstr("2 Event"), "3 ! the file ends inside a chunk"));
  EXPECT_THAT(read(good + std::string(65536, 'x')).lines.back(), HasSubstr("no chunk of events"));
  EXPECT_THAT(read(good + std::string(65536, '\0')).lines.size(), 2U);
  EXPECT_THAT(read("ElfFile").lines, ElementsAre("1 ! the file ends inside a chunk"));
}

TEST(Evtx, RefusesEndlessNesting) {
  Builder xml(first_fragment);
  for (int i = 0; i < 200; ++i) xml.open("a").go();
  EXPECT_THAT(read(file_of(record(xml.bytes()))).lines,
              ElementsAre("1 ! the record is nested too deep"));
}

fs::path real_logs() {
  const char* shared = std::getenv("HAIDANG_SHARED");
  const fs::path base = shared != nullptr ? shared : fs::path(HAIDANG_SOURCE_DIR) / "../shared";
  return base / "data/events/evtx";
}

TEST(Evtx, ReadsRealLogs) {
  if (!fs::is_directory(real_logs())) GTEST_SKIP() << real_logs() << " is absent";
  for (const auto& entry : fs::directory_iterator(real_logs())) {
    auto source = Source::open(entry.path());
    ASSERT_TRUE(source);
    (*source)->set_framing(Framing::blocks);
    event::Names names;
    Said said(names);
    const auto reader = make_evtx();
    Buffer buffer;
    while ((*source)->next(buffer).value_or(false)) reader->read(buffer.chunk(), names, said);
    reader->finish(names, said);
    EXPECT_GT(said.heard.lines.size(), 0U) << entry.path();
    EXPECT_EQ(said.heard.bad, 0U) << entry.path() << said.heard.lines.back();
    EXPECT_THAT(said.heard.lines[0], HasSubstr("Event.System.Provider.#attributes.Name="));
    EXPECT_THAT(said.heard.lines[0], HasSubstr("Event.EventData."));
  }
}

}  // namespace
}  // namespace haidang::ingest
