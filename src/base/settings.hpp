// Settings of a command, each declared once and bound to its variable.
//
//   DetectSettings chosen;                       // holds the defaults
//   Settings settings("haidang detect", "match events against Sigma rules");
//   settings.texts({"rules", "DIR", "directory of rules", .required = true}, chosen.rules);
//   settings.number({"threads", "N", "threads that match"}, chosen.threads, {1, 256});
//   settings.positionals({"FILE", "FILE|-", "events; - is standard input"}, chosen.files, {1,
//   9999}); TRY(const auto parsed, settings.parse(arguments));
//
// Parsing, limits, messages and help all derive from the declaration. A person's
// mistake names the option, what is allowed and the mend. The variables must
// outlive the Settings; after an error they hold a mixture and are not to be used.
// Two dashes, long names only (but -h); no abbreviations, no environment variables.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace haidang {

// How a setting is presented. `form` is what stands for its value in the help: "DIR", "N".
struct Presented {
  std::string_view name;
  std::string_view form{};
  std::string_view help{};
  bool required = false;
};

template <class T>
struct Bounds {
  T least;
  T most;
};

template <class Enum>
using Choices = std::vector<std::pair<std::string_view, Enum>>;

// One declared setting, as help, documentation and forms show it.
struct Setting {
  enum class Kind : std::uint8_t { flag, text, number, choice, duration, size };

  std::string name;
  Kind kind = Kind::text;
  std::string form{};
  std::string help{};
  std::string bounds{};    // "1..256"; empty: any
  std::string standard{};  // the default as one would write it; empty: none
  bool repeated = false;
  bool required = false;
};

class Settings {
 public:
  enum class Parsed : std::uint8_t { run, help };  // help: the person asked for it

  Settings(std::string command, std::string summary);

  void flag(const Presented& as, bool& into);
  void text(const Presented& as, std::string& into);
  void texts(const Presented& as, std::vector<std::string>& into);  // given once or more often
  void duration(const Presented& as, std::chrono::nanoseconds& into,
                Bounds<std::chrono::nanoseconds> bounds);
  void size(const Presented& as, std::uint64_t& into, Bounds<std::uint64_t> bounds);

  template <std::integral T>
  void number(const Presented& as, T& into, Bounds<T> bounds) {
    add_number(as, static_cast<std::int64_t>(into),
               {static_cast<std::int64_t>(bounds.least), static_cast<std::int64_t>(bounds.most)},
               [&into](std::int64_t value) { into = static_cast<T>(value); });
  }

  template <class Enum>
  void choice(const Presented& as, Enum& into, const Choices<Enum>& choices) {
    std::vector<std::string_view> names;
    std::size_t standard = 0;
    for (const auto& [name, value] : choices) {
      if (value == into) standard = names.size();
      names.push_back(name);
    }
    add_choice(as, names, standard,
               [&into, choices](std::size_t index) { into = choices[index].second; });
  }

  // The arguments that are no options. At most one such declaration.
  void positionals(const Presented& as, std::vector<std::string>& into, Bounds<std::size_t> count);

  // `arguments` begin after the command's name.
  [[nodiscard]] Result<Parsed> parse(std::span<const std::string_view> arguments);

  // One value by the name of its setting, from a source other than the command line;
  // `where` is its place there ("haidang.yaml:7").
  [[nodiscard]] Result<> set(std::string_view name, std::string_view value, std::string where);

  // From here on what was set may be set anew: a file first, then the command line over it.
  void next_source() { ++source_; }

  [[nodiscard]] std::string help() const;
  [[nodiscard]] const std::vector<Setting>& declared() const { return declared_; }

 private:
  using Take = std::function<Result<>(std::string_view value)>;
  // What belongs to declared_[i].
  struct Slot {
    Take take;
    unsigned given_by = 0;  // the source that set it last; 0: none
  };
  struct Rest {
    Setting shown;
    std::vector<std::string>* into = nullptr;
    Bounds<std::size_t> count{0, 0};
  };
  struct Option {
    std::string_view name;
    std::string_view value{};
    bool has_value = false;
  };

  void add(const Presented& as, Setting setting, Take take);
  void add_number(const Presented& as, std::int64_t standard, Bounds<std::int64_t> bounds,
                  std::function<void(std::int64_t)> store);
  void add_choice(const Presented& as, const std::vector<std::string_view>& names,
                  std::size_t standard, const std::function<void(std::size_t)>& store);

  Result<> take_option(Option option, std::span<const std::string_view>& rest);
  Result<> take_positional(std::string_view value);
  Result<> give(std::size_t index, std::string_view value, const std::string& where);
  [[nodiscard]] Result<> check_complete() const;
  [[nodiscard]] Result<std::size_t> find(std::string_view name, std::string_view dashes) const;

  std::string command_;
  std::string summary_;
  std::vector<Setting> declared_;
  std::vector<Slot> slots_;
  Rest rest_;
  unsigned source_ = 1;
};

}  // namespace haidang
