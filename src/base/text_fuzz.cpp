// Any bytes through every function of text.hpp and json_text.hpp.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"

namespace {

using namespace haidang;

void check_utf8(std::string_view bytes) {
  const text::Repaired repaired = text::repair_utf8(bytes);
  CHECK(text::valid_utf8(repaired.text), "what is repaired is well-formed");
  CHECK(text::valid_utf8(bytes) == (repaired.replaced == 0), "only ill-formed text is repaired");
  CHECK(repaired.replaced > 0 || repaired.text == bytes, "well-formed text stays");
}

void check_forms(std::string_view bytes) {
  const std::string composed = text::nfc(bytes);
  CHECK(text::nfc(text::nfd(bytes)) == composed, "both normal forms say the same");
  CHECK(text::nfc(composed) == composed, "composing is done once");
}

void check_keys(std::string_view bytes) {
  std::string once;
  std::string twice;
  text::casefold(bytes, once);
  text::casefold(once, twice);
  CHECK(once == twice, "folding is done once");
  const std::string folded = text::fold(bytes);
  CHECK(text::fold(folded) == folded, "a folded text is its own key");
  const std::string spelled = text::spelling_key(bytes);
  CHECK(text::spelling_key(spelled) == spelled, "a spelling is its own key");
  const std::string searched = text::search_key(bytes);
  CHECK(text::search_key(searched) == searched, "a search key is its own key");
}

void check_shown(std::string_view bytes) {
  const std::string line = text::shown(bytes);
  CHECK(text::columns(line) <= 60, "what is shown is short");
  CHECK(line.find('\x1b') == line.npos && line.find('\n') == line.npos, "no controls are shown");
  CHECK(text::columns(text::fit(bytes, 9)) == 9, "a column is filled");
}

void check_encodings(std::string_view bytes) {
  CHECK(text::utf16le(bytes).size() == text::utf16be(bytes).size(), "both orders are as long");
  CHECK(text::base64(bytes).size() == (bytes.size() + 2) / 3 * 4, "base64 is padded");
  std::string json;
  append_json_string(json, bytes);
  CHECK(text::valid_utf8(json), "JSON is well-formed UTF-8");
  for (const char c : json) CHECK(static_cast<unsigned char>(c) >= 0x20, "controls are escaped");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_utf8(bytes);
  check_forms(bytes);
  check_keys(bytes);
  check_shown(bytes);
  check_encodings(bytes);
  return 0;
}
