#include "app/city_settings.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/yaml.hpp"

namespace haidang::app {
namespace {

constexpr std::string_view usual_config = "haidang.yaml";
constexpr std::size_t most_config = 1U << 20;

void declare_place(Settings& settings, CitySettings& chosen) {
  settings.text({"config", "FILE", "settings as YAML; the command line goes before it"},
                chosen.config);
  settings.text({"data", "DIR", "where ledger, documents and keys lie"}, chosen.data);
  settings.text({"database", "ADDRESS",
                 "sqlite:/absolute/path or postgresql://user:password@host/name; empty: SQLite in "
                 "the data directory"},
                chosen.database);
  settings.text({"catalogue", "DIR", "procedures, roles, profiles, notices"}, chosen.catalogue);
}

void declare_server(Settings& settings, CitySettings& chosen) {
  settings.text({"address", "IP", "address to listen on"}, chosen.address);
  settings.number<std::uint16_t>({"port", "N", "port to listen on; 0: any free one"}, chosen.port,
                                 {0, 65535});
  settings.text({"tls-certificate", "FILE", "PEM; with --tls-key the server speaks HTTPS"},
                chosen.tls_certificate);
  settings.text({"tls-key", "FILE", "PEM"}, chosen.tls_key);
  settings.number<unsigned>({"threads", "N", "threads that answer"}, chosen.threads, {1, 256});
  settings.text({"public-address", "URL", "how people reach the console; for links in notices"},
                chosen.public_address);
  settings.number<std::uint32_t>({"logins-per-minute", "N", "logins taken from one address"},
                                 chosen.logins_per_minute, {1, 100'000});
  settings.number<std::uint32_t>(
      {"reports-per-hour", "N", "reports and their documents taken from one address, no account"},
      chosen.reports_per_hour, {1, 100'000});
}

void declare_record(Settings& settings, CitySettings& chosen) {
  settings.text({"checkpoint-file", "FILE",
                 "signed checkpoints; keep it where the administrator of the data is not; empty: "
                 "beside the data directory"},
                chosen.checkpoint_file);
  settings.duration({"checkpoint-every", "TIME", "how often a checkpoint leaves the database"},
                    chosen.checkpoint_every, {std::chrono::seconds(1), std::chrono::hours(24)});
  settings.flag({"checkpoint-syslog", "", "send each checkpoint to syslog too"},
                chosen.checkpoint_syslog);
  settings.text({"timestamp-url", "URL", "an RFC 3161 authority that stamps each checkpoint"},
                chosen.timestamp_url);
  settings.flag({"encrypt-documents", "", "keep documents encrypted, with DATA/keys/documents"},
                chosen.encrypt_documents);
  settings.size({"most-document", "SIZE", "the largest document taken"}, chosen.most_document,
                {1024, std::uint64_t{4} << 30});
  settings.duration(
      {"clock-ahead", "TIME", "run the clock ahead, to see what a deadline does: for tests only"},
      chosen.clock_ahead, {std::chrono::nanoseconds(0), std::chrono::hours(24 * 366)});
  settings.flag({"no-second-factor", "",
                 "let roles that need a second factor work without: for demonstrations only"},
                chosen.no_second_factor);
  settings.flag({"weak-passwords", "", "hash passwords cheaply: for demonstrations and tests only"},
                chosen.weak_passwords);
}

void declare_notices(Settings& settings, CitySettings& chosen) {
  settings.text({"mail-url", "URL", "smtp://host:25 or smtps://host:465"}, chosen.mail_url);
  settings.text({"mail-user", "NAME", "who logs in to the mail server"}, chosen.mail_user);
  settings.text({"mail-password-file", "FILE", "its first line is the password"},
                chosen.mail_password_file);
  settings.text({"mail-from", "ADDRESS", "sender of all mail"}, chosen.mail_from);
  settings.text({"mail-ca-file", "FILE", "PEM; whom to trust as mail server; empty: the system's"},
                chosen.mail_ca_file);
  settings.flag({"mail-without-tls", "", "send where the mail server offers no TLS"},
                chosen.mail_without_tls);
  settings.text({"sms-url", "URL", "gateway that takes a POST for each message"}, chosen.sms_url);
  settings.text({"sms-body", "TEXT", "what is posted; {{to}} and {{text}} are filled in"},
                chosen.sms_body);
  settings.text({"sms-content-type", "TYPE", "of what is posted"}, chosen.sms_content_type);
  settings.text({"sms-authorization-file", "FILE", "its first line is the Authorization header"},
                chosen.sms_authorization_file);
  settings.text({"webhook-secret-file", "FILE", "its first line signs webhooks (HMAC-SHA256)"},
                chosen.webhook_secret_file);
}

Result<> apply(const yaml::Node& node, const std::string& prefix, std::string_view file,
               Settings& settings) {
  for (const auto& item : node.items) {
    const std::string name = prefix.empty() ? item.key : fmt::format("{}-{}", prefix, item.key);
    if (item.is_mapping()) {
      TRY_VOID(apply(item, name, file, settings));
      continue;
    }
    for (const auto& text : item.texts())
      TRY_VOID(settings.set(name, text, yaml::place(file, item)));
  }
  return {};
}

}  // namespace

Settings declare(CitySettings& chosen, const std::string& command, const std::string& summary) {
  Settings settings(command, summary);
  declare_place(settings, chosen);
  declare_server(settings, chosen);
  declare_record(settings, chosen);
  declare_notices(settings, chosen);
  return settings;
}

Result<> apply_config(const std::string& file, Settings& settings) {
  TRY(const auto text, read_file(file, most_config));
  TRY(const auto documents, yaml::parse(text, file));
  for (const auto& document : documents) {
    if (!document.is_mapping())
      return invalid("settings are 'name: value'", yaml::place(file, document));
    TRY_VOID(apply(document, "", file, settings));
  }
  return {};
}

// The file first, so that the command line has the last word; a first look at the command line
// says which file.
Result<Settings::Parsed> read_city_settings(std::span<const std::string_view> arguments,
                                            Settings& settings, CitySettings& chosen) {
  std::string config = std::filesystem::exists(usual_config) ? std::string(usual_config) : "";
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    constexpr std::string_view option = "--config";
    if (arguments[i] == option && i + 1 < arguments.size()) config = arguments[i + 1];
    if (arguments[i].starts_with("--config=")) config = arguments[i].substr(option.size() + 1);
  }
  if (!config.empty()) TRY_VOID(apply_config(config, settings));
  settings.next_source();
  TRY(const auto parsed, settings.parse(arguments));
  chosen.config = config;
  return parsed;
}

}  // namespace haidang::app
