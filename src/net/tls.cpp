#include "net/tls.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace haidang::net {
namespace {

constexpr auto ciphers =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

constexpr std::string_view http_1_1 = "http/1.1";

// RFC 7301: a client that names protocols, but none of ours, is told so.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  for (unsigned at = 0; at < offered_size; at += 1U + offered[at]) {
    const std::string_view name(reinterpret_cast<const char*>(offered) + at + 1,
                                std::min<std::size_t>(offered[at], offered_size - at - 1));
    if (name != http_1_1) continue;
    *out = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string openssl_words() {
  std::array<char, 256> words{};
  ERR_error_string_n(ERR_peek_last_error(), words.data(), words.size());
  ERR_clear_error();
  return words.data();
}

std::unexpected<Error> failure(std::string_view what, const std::filesystem::path& file) {
  return invalid(fmt::format("{} ({})", what, openssl_words()), file.string());
}

Result<> check_readable(const std::filesystem::path& file) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  return fail(Error::Kind::not_found, "the file is not there, or may not be read by this account",
              file.string());
}

}  // namespace

Result<> load_tls(boost::asio::ssl::context& context, const std::filesystem::path& certificate,
                  const std::filesystem::path& private_key) {
  SSL_CTX* tls = context.native_handle();
  SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION);
  SSL_CTX_set_options(tls, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                               SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS);  // ten thousand idle connections
  SSL_CTX_set_alpn_select_cb(tls, choose_protocol, nullptr);
  if (SSL_CTX_set_cipher_list(tls, ciphers) != 1) return failure("no cipher suite of ours", {});
  TRY_VOID(check_readable(certificate));
  TRY_VOID(check_readable(private_key));
  if (SSL_CTX_use_certificate_chain_file(tls, certificate.c_str()) != 1)
    return failure("this is no PEM certificate chain", certificate);
  if (SSL_CTX_use_PrivateKey_file(tls, private_key.c_str(), SSL_FILETYPE_PEM) != 1)
    return failure("this is no PEM private key without a password, or not that of the certificate",
                   private_key);
  if (SSL_CTX_check_private_key(tls) != 1)
    return failure("this key is not that of the certificate", private_key);
  return {};
}

}  // namespace haidang::net
