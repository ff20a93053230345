#include "watch/detect/teddy.hpp"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "watch/detect/ascii.hpp"

namespace haidang::detect {
namespace {

constexpr std::array units{Teddy::Unit::plain, Teddy::Unit::avx2, Teddy::Unit::avx512};

using Places = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // at, buckets

Places scanned(const Teddy& teddy, std::string_view text) {
  Places places;
  teddy.scan(text, [&](const Teddy::Candidate& candidate) {
    places.emplace_back(candidate.at, candidate.buckets);
    return false;
  });
  return places;
}

std::string random_text(std::mt19937& random, std::size_t size) {
  constexpr std::string_view alphabet = "abcxABCX.-\xFF\x80";
  std::string text;
  while (text.size() < size) text += alphabet[random() % alphabet.size()];
  return text;
}

bool stands(std::string_view window, std::string_view text, std::size_t at) {
  const auto same = [](char a, char b) { return ascii_lower(a) == ascii_lower(b); };
  return std::ranges::equal(window, text.substr(at, window.size()), same);
}

class TeddyOn : public testing::TestWithParam<Teddy::Unit> {
 protected:
  void SetUp() override {
    if (GetParam() > Teddy::best_unit()) GTEST_SKIP() << "this machine has no such unit";
  }
};

TEST_P(TeddyOn, MissesNothingThatStandsThere) {
  std::mt19937 random(3);
  for (unsigned width = 2; width <= 4; ++width)
    for (std::size_t size = width; size < 200; ++size) {
      const std::string text = random_text(random, size);
      const std::size_t at = random() % (size + 1 - width);
      const std::string window = text.substr(at, width);
      Teddy teddy;
      const auto buckets = teddy.build({window, "zzzz"}, width);
      teddy.limit_to(GetParam());
      const auto found = scanned(teddy, text);
      for (std::size_t place = 0; place + width <= size; ++place) {
        if (!stands(window, text, place)) continue;
        const auto known = std::ranges::find(found, place, &Places::value_type::first);
        ASSERT_TRUE(known != found.end()) << width << " " << size << " " << place;
        ASSERT_NE(known->second & 1U << buckets.front(), 0U);
      }
    }
}

// Long texts fill Found several times over; the last block is read again from further ahead.
TEST_P(TeddyOn, FindsTheSamePlacesAsThePlainWay) {
  std::mt19937 random(4);
  for (unsigned width = 2; width <= 4; ++width)
    for (int round = 0; round < 200; ++round) {
      std::vector<std::string> texts;
      for (std::size_t i = 1 + random() % Teddy::most_windows; i > 0; --i)
        texts.push_back(random_text(random, 1 + random() % width));
      const std::vector<std::string_view> windows(texts.begin(), texts.end());
      Teddy plain;
      plain.build(windows, width);
      Teddy other = plain;
      plain.limit_to(Teddy::Unit::plain);
      other.limit_to(GetParam());
      const std::string text = random_text(random, random() % 1000);
      ASSERT_EQ(scanned(other, text), scanned(plain, text)) << width << " " << round;
    }
}

INSTANTIATE_TEST_SUITE_P(EveryUnit, TeddyOn, testing::ValuesIn(units));

}  // namespace
}  // namespace haidang::detect
