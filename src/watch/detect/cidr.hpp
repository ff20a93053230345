// Address ranges: 10.0.0.0/8, 2001:db8::/32, or one address (RFC 4632, RFC 4291).
// IPv4-mapped IPv6 addresses (::ffff:10.0.0.1) count as the IPv4 address they carry.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace haidang::detect {

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // v4: the first four

  static std::optional<Address> parse(std::string_view text);
};

struct Cidr {
  Address base;
  unsigned bits = 0;

  static std::optional<Cidr> parse(std::string_view text);
  // Of a text that parse() took when its rule was read.
  static Cidr of_rule(std::string_view text);
  [[nodiscard]] bool holds(const Address& address) const;
};

}  // namespace haidang::detect
