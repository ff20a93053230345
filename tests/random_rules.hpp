// For property tests: random rules and random events over so small an alphabet that they meet.
//
// The same seed gives the same text. Every rule that is made must be honoured.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace haidang {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool once_in(std::size_t n) { return below(n) == 0; }
  template <class T, std::size_t n>
  const T& of(const T (&list)[n]) {
    return list[below(n)];
  }

 private:
  std::mt19937_64 engine_;
};

struct Flavour {
  bool short_keywords = true;  // false: each keyword has four bytes that JSON writes one way
};

// A Sigma rule, as YAML, with this id. Fields are a, b, c, o.x, n, ip, t.
std::string random_rule(Dice& dice, const std::string& id, const Flavour& flavour);

// One line of JSON with some of the fields of random_rule(), and with aa, bb and kind, which
// mappings may call otherwise.
std::string random_event(Dice& dice);

}  // namespace haidang
