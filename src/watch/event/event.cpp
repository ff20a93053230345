#include "watch/event/event.hpp"

#include <cstring>
#include <optional>

namespace haidang::event {
namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | (code >> 6));
  } else if (code < 0x10000) {
    put(0xE0 | (code >> 12));
    put(0x80 | ((code >> 6) & 0x3F));
  } else {
    put(0xF0 | (code >> 18));
    put(0x80 | ((code >> 12) & 0x3F));
    put(0x80 | ((code >> 6) & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

std::optional<std::uint32_t> hex4(std::string_view digits) {
  if (digits.size() < 4) return {};
  std::uint32_t code = 0;
  for (const char digit : digits.substr(0, 4)) {
    const auto value = digit >= '0' && digit <= '9'   ? digit - '0'
                       : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                       : digit >= 'A' && digit <= 'F' ? digit - 'A' + 10
                                                      : -1;
    if (value < 0) return {};
    code = code << 4 | static_cast<std::uint32_t>(value);
  }
  return code;
}

constexpr std::uint32_t replacement = 0xFFFD;
bool high_surrogate(std::uint32_t code) { return (code & 0xFFFFFC00U) == 0xD800; }
bool low_surrogate(std::uint32_t code) { return (code & 0xFFFFFC00U) == 0xDC00; }

// `at` stands behind "\u"; moves past all that was used.
std::uint32_t unicode_escape(std::string_view bytes, std::size_t& at) {
  const auto first = hex4(bytes.substr(at));
  if (!first) return replacement;
  at += 4;
  if (low_surrogate(*first)) return replacement;
  if (!high_surrogate(*first)) return *first;
  if (bytes.substr(at, 2) != "\\u") return replacement;
  const auto second = hex4(bytes.substr(at + 2));
  if (!second || !low_surrogate(*second)) return replacement;
  at += 6;
  return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
}

char simple_escape(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;  // \" \\ \/ and what is no escape at all stand for themselves
  }
}

std::string_view unescape(std::string_view bytes, std::size_t first, std::string& out) {
  out.assign(bytes.substr(0, first));
  for (std::size_t at = first; at < bytes.size();) {
    if (bytes[at] != '\\') {
      const auto next = std::min(bytes.find('\\', at), bytes.size());
      out.append(bytes.substr(at, next - at));
      at = next;
    } else if (at + 1 >= bytes.size()) {
      out.push_back('\\');
      ++at;
    } else if (bytes[at + 1] == 'u') {
      at += 2;
      append_utf8(out, unicode_escape(bytes, at));
    } else {
      out.push_back(simple_escape(bytes[at + 1]));
      at += 2;
    }
  }
  return out;
}

}  // namespace

std::string_view plain(const Field& field, std::string& scratch) {
  if (field.kind != Kind::json_string) return field.bytes();
  const auto first = field.bytes().find('\\');
  return first == std::string_view::npos ? field.bytes() : unescape(field.bytes(), first, scratch);
}

}  // namespace haidang::event
