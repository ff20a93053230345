#include "watch/detect/cidr.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>

#include "base/check.hpp"

namespace haidang::detect {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned mapped_bits = 8 * mapped_prefix.size();  // a shorter range would hold both kinds

Address unmapped(Address address) {
  if (!address.v6 || !std::equal(mapped_prefix.begin(), mapped_prefix.end(), address.bytes.begin()))
    return address;
  Address v4;
  std::copy_n(address.bytes.begin() + 12, 4, v4.bytes.begin());
  return v4;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN + 1> zero_ended{};
  if (text.empty() || text.size() >= zero_ended.size()) return {};
  if (text.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return {};
  std::copy(text.begin(), text.end(), zero_ended.begin());
  Address address;
  address.v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.v6 ? AF_INET6 : AF_INET, zero_ended.data(), address.bytes.data()) != 1)
    return {};
  return unmapped(address);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base) return {};
  const bool mapped = !base->v6 && text.find(':') != std::string_view::npos;
  const unsigned most = base->v6 || mapped ? 128 : 32;
  const unsigned least = mapped ? mapped_bits : 0;
  Cidr range{*base, most - least};
  if (slash == std::string_view::npos) return range;
  const auto bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), range.bits);
  if (error != std::errc() || end != bits.data() + bits.size() || range.bits < least ||
      range.bits > most)
    return {};
  range.bits -= least;
  return range;
}

Cidr Cidr::of_rule(std::string_view text) {
  const auto range = parse(text);
  CHECK(range.has_value(), "a rule was let in with what is no address range");
  return *range;
}

bool Cidr::holds(const Address& address) const {
  if (address.v6 != base.v6) return false;
  const unsigned whole = bits / 8;
  if (std::memcmp(address.bytes.data(), base.bytes.data(), whole) != 0) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xFF00U >> rest);
  return ((address.bytes[whole] ^ base.bytes[whole]) & mask) == 0;
}

}  // namespace haidang::detect
