#include "base/normal_form.hpp"

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <span>
#include <vector>

#include <utf8proc.h>

#include "base/check.hpp"
#include "base/utf8.hpp"

namespace haidang::text {
namespace {

using Code = utf8proc_int32_t;
using Codes = std::vector<Code>;

utf8proc_option_t as_options(unsigned bits) {
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): utf8proc's enum is a set of bits
  return static_cast<utf8proc_option_t>(bits);
}

// Where a mark stands among the marks of its letter; 0 for letters (UAX #44, ccc).
std::int16_t mark_class(Code code) { return utf8proc_get_property(code)->combining_class; }

bool is_mark(Code code) { return mark_class(code) != 0; }

void append_decomposed(Codes& out, char32_t value, utf8proc_option_t options) {
  std::array<Code, 32> parts{};  // the longest decomposition has 18
  int boundary = 0;
  const auto count = utf8proc_decompose_char(static_cast<Code>(value), parts.data(), parts.size(),
                                             options, &boundary);
  CHECK(count >= 0 && static_cast<std::size_t>(count) <= parts.size(),
        "every code point has a decomposition");
  out.insert(out.end(), parts.begin(), parts.begin() + count);
}

Codes decompose(std::string_view text, utf8proc_option_t options) {
  Codes codes;
  codes.reserve(text.size());
  while (!text.empty()) {
    const CodePoint read = read_code_point(text);
    append_decomposed(codes, read.value, options);
    text.remove_prefix(read.size);
  }
  return codes;
}

struct Mark {
  std::int16_t order;
  std::size_t place;  // marks of one class keep theirs
  Code code;
  auto operator<=>(const Mark&) const = default;
};

// Not stable_sort: with libstdc++ 12 it needs what clang refuses as deprecated.
void sort_marks(std::span<Code> run) {
  std::vector<Mark> marks;
  marks.reserve(run.size());
  for (const Code code : run) marks.push_back({mark_class(code), marks.size(), code});
  std::ranges::sort(marks);
  std::ranges::transform(marks, run.begin(), &Mark::code);
}

// The Canonical Ordering Algorithm (Unicode 15 §3.11).
void order_marks(Codes& codes) {
  for (auto from = std::ranges::find_if(codes, is_mark); from != codes.end();) {
    const auto to = std::find_if_not(from, codes.end(), is_mark);
    const std::span run(from, to);
    if (!std::ranges::is_sorted(run, {}, mark_class)) sort_marks(run);
    from = std::find_if(to, codes.end(), is_mark);
  }
}

void compose(Codes& codes, utf8proc_option_t options) {
  const auto size =
      utf8proc_normalize_utf32(codes.data(), static_cast<utf8proc_ssize_t>(codes.size()), options);
  CHECK(size >= 0, "what is decomposed can be composed");
  codes.resize(static_cast<std::size_t>(size));
}

}  // namespace

std::string normalise(std::string_view text, unsigned options) {
  const utf8proc_option_t flags = as_options(options | UTF8PROC_STABLE);
  Codes codes = decompose(text, flags);
  order_marks(codes);
  if ((options & UTF8PROC_COMPOSE) != 0) compose(codes, flags);
  std::string out;
  out.reserve(text.size());
  for (const Code code : codes) append_code_point(out, static_cast<char32_t>(code));
  return out;
}

}  // namespace haidang::text
