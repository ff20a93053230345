// What a city's server is told: by haidang.yaml, then by the command line.
//
//   data: /var/lib/haidang          # the same names as the options, "--mail-url" is mail: {url: …}
//   mail: {url: smtp://mx.example:25, from: haidang@example.vn}
//
// Each setting is declared once, here; --help and every message derive from that. A name the file
// has and we do not know is an error with file:line.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/settings.hpp"

namespace haidang::app {

struct CitySettings {
  std::string config{};
  std::string data = "haidang-data";
  std::string database{};  // empty: SQLite in `data`
  std::string catalogue{};

  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string tls_certificate{};
  std::string tls_key{};
  unsigned threads = 8;
  std::string public_address{};
  std::uint32_t logins_per_minute = 20;
  std::uint32_t reports_per_hour = 10;

  std::string checkpoint_file{};  // empty: beside `data`, not in it
  std::chrono::nanoseconds checkpoint_every = std::chrono::minutes(10);
  bool checkpoint_syslog = false;
  std::string timestamp_url{};

  bool encrypt_documents = false;
  std::uint64_t most_document = 64U << 20;

  std::string mail_url{};
  std::string mail_user{};
  std::string mail_password_file{};
  std::string mail_from = "haidang@localhost";
  std::string mail_ca_file{};
  bool mail_without_tls = false;
  std::string sms_url{};
  std::string sms_body = R"({"to":"{{to}}","text":"{{text}}"})";
  std::string sms_content_type = "application/json";
  std::string sms_authorization_file{};
  std::string webhook_secret_file{};

  // For demonstrations and tests only.
  bool weak_passwords = false;
  bool no_second_factor = false;
  std::chrono::nanoseconds clock_ahead{0};
};

Settings declare(CitySettings& chosen, const std::string& command, const std::string& summary);

// The command line over the file it names (or haidang.yaml where there is one here).
Result<Settings::Parsed> read_city_settings(std::span<const std::string_view> arguments,
                                            Settings& settings, CitySettings& chosen);

// Every value of a configuration file, given to the settings it names.
Result<> apply_config(const std::string& file, Settings& settings);

}  // namespace haidang::app
