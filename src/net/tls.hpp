// The server's side of TLS: 1.2 and newer, forward secrecy and AEAD only, ALPN http/1.1.
#pragma once

#include <filesystem>

#include <boost/asio/ssl/context.hpp>

#include "base/result.hpp"

namespace haidang::net {

// Errors name the file and the mend: unreadable, not PEM, a key of another certificate.
Result<> load_tls(boost::asio::ssl::context& context, const std::filesystem::path& certificate,
                  const std::filesystem::path& private_key);

}  // namespace haidang::net
