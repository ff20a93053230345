#include "base/log.hpp"

#include <array>
#include <cmath>
#include <iostream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

#include "base/json_text.hpp"

namespace haidang {
namespace {

struct LevelName {
  std::string_view name;
  spdlog::level::level_enum in_spdlog;
};
constexpr std::array levels{
    LevelName{"debug", spdlog::level::debug},  LevelName{"info", spdlog::level::info},
    LevelName{"warning", spdlog::level::warn}, LevelName{"error", spdlog::level::err},
    LevelName{"off", spdlog::level::off},
};
const LevelName& entry(Log::Level level) { return levels[static_cast<std::size_t>(level)]; }

struct AppendValue {
  std::string& out;

  void operator()(std::string_view text) const {
    const bool cut = text.size() > Log::longest;
    out += '"';
    append_json_escaped(out, text.substr(0, Log::longest));
    out += cut ? "…\"" : "\"";
  }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(double number) const {
    if (!std::isfinite(number)) {  // JSON has no such numbers
      out += "null";
      return;
    }
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
  void operator()(std::integral auto number) const {
    fmt::format_to(std::back_inserter(out), "{}", number);
  }
};

}  // namespace

std::string log_line(Time at, Log::Level level, std::string_view msg, Log::Fields fields) {
  std::string line = "{";
  const auto append = [&line](std::string_view key, const Log::Value& value) {
    append_json_key(line, key);
    std::visit(AppendValue{line}, value);
  };
  append("ts", format_time(at, Fraction::millis));
  append("level", entry(level).name);
  append("msg", msg);
  for (const Log::Field& field : fields) append(field.key, field.value);
  line += '}';
  return line;
}

struct Log::Sink {
  explicit Sink(std::ostream& out)
      : logger("haidang", std::make_shared<spdlog::sinks::ostream_sink_mt>(out, true)) {
    logger.set_pattern("%v");
  }
  spdlog::logger logger;
};

Log::Log(Level least) : Log(least, std::cerr) {}

Log::Log(Level least, std::ostream& out) : sink_(std::make_unique<Sink>(out)) { set_level(least); }

Log::~Log() = default;

void Log::set_level(Level least) { sink_->logger.set_level(entry(least).in_spdlog); }

bool Log::writes(Level level) const {
  return level != Level::off && sink_->logger.should_log(entry(level).in_spdlog);
}

void Log::write(Level level, std::string_view msg, Fields fields) {
  if (!writes(level)) return;
  const std::string line = log_line(now(), level, msg, fields);
  sink_->logger.log(entry(level).in_spdlog, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace haidang
