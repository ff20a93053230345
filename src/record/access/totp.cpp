#include "record/access/totp.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"
#include "record/access/accounts.hpp"
#include "record/access/percent.hpp"
#include "record/access/secrets.hpp"

namespace haidang::access {

namespace {

constexpr std::int64_t step_seconds = 30;

std::int64_t step_of(Time at) {
  return std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count() / step_seconds;
}

std::array<unsigned char, 8> big_endian(std::int64_t step) {
  std::array<unsigned char, 8> bytes{};
  auto rest = static_cast<std::uint64_t>(step);
  for (auto at = bytes.rbegin(); at != bytes.rend(); ++at, rest >>= 8U)
    *at = static_cast<unsigned char>(rest & 0xffU);
  return bytes;
}

// RFC 4226 §5.3.
std::string code_of_step(std::string_view secret, std::int64_t step) {
  const auto counter = big_endian(step);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  CHECK(HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(),
             counter.size(), mac.data(), &size) != nullptr,
        "HMAC-SHA-1 works");
  const unsigned from = mac.at(size - 1) & 0xfU;
  std::uint32_t number = mac.at(from) & 0x7fU;
  for (unsigned i = 1; i < 4; ++i) number = number << 8U | mac.at(from + i);
  return fmt::format("{:06}", number % 1'000'000);
}

}  // namespace

std::string totp_code(std::string_view secret, Time at) {
  return code_of_step(secret, step_of(at));
}

std::optional<std::int64_t> totp_step(std::string_view secret, std::string_view code, Time at,
                                      std::int64_t last) {
  std::optional<std::int64_t> found;
  const auto now = step_of(at);
  for (auto step = now - 1; step <= now + 1; ++step)
    if (same_secret(code_of_step(secret, step), code) && step > last && !found) found = step;
  return found;
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    held = (held << 8U | static_cast<unsigned char>(byte)) & 0xfffU;
    for (bits += 8; bits >= 5; bits -= 5) text += letters[held >> (bits - 5) & 31U];
  }
  if (bits > 0) text += letters[held << (5 - bits) & 31U];
  return text;
}

std::string totp_link(std::string_view issuer, std::string_view account, std::string_view secret) {
  const auto name = percent(issuer);
  return fmt::format("otpauth://totp/{}:{}?secret={}&issuer={}&algorithm=SHA1&digits=6&period={}",
                     name, percent(account), base32(secret), name, step_seconds);
}

}  // namespace haidang::access
