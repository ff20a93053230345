#include "app/language.hpp"

#include <cstdlib>

namespace haidang::app {

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("vi") ? Language::vi : Language::en;
  }
  return Language::en;
}

}  // namespace haidang::app
