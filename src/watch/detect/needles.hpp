// Could any of a few literals stand in a record? Asked of the raw bytes of a JSON record before
// its values are looked at one by one for keywords.
//
//   "no" is certain, "perhaps" is not: a record may write a character as an escape, so of each
//   literal only its longest run that JSON writes one way is looked for, and a record that
//   escapes a printable character (\u0020 to \u007f), or holds a letter that folds into ASCII, is
//   always "perhaps". Without regard to ASCII case.
//
// PERF: one rule with keywords for a whole product makes every value of every event count; on
// Windows events that was 2.8 s of 3.0 s. This scan reads the record at about 9 GB/s.
// Measure: make bench, match.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "watch/detect/teddy.hpp"

namespace haidang::detect {

class Needles {
 public:
  // `literals`: case folded. If one has no run of four safe bytes, the answer is always perhaps.
  explicit Needles(const std::vector<std::string>& literals);

  [[nodiscard]] bool perhaps_in(std::string_view raw) const;

 private:
  static constexpr unsigned window = 4;
  static constexpr std::size_t most_scans = 4;  // more, and asking the values costs less
  struct Needle {
    std::string bytes;
    std::uint32_t at;  // of its window
  };
  struct Window {
    std::uint32_t bytes = 0;  // as they stand in memory, in small letters
    std::vector<Needle> needles{};
  };
  // As many needles as one Teddy can look for at once.
  // PERF: the windows in a hash table. Going through those of a bucket was a quarter of the time
  // with ten times the rules.
  struct Scan {
    static constexpr std::size_t slots = 256;  // a power of two, several times most_windows
    Teddy teddy{};
    std::array<Window, slots> windows{};
    std::vector<std::string> letters{};  // needles shorter than a window; not ASCII

    Window& of(std::uint32_t bytes);
    [[nodiscard]] bool verify(std::string_view raw, std::uint32_t at) const;
  };
  void add_scan(const std::vector<std::string_view>& windows, const std::vector<std::string>& runs);

  bool always_ = false;
  std::vector<Scan> scans_;
};

}  // namespace haidang::detect
