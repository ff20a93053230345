// For tests only: accounts on a ledger of their own, on either database, with a clock that stands
// still.
#pragma once

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "record/access/accounts.hpp"
#include "record/ledger/trial.hpp"

namespace haidang::access {

using namespace std::chrono_literals;
using ledger::must;
using Kind = Error::Kind;

inline constexpr std::string_view good = "đèn biển soi đêm dài";
inline constexpr std::string_view other = "thuyền về bến cũ 7";

inline const Policy& policy() {
  static const Policy loaded =
      must(Policy::load(std::filesystem::path(HAIDANG_SOURCE_DIR) / "catalogue/access/roles.yml"));
  return loaded;
}

inline AccountOptions options() {
  AccountOptions least;
  least.effort = Effort::least;
  least.secret_key = std::string(32, 'k');
  return least;
}

inline Account an(std::vector<std::string> roles = {"officer"}) {
  return {.id = "an.nguyen",
          .name = "Nguyễn Văn An",
          .unit = "so-xd",
          .email = "an@example.vn",
          .roles = std::move(roles),
          .must_change_password = false};
}

class OnBothDatabases : public testing::TestWithParam<ledger::Dialect> {
 protected:
  void SetUp() override {
    if (!ledger::available(GetParam())) GTEST_SKIP() << ledger::no_postgresql;
    trial_ = std::make_unique<ledger::TrialLedger>(std::vector{projection()}, GetParam());
    start();
  }

  void start() { accounts_ = std::make_unique<Accounts>(**trial_, policy(), with_); }
  void restart() {
    accounts_.reset();
    trial_->reopen();
    start();
  }
  void create(const Account& account = an()) { must(accounts_->create("system", account, good)); }

  Result<Session> log_in(std::string_view password = good, std::string_view code = {},
                         std::string_view account = "an.nguyen") {
    return accounts_->log_in(
        {std::string(account), std::string(password), std::string(code), "198.51.100.7"});
  }
  void fail_times(int times) {
    for (int i = 0; i < times; ++i) ASSERT_FALSE(log_in("sai mật khẩu rồi"));
  }
  // The secret of a confirmed second factor.
  std::string set_totp() {
    const auto link = must(accounts_->begin_totp("an.nguyen"));
    const auto secret = from_base32(link.substr(link.find("secret=") + 7, 32));
    must(accounts_->confirm_totp("an.nguyen", totp_code(secret, trial_->time())));
    return secret;
  }
  static std::string from_base32(std::string_view text) {
    std::string bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char letter : text) {
      held = held << 5U | static_cast<unsigned>(letter >= 'A' ? letter - 'A' : letter - '2' + 26);
      if ((bits += 5) >= 8) bytes += static_cast<char>(held >> (bits -= 8) & 0xffU);
    }
    return bytes;
  }
  [[nodiscard]] std::vector<ledger::Act> acts() const { return must((*trial_)->acts(0, 100'000)); }
  [[nodiscard]] std::size_t count(std::string_view kind) const {
    const auto all = acts();
    return static_cast<std::size_t>(std::ranges::count(all, kind, &ledger::Act::kind));
  }
  [[nodiscard]] std::vector<std::string> tables() const {
    std::vector<std::string> rows;
    const auto sql = trial_->connect();
    for (const auto& table : projection().tables)
      for (const auto& row : must(sql->rows("SELECT * FROM " + table + " ORDER BY 1"))) {
        std::string line = table;
        for (std::size_t i = 0; i < row.size(); ++i) {
          const auto& cell = row.cell(i);
          if (const auto* number = std::get_if<std::int64_t>(&cell))
            line += '|' + std::to_string(*number);
          else
            line += '|' + row.text(i);
        }
        rows.push_back(line);
      }
    return rows;
  }

  AccountOptions with_ = options();
  std::unique_ptr<ledger::TrialLedger> trial_;
  std::unique_ptr<Accounts> accounts_;
};

}  // namespace haidang::access
