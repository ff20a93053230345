#include "base/hash.hpp"

#include <openssl/evp.h>

#include "base/check.hpp"

namespace haidang {

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  CHECK(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1,
        "OpenSSL offers SHA-256");
}

Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) {
  CHECK(state_ != nullptr, "a finished hash takes no more bytes");
  CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1,
        "OpenSSL hashes what it is given");
}

Digest Sha256::finish() {
  CHECK(state_ != nullptr, "a hash is finished once");
  Digest digest{};
  unsigned size = 0;
  CHECK(
      EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size) == 1 && size == digest.size(),
      "SHA-256 has 32 bytes");
  state_.reset();
  return digest;
}

Digest sha256(std::string_view bytes) {
  Digest digest{};
  CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) == 1,
        "OpenSSL offers SHA-256");
  return digest;
}

std::string hex(const Digest& digest) {
  constexpr std::string_view letters = "0123456789abcdef";
  std::string out;
  out.reserve(digest.size() * 2);
  for (const std::uint8_t byte : digest) {
    out += letters[byte >> 4U];
    out += letters[byte & 0xFU];
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

}  // namespace haidang
