// What the program did, as JSON lines: {"ts":…,"level":"info","msg":…,"key":value…}
//
// One call is one line, whole even from several threads; written before the
// call returns. Values may hold anything an outsider sent: controls are
// escaped, UTF-8 is repaired, what is longer than `longest` bytes is cut, so a
// line can be neither forged nor broken. Logging never fails and never throws:
// a lost line must not stop the watch. `msg` and keys are ours, never an
// outsider's; keys other than ts, level and msg. No secrets, no content of documents.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "base/time.hpp"

namespace haidang {

class Log {
 public:
  enum class Level : std::uint8_t { debug, info, warning, error, off };
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
  static constexpr std::size_t longest = 8192;

  struct Field {
    std::string_view key;
    Value value;

    Field(std::string_view name, std::string_view text) : key(name), value(text) {}
    Field(std::string_view name, const char* text) : key(name), value(std::string_view(text)) {}
    Field(std::string_view name, const std::string& text)
        : key(name), value(std::string_view(text)) {}
    Field(std::string_view name, bool truth) : key(name), value(truth) {}
    template <std::floating_point T>
    Field(std::string_view name, T number) : key(name), value(static_cast<double>(number)) {}
    template <std::signed_integral T>
    Field(std::string_view name, T number) : key(name), value(static_cast<std::int64_t>(number)) {}
    template <std::unsigned_integral T>
      requires(!std::same_as<T, bool>)
    Field(std::string_view name, T number) : key(name), value(static_cast<std::uint64_t>(number)) {}
  };
  using Fields = std::initializer_list<Field>;

  explicit Log(Level least = Level::info);  // to standard error
  Log(Level least, std::ostream& out);      // `out` outlives the Log
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  void set_level(Level least);
  [[nodiscard]] bool writes(Level level) const;

  void debug(std::string_view msg, Fields fields = {}) { write(Level::debug, msg, fields); }
  void info(std::string_view msg, Fields fields = {}) { write(Level::info, msg, fields); }
  void warning(std::string_view msg, Fields fields = {}) { write(Level::warning, msg, fields); }
  void error(std::string_view msg, Fields fields = {}) { write(Level::error, msg, fields); }
  void write(Level level, std::string_view msg, Fields fields);

 private:
  struct Sink;
  std::unique_ptr<Sink> sink_;
};

// One line without its end. Apart from Log, so that other writers give the same form.
std::string log_line(Time at, Log::Level level, std::string_view msg, Log::Fields fields);

}  // namespace haidang
