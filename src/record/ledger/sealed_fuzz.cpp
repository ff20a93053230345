// An encrypted document with bytes of an outsider: changed anywhere it is not read as whole, and
// anything else is an error with its place.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "record/ledger/sealed.hpp"

namespace {

using namespace haidang;
using namespace haidang::ledger;

const std::string key(sealed_key_bytes, 'k');

Result<std::string> open(std::string_view sealed) {
  std::string plain;
  const Fill from = [&](char* to, std::size_t size) -> Result<std::size_t> {
    const std::size_t some = std::min(size, sealed.size());
    sealed.copy(to, some);
    sealed.remove_prefix(some);
    return some;
  };
  const auto keep = [&](std::string_view piece) -> Result<> {
    plain += piece;
    return {};
  };
  TRY_VOID(open_sealed(from, key, keep, "f.doc"));
  return plain;
}

std::string seal(std::string_view plain) {
  std::string sealed;
  const auto keep = [&](std::string_view piece) -> Result<> {
    sealed += piece;
    return {};
  };
  Sealer sealer(key);
  CHECK(sealer.write(plain, keep) && sealer.finish(keep), "sealing into memory works");
  CHECK(is_sealed(sealed), "a sealed content is known again");
  return sealed.substr(sealed_magic_bytes);
}

void check_error(const Result<std::string>& read) {
  CHECK(!read, "what was not sealed so is not read");
  CHECK(read.error().where == "f.doc", "an error names the place");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_error(open(bytes));
  const std::string whole = seal(bytes);
  const auto back = open(whole);
  CHECK(back && *back == bytes, "what was sealed is read");
  // The bytes again, as a place and what to do there.
  if (size < 4) return 0;
  std::string changed = whole;
  const std::size_t at = (data[0] | data[1] << 8U | data[2] << 16U) % whole.size();
  if (data[3] % 3 == 0) changed.resize(at);
  if (data[3] % 3 == 1) changed.insert(at, bytes);
  if (data[3] % 3 == 2) changed[at] = static_cast<char>(changed[at] ^ (1U << data[3] % 8U));
  if (changed != whole) check_error(open(changed));
  // With the right key id any chunks may follow.
  check_error(open(whole.substr(0, 8) + std::string(bytes)));
  return 0;
}
