#include "watch/detect/needles.hpp"

#include <algorithm>

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

}  // namespace

Needles::Needles(const std::vector<std::string>& literals) {
  std::vector<std::string> runs(disguises.begin(), disguises.end());
  for (const auto& literal : literals) {
    runs.push_back(longest_safe_run(literal));
    if (runs.back().size() < window || runs.size() > Teddy::most_windows) always_ = true;
  }
  if (always_) return;
  std::vector<std::string_view> windows;
  for (const auto& run : runs)
    windows.push_back(std::string_view(run).substr(rarest_window(run, window), window));  // or less
  const auto bucket_of = teddy_.build(windows, window);
  for (std::size_t i = 0; i < runs.size(); ++i)
    buckets_[bucket_of[i]].push_back({runs[i], rarest_window(runs[i], window)});
}

bool Needles::perhaps_in(std::string_view raw) const {
  return always_ || teddy_.scan(raw, [&](const auto& candidate) { return verify(raw, candidate); });
}

bool Needles::verify(std::string_view raw, const Teddy::Candidate& candidate) const {
  for (unsigned left = candidate.buckets; left != 0; left &= left - 1)
    for (const auto& needle : buckets_[static_cast<unsigned>(std::countr_zero(left))]) {
      if (candidate.at < needle.at) continue;
      const auto here = raw.substr(candidate.at - needle.at, needle.bytes.size());
      if (std::ranges::equal(here, needle.bytes, {}, lower)) return true;
    }
  return false;
}

}  // namespace haidang::detect
