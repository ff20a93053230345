// The language a person is spoken to in: English unless Vietnamese is asked for.
#pragma once

#include <string_view>

namespace haidang::app {

enum class Language { en, vi };

// By LC_ALL, LC_MESSAGES, LANG: the first that is set decides.
Language language_of_environment();

// One thing said in both.
struct Said {
  std::string_view en;
  std::string_view vi;
  [[nodiscard]] std::string_view in(Language language) const {
    return language == Language::vi ? vi : en;
  }
};

}  // namespace haidang::app
