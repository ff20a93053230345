#include "record/access/passwords.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <sodium.h>

#include "base/check.hpp"
#include "base/text.hpp"
#include "record/access/secrets.hpp"
#include "record/ledger/sodium_start.hpp"

namespace haidang::access {

namespace {

constexpr std::size_t longest = 1024;  // bytes
constexpr std::size_t fewest_different = 5;

struct Cost {
  unsigned long long operations;
  std::size_t memory;
};

Cost cost_of(Effort effort) {
  switch (effort) {
    case Effort::usual:
      return {crypto_pwhash_argon2id_OPSLIMIT_MODERATE, crypto_pwhash_argon2id_MEMLIMIT_MODERATE};
    case Effort::least:
      return {crypto_pwhash_argon2id_OPSLIMIT_MIN, crypto_pwhash_argon2id_MEMLIMIT_MIN};
  }
  CHECK(false, "every effort has its cost");
}

Result<std::string> argon2id(std::string_view password, Effort effort) {
  ledger::start_sodium();
  const auto plain = text::nfc(password);
  const auto cost = cost_of(effort);
  std::string out(crypto_pwhash_argon2id_STRBYTES, '\0');
  if (crypto_pwhash_argon2id_str(out.data(), plain.data(), plain.size(), cost.operations,
                                 cost.memory) != 0)
    return fail(Error::Kind::unavailable, "not enough memory to check passwords");
  out.resize(out.find('\0'));
  return out;
}

std::size_t letters_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

bool is_filler(char c) { return !(c >= 'a' && c <= 'z') && static_cast<unsigned char>(c) < 0x80; }

// "Matkhau@123" -> "matkhau": what people add to a word so that it passes.
std::string_view without_filler(std::string_view folded) {
  while (!folded.empty() && is_filler(folded.front())) folded.remove_prefix(1);
  while (!folded.empty() && is_filler(folded.back())) folded.remove_suffix(1);
  return folded;
}

// True where `text` is `word` once or more, with filler between.
bool repeats(std::string_view text, std::string_view word) {
  bool any = false;
  for (; text.starts_with(word); any = true) {
    text.remove_prefix(word.size());
    while (!text.empty() && is_filler(text.front())) text.remove_prefix(1);
  }
  return any && text.empty();
}

bool is_weak(std::string_view password, const std::vector<std::string>& words) {
  auto folded = text::fold(password);
  std::erase(folded, ' ');
  const auto core = without_filler(folded);
  if (core.empty() && folded.size() < 20) return true;  // digits and signs only
  return std::ranges::any_of(
      words, [&](const auto& word) { return repeats(core, word) || repeats(folded, word); });
}

bool tells_the_account(std::string_view password, std::string_view account) {
  const auto folded = text::fold(password);
  return folded == account || (account.size() >= 4 && folded.find(account) != std::string::npos);
}

}  // namespace

// One of the few that may hash at the moment.
class Passwords::Place {
 public:
  explicit Place(std::counting_semaphore<>& of) : of_(&of) {}
  Place(Place&& other) noexcept : of_(std::exchange(other.of_, nullptr)) {}
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (of_) of_->release();
  }

 private:
  std::counting_semaphore<>* of_;
};

Passwords::Passwords(const AccountOptions& options)
    : effort_(options.effort), wait_(options.argon_wait), places_(options.argon_at_once) {
  const auto hash = argon2id(random_token(), effort_);
  CHECK(hash.has_value(), "there is memory for one Argon2id at the start");
  nobodys_ = *hash;
}

Result<Passwords::Place> Passwords::take_place() {
  if (places_.try_acquire_for(wait_)) return Place(places_);
  return fail(Error::Kind::unavailable, "too many are logging in: try again in a moment");
}

Result<std::string> Passwords::hash(std::string_view password) {
  TRY(const auto place, take_place());
  return argon2id(password, effort_);
}

Result<bool> Passwords::verify(const std::string& hash, std::string_view password) {
  const auto plain = text::nfc(password.substr(0, longest));
  TRY(const auto place, take_place());
  const auto& against = hash.empty() ? nobodys_ : hash;
  const bool same =
      crypto_pwhash_argon2id_str_verify(against.c_str(), plain.data(), plain.size()) == 0;
  return same && !hash.empty() && password.size() <= longest;
}

Result<> check_password(std::string_view password, std::string_view account,
                        const PasswordRules& rules) {
  if (password.size() > longest || !text::valid_utf8(password))
    return invalid("the password must be text of at most 1024 bytes", "password");
  if (letters_of(text::nfc(password)) < rules.least)
    return invalid(fmt::format("the password must have at least {} letters", rules.least),
                   "password");
  if (std::set<char>(password.begin(), password.end()).size() < fewest_different)
    return invalid("the password must have at least 5 different letters", "password");
  if (tells_the_account(password, account))
    return invalid("the password must not contain the account's name", "password");
  if (is_weak(password, rules.weak))
    return invalid("the password is among those tried first: take several unrelated words",
                   "password");
  return {};
}

}  // namespace haidang::access
