// For tests only: a courier between a trial ledger and trial servers.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "record/ledger/trial.hpp"
#include "record/notify/notify.hpp"
#include "record/notify/trial_server.hpp"

namespace haidang::notify {

inline Templates catalogue() {
  return ledger::must(Templates::load(HAIDANG_SOURCE_DIR "/catalogue/notices"));
}

inline std::string text_at(const boost::json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

inline Notice notice(Channel channel, std::string address, int number = 1) {
  const std::string id = "SC-2026-" + std::to_string(number);
  return {
      .template_name = "case.opened",
      .case_id = id,
      .reason = "opened",
      .to = {.name = "Trực ban Công an thành phố",
             .unit = "ca",
             .channel = channel,
             .address = std::move(address)},
      .values = {{"number", id},
                 {"title", "Trang thông tin bị thay đổi giao diện, nghi do \"tin tặc\" & <mã độc>"},
                 {"procedure", {{"vi", "Sự cố an ninh mạng"}, {"en", "Incident"}}},
                 {"unit", "Sở Y tế"}}};
}

class CourierOnItsWay : public testing::Test {
 protected:
  CourierOnItsWay() {
    gateways_.public_address = "https://haidang.example";
    gateways_.webhook_secret = "chỉ hai bên biết";
    gateways_.mail.require_tls = false;
    gateways_.mail.from = "haidang@haiphong.example";
    gateways_.deadline = std::chrono::milliseconds(3000);
  }
  const TrialServer& mail_server(std::vector<std::string> options = {}) {
    smtp_ = std::make_unique<TrialServer>("smtp", trial_.dir(), std::move(options));
    gateways_.mail.url = "smtp://127.0.0.1:" + smtp_->port();
    return *smtp_;
  }
  const TrialServer& web_server() {
    http_ = std::make_unique<TrialServer>(
        "http", trial_.dir(), std::vector<std::string>{"--secret", gateways_.webhook_secret});
    return *http_;
  }
  [[nodiscard]] std::string web(const std::string& path) const {
    return "http://127.0.0.1:" + http_->port() + path;
  }
  std::string queued(const Notice& what) {
    return ledger::must(
        trial_->write([&](ledger::Writer& writer) { return queue(writer, "system", what); }));
  }
  Delivered row(const std::string& id) {
    return ledger::must(trial_->read([&](ledger::Sql& sql) { return get(sql, id); }));
  }
  Courier courier() { return {*trial_, catalogue(), gateways_, log_}; }
  std::size_t deliver() { return ledger::must(courier().deliver_due()); }

  ledger::TrialLedger trial_{{projection()}};
  Gateways gateways_;
  std::ostringstream logged_;
  Log log_{Log::Level::debug, logged_};
  std::unique_ptr<TrialServer> smtp_;
  std::unique_ptr<TrialServer> http_;
};

}  // namespace haidang::notify
