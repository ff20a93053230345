#include "watch/ingest/source.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace haidang::ingest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

std::string gzip(std::string_view plain) {
  z_stream state{};
  deflateInit2(&state, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(plain.size() + 1000, '\0');
  std::string copy(plain);
  state.next_in = reinterpret_cast<Bytef*>(copy.data());
  state.avail_in = static_cast<uInt>(copy.size());
  state.next_out = reinterpret_cast<Bytef*>(packed.data());
  state.avail_out = static_cast<uInt>(packed.size());
  deflate(&state, Z_FINISH);
  packed.resize(state.total_out);
  deflateEnd(&state);
  return packed;
}

std::string zstd(std::string_view plain) {
  std::string packed(ZSTD_compressBound(plain.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), plain.data(), plain.size(), 3));
  return packed;
}

// Each line as "number:text", dropped ones as "number!size", an error as "! message".
std::vector<std::string> lines_of(Source& source) {
  std::vector<std::string> lines;
  Buffer buffer;
  for (;;) {
    const auto more = source.next(buffer);
    for (const auto& drop : buffer.dropped())
      lines.push_back(std::to_string(drop.line) + "!" + std::to_string(drop.bytes));
    if (!more) lines.push_back("! " + more.error().message());
    if (!more || !*more) return lines;
    std::string_view bytes = buffer.chunk().bytes;
    for (auto number = buffer.chunk().first_line; !bytes.empty(); ++number) {
      const auto end = std::min(bytes.find('\n'), bytes.size());
      lines.push_back(std::to_string(number) + ":" + std::string(bytes.substr(0, end)));
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
    }
  }
}

std::vector<std::string> lines_of(std::string_view bytes, SourceOptions options = {}) {
  auto source = Source::from(in_memory(bytes), "test", options);
  if (!source) return {source.error().message()};
  return lines_of(**source);
}

constexpr SourceOptions tiny{.piece = 4, .longest_line = 8};

TEST(Source, GivesWholeLinesAndNumbersThem) {
  struct Row {
    std::string_view bytes;
    std::vector<std::string> lines;
  };
  const Row rows[] = {
      {"", {}},
      {"a", {"1:a"}},
      {"a\nb\n", {"1:a", "2:b"}},
      {"a\n\nbcdefg\nh", {"1:a", "2:", "3:bcdefg", "4:h"}},
      {"\xEF\xBB\xBFxin", {"1:xin"}},
      {{"a\0b\nc", 5}, {std::string("1:a\0b", 5), "2:c"}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(lines_of(row.bytes, tiny), row.lines) << row.bytes;
    EXPECT_EQ(lines_of(row.bytes), row.lines) << row.bytes;
  }
}

TEST(Source, PassesOverALineThatIsTooLongAndNamesIt) {
  EXPECT_THAT(lines_of("ab\n12345678901234\ncd\n", tiny), ElementsAre("1:ab", "2!14", "3:cd"));
  EXPECT_THAT(lines_of("12345678901234", tiny), ElementsAre("1!14"));
  EXPECT_THAT(lines_of("123456789\n987654321\nx", tiny), ElementsAre("1!9", "2!9", "3:x"));
}

TEST(Source, UnpacksByContentEvenInSeveralMembers) {
  const std::string padding(100, '\0');
  EXPECT_THAT(lines_of(gzip("a\nb") + gzip("c\n") + padding), ElementsAre("1:a", "2:bc"));
  EXPECT_THAT(lines_of(zstd("a\nb") + zstd("c\n")), ElementsAre("1:a", "2:bc"));
  EXPECT_THAT(lines_of(gzip("")), ElementsAre());
}

TEST(Source, GivesWhatCouldBeReadThenTheError) {
  std::string plain;
  for (int i = 0; i < 20'000; ++i) plain += std::to_string(i * 7919) + "\n";
  for (const std::string& packed : {gzip(plain), zstd(plain)}) {
    const auto lines = lines_of(packed.substr(0, packed.size() * 3 / 4));
    ASSERT_GT(lines.size(), 5'000U);
    EXPECT_EQ(lines[1], "2:7919");
    EXPECT_THAT(lines.back(), HasSubstr("test: the "));
    EXPECT_THAT(lines.back(), HasSubstr("ends too early"));
  }
  std::string damaged = gzip(plain);
  damaged[damaged.size() / 2] ^= 0x55;
  EXPECT_THAT(lines_of(damaged).back(), HasSubstr("(at byte "));
}

TEST(Source, RefusesAZstdWindowThatWouldFillMemory) {
  constexpr char exponent = '\xA8';  // a window of 2 GiB
  const std::string frame = std::string("\x28\xB5\x2F\xFD\0", 5) + exponent + "\x01\0\0";
  EXPECT_THAT(lines_of(frame), ElementsAre(HasSubstr("too much memory")));
}

TEST(Source, ReadsUtf16OfEitherByteOrder) {
  EXPECT_THAT(lines_of({"\xFF\xFE"
                        "a\0\n\0\xA1\x1E\x3D\xD8\x00\xDE",
                        12}),
              ElementsAre("1:a", "2:ạ😀"));
  EXPECT_THAT(lines_of({"\xFE\xFF\0a\0\n\x1E\xA1\xD8\x3D", 10}), ElementsAre("1:a", "2:ạ\uFFFD"));
}

TEST(Source, SaysWhyAFileCannotBeOpened) {
  const auto missing = Source::open("/nowhere/x.log");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Error::Kind::not_found);
  EXPECT_FALSE(Source::open("/"));
}

class Followed : public testing::Test {
 protected:
  Followed() : path_(fs::temp_directory_path() / ("follow." + std::to_string(::getpid()))) {}
  ~Followed() override { fs::remove(path_); }
  void append(std::string_view text) { std::ofstream(path_, std::ios::app) << text; }
  std::vector<std::string> next(Source& source) {
    Buffer buffer;
    if (!source.next(buffer).value_or(false)) return {"end"};
    return {std::to_string(buffer.chunk().first_line), std::string(buffer.chunk().bytes)};
  }
  fs::path path_;
  std::atomic<bool> stop_ = false;
};

TEST_F(Followed, SeesGrowthRotationAndTruncationAndStops) {
  append("a\n");
  auto source = Source::open(path_, {.stop = &stop_});
  ASSERT_TRUE(source);
  EXPECT_THAT(next(**source), ElementsAre("1", "a\n"));
  append("b\nhalf");
  EXPECT_THAT(next(**source), ElementsAre("2", "b\n"));
  fs::remove(path_);
  append("new\n");
  EXPECT_THAT(next(**source), ElementsAre("3", "half"));
  EXPECT_THAT(next(**source), ElementsAre("1", "new\n"));
  fs::resize_file(path_, 0);
  append("x\n");
  EXPECT_THAT(next(**source), ElementsAre("1", "x\n"));
  stop_ = true;
  EXPECT_THAT(next(**source), ElementsAre("end"));
}

TEST(Source, FeedsSeveralThreadsEachLineOnce) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + "\n";
  auto source = Source::from(in_memory(text), "test", {.piece = 1000});
  ASSERT_TRUE(source);
  std::atomic<std::size_t> bytes = 0;
  const auto work = [&] {
    Buffer buffer;
    while ((*source)->next(buffer).value_or(false)) bytes += buffer.chunk().bytes.size();
  };
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  EXPECT_EQ(bytes, text.size());
}

}  // namespace
}  // namespace haidang::ingest
