#include "record/access/secrets.hpp"

#include <filesystem>

#include <sodium.h>

#include "base/file.hpp"
#include "record/access/accounts.hpp"
#include "record/ledger/sodium_start.hpp"

namespace haidang::access {

namespace {

using ledger::raw;

std::string to_hex(std::string_view bytes) {
  std::string hex(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), raw(bytes.data()), bytes.size());
  hex.pop_back();
  return hex;
}

Result<std::string> from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t size = 0;
  const int failed = sodium_hex2bin(raw(bytes.data()), bytes.size(), hex.data(), hex.size(),
                                    nullptr, &size, nullptr);
  if (failed != 0 || size * 2 != hex.size()) return fail(Error::Kind::corrupt, "not hexadecimal");
  return bytes;
}

Result<> check_key(std::string_view key) {
  if (key.size() == crypto_secretbox_KEYBYTES) return {};
  return fail(Error::Kind::unavailable,
              "second factors need the server's key of 32 bytes: set its file");
}

}  // namespace

std::string random_bytes(std::size_t size) {
  ledger::start_sodium();
  std::string bytes(size, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string base64url(std::string_view bytes) {
  constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), raw(bytes.data()), bytes.size(), variant);
  text.pop_back();
  return text;
}

std::string random_token() { return base64url(random_bytes(32)); }

bool same_secret(std::string_view one, std::string_view other) {
  return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

Result<std::string> seal(std::string_view key, std::string_view secret) {
  TRY_VOID(check_key(key));
  const std::string nonce = random_bytes(crypto_secretbox_NONCEBYTES);
  std::string box(crypto_secretbox_MACBYTES + secret.size(), '\0');
  crypto_secretbox_easy(raw(box.data()), raw(secret.data()), secret.size(), raw(nonce.data()),
                        raw(key.data()));
  return to_hex(nonce + box);
}

Result<std::string> unseal(std::string_view key, std::string_view sealed) {
  TRY_VOID(check_key(key));
  TRY(const auto bytes, from_hex(sealed));
  constexpr std::size_t least = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (bytes.size() < least) return fail(Error::Kind::corrupt, "an encrypted secret is cut");
  const auto box = std::string_view(bytes).substr(crypto_secretbox_NONCEBYTES);
  std::string secret(bytes.size() - least, '\0');
  if (crypto_secretbox_open_easy(raw(secret.data()), raw(box.data()), box.size(), raw(bytes.data()),
                                 raw(key.data())) != 0)
    return fail(Error::Kind::corrupt,
                "a second factor cannot be decrypted: the server's key is another one");
  return secret;
}

Result<std::string> open_secret_key(const std::filesystem::path& file) {
  auto key = read_file(file, crypto_secretbox_KEYBYTES);
  if (!key && key.error().kind == Error::Kind::not_found) {
    key = random_bytes(crypto_secretbox_KEYBYTES);
    TRY_VOID(write_file(file, *key));
  }
  if (key && key->size() != crypto_secretbox_KEYBYTES)
    return invalid("must hold exactly 32 bytes", file.string());
  return key;
}

}  // namespace haidang::access
