// What `haidang detect` can be told, declared once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/language.hpp"
#include "base/result.hpp"
#include "base/settings.hpp"
#include "base/time.hpp"
#include "watch/detect/logsource.hpp"

namespace haidang::app {

enum class Format : std::uint8_t { table, ndjson };

struct DetectSettings {
  std::vector<std::string> rules{};
  Format format = Format::table;
  bool stats = false;
  unsigned threads = 0;  // 0: as many as cores
  bool explain = false;
  bool no_event = false;
  bool follow = false;
  bool no_cache = false;
  std::string logsource{};
  std::string utc_offset = "+07:00";
  std::string catalogue{};
  Language language = Language::en;
  std::size_t top = 100;
  std::vector<std::string> paths{};

  // Their text forms, read.
  [[nodiscard]] Result<std::optional<detect::Logsource>> chosen_logsource() const;
  [[nodiscard]] Result<Offset> clock() const;
  [[nodiscard]] unsigned chosen_threads() const;
};

// `chosen` outlives what is returned.
Settings declare(DetectSettings& chosen);

// "product=windows,category=process_creation"
Result<detect::Logsource> parse_logsource_option(std::string_view text);
// "+07:00", "-0530", "Z"
Result<Offset> parse_offset(std::string_view text);

// A choice that every subcommand with words for people offers.
void declare_language(Settings& settings, Language& language);

}  // namespace haidang::app
