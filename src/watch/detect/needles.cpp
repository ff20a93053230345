#include "watch/detect/needles.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "watch/detect/ascii.hpp"

namespace haidang::detect {
namespace {

// JSON writes it as itself or as \u00..; never as a short escape, never in another case.
bool safe(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\' && c != '/'; }

std::string longest_safe_run(std::string_view literal) {
  std::string_view best;
  for (std::size_t at = 0; at < literal.size();) {
    std::size_t end = at;
    while (end < literal.size() && safe(literal[end])) ++end;
    if (end - at > best.size()) best = literal.substr(at, end - at);
    at = end + 1;
  }
  return std::string(best);
}

// Printable characters written as escapes, and the two letters outside ASCII that fold into it
// (U+212A Kelvin sign is k, U+017F long s is s), as UTF-8 and as escapes. A JSON record goes on
// behind any of them, so that the short ones are never at its end.
constexpr std::array<std::string_view, 10> disguises{
    "\\u002", "\\u003",  "\\u004",  "\\u005",       "\\u006",
    "\\u007", "\\u212a", "\\u017f", "\xE2\x84\xAA", "\xC5\xBF"};

// Four bytes as one word, ASCII letters small. PERF: without a branch a letter; the bits that tell
// a capital are set where adding carries into the top bit of its byte.
std::uint32_t word(const char* bytes) {
  std::uint32_t four = 0;
  std::memcpy(&four, bytes, sizeof four);
  constexpr std::uint32_t each = 0x01010101;
  const std::uint32_t seven = four & 0x7F * each;
  const std::uint32_t from_a = seven + (0x80 - 'A') * each;
  const std::uint32_t beyond_z = seven + (0x7F - 'Z') * each;
  const std::uint32_t capital = (from_a & ~beyond_z & ~four) & 0x80 * each;
  return four | capital >> 2;
}

// Where a window stands in Scan::windows, if nothing stood in its way.
std::size_t slot_of(std::uint32_t bytes) { return bytes * 0x9E3779B1U >> 24; }

using Windows = std::set<std::string_view>;

// One window of each run: its rarest, or, where that makes too many different ones, the rarest of
// those that several runs share.
Windows choose_windows(const std::vector<std::string>& runs, unsigned width) {
  Windows rarest;
  std::map<std::string_view, std::size_t> shared;
  for (const std::string_view run : runs) {
    rarest.insert(run.substr(rarest_window(run, width), width));
    for (std::size_t at = 0; at == 0 || at + width <= run.size(); ++at)
      ++shared[run.substr(at, width)];
  }
  if (rarest.size() <= Teddy::most_windows) return rarest;
  static constexpr std::size_t several = 4;
  const auto worth = [&shared](std::string_view window) {
    return std::pair(std::min<std::size_t>(shared[window], several), rarity_of(window));
  };
  Windows few;
  for (const std::string_view run : runs) {
    std::string_view best = run.substr(0, width);
    for (std::size_t at = 1; at + width <= run.size(); ++at)
      if (worth(run.substr(at, width)) > worth(best)) best = run.substr(at, width);
    few.insert(best);
  }
  return few;
}

}  // namespace

Needles::Needles(const std::vector<std::string>& literals) {
  std::vector<std::string> runs(disguises.begin(), disguises.end());
  for (const auto& literal : literals) {
    runs.push_back(longest_safe_run(literal));
    if (runs.back().size() < window) always_ = true;
  }
  if (always_) return;
  const Windows windows = choose_windows(runs, window);
  always_ = windows.size() > most_scans * Teddy::most_windows;
  if (always_) return;
  const std::vector<std::string_view> all(windows.begin(), windows.end());
  for (std::size_t at = 0; at < all.size(); at += Teddy::most_windows) {
    const std::size_t end = std::min(at + Teddy::most_windows, all.size());
    add_scan({all.begin() + static_cast<std::ptrdiff_t>(at),
              all.begin() + static_cast<std::ptrdiff_t>(end)},
             runs);
  }
}

// Every run that holds one of the windows is found by it.
void Needles::add_scan(const std::vector<std::string_view>& windows,
                       const std::vector<std::string>& runs) {
  Scan& scan = scans_.emplace_back();
  scan.teddy.build(windows, window);
  for (const auto bytes : windows) {
    if (bytes.size() < window) {
      scan.letters.emplace_back(bytes);
      continue;
    }
    Window& own = scan.of(word(&bytes.front()));
    for (const auto& run : runs) {
      const auto at = run.find(bytes);
      if (at != std::string::npos) own.needles.push_back({run, static_cast<std::uint32_t>(at)});
    }
  }
}

bool Needles::perhaps_in(std::string_view raw) const {
  return always_ || std::ranges::any_of(scans_, [raw](const Scan& scan) {
           return scan.teddy.scan(
               raw, [&](const auto& candidate) { return scan.verify(raw, candidate.at); });
         });
}

// The slot of a window, its own or a free one.
Needles::Window& Needles::Scan::of(std::uint32_t bytes) {
  std::size_t slot = slot_of(bytes);
  while (!windows[slot].needles.empty() && windows[slot].bytes != bytes) slot = (slot + 1) % slots;
  windows[slot].bytes = bytes;
  return windows[slot];
}

bool Needles::Scan::verify(std::string_view raw, std::uint32_t at) const {
  const auto begins_here = [rest = raw.substr(at)](const auto& letter) {
    return rest.starts_with(letter);
  };
  if (static_cast<unsigned char>(raw[at]) >= 0x80) return std::ranges::any_of(letters, begins_here);
  const std::uint32_t here = word(raw.data() + at);
  for (std::size_t slot = slot_of(here); !windows[slot].needles.empty();
       slot = (slot + 1) % slots) {
    if (windows[slot].bytes != here) continue;
    return std::ranges::any_of(windows[slot].needles, [&](const Needle& needle) {
      if (at < needle.at) return false;
      const auto whole = raw.substr(at - needle.at, needle.bytes.size());
      return std::ranges::equal(whole, needle.bytes, {}, ascii_lower);
    });
  }
  return false;
}

}  // namespace haidang::detect
