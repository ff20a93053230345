// MITRE ATT&CK tactics, as the tags of Sigma rules name them: attack.credential-access.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/language.hpp"

namespace haidang::app {

// The tactic's slug ("credential-access"; older rules write _ for -), or nothing for techniques
// (attack.t1110), groups, software and tags of others.
std::optional<std::string> tactic_of(std::string_view tag);

// "Credential Access", "Lấy thông tin đăng nhập". One we do not know is named by its slug.
std::string tactic_name(std::string_view tactic, Language language);

// Its place in the course of an attack; unknown ones come last.
std::size_t tactic_order(std::string_view tactic);

}  // namespace haidang::app
