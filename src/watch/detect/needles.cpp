#include "watch/detect/needles.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <set>

namespace haidang::detect {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

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

// Up to four bytes in small letters, as one word.
std::uint32_t word(std::string_view bytes) {
  std::array<char, 4> low{};
  std::ranges::transform(bytes.substr(0, low.size()), low.begin(), lower);
  return std::bit_cast<std::uint32_t>(low);
}

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
  const auto bucket_of = scan.teddy.build(windows, window);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    std::string mask(windows[i].size(), '\xFF');
    Group& group = scan.buckets[bucket_of[i]].emplace_back(word(windows[i]), word(mask));
    for (const auto& run : runs) {
      const auto at = run.find(windows[i]);
      if (at != std::string::npos) group.needles.push_back({run, static_cast<std::uint32_t>(at)});
    }
  }
}

bool Needles::perhaps_in(std::string_view raw) const {
  return always_ || std::ranges::any_of(scans_, [raw](const Scan& scan) {
           return scan.teddy.scan(
               raw, [&](const auto& candidate) { return scan.verify(raw, candidate); });
         });
}

bool Needles::Scan::verify(std::string_view raw, const Teddy::Candidate& candidate) const {
  const std::uint32_t here = word(raw.substr(candidate.at, window));
  for (unsigned left = candidate.buckets; left != 0; left &= left - 1)
    for (const auto& group : buckets[static_cast<unsigned>(std::countr_zero(left))]) {
      if ((here & group.mask) != group.bytes) continue;
      for (const auto& [bytes, at] : group.needles) {
        if (candidate.at < at) continue;
        const auto whole = raw.substr(candidate.at - at, bytes.size());
        if (std::ranges::equal(whole, bytes, {}, lower)) return true;
      }
    }
  return false;
}

}  // namespace haidang::detect
