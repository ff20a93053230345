#include "app/tactics.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace haidang::app {
namespace {

struct Tactic {
  std::string_view slug;
  Said name;
};

constexpr std::array tactics{
    Tactic{"reconnaissance", {"Reconnaissance", "Trinh sát"}},
    Tactic{"resource-development", {"Resource Development", "Chuẩn bị công cụ"}},
    Tactic{"initial-access", {"Initial Access", "Xâm nhập ban đầu"}},
    Tactic{"execution", {"Execution", "Thực thi"}},
    Tactic{"persistence", {"Persistence", "Duy trì hiện diện"}},
    Tactic{"privilege-escalation", {"Privilege Escalation", "Leo thang đặc quyền"}},
    Tactic{"defense-evasion", {"Defense Evasion", "Né tránh phòng thủ"}},
    Tactic{"stealth", {"Stealth", "Ẩn mình"}},
    Tactic{"defense-impairment", {"Defense Impairment", "Làm suy yếu phòng thủ"}},
    Tactic{"credential-access", {"Credential Access", "Lấy thông tin đăng nhập"}},
    Tactic{"discovery", {"Discovery", "Dò tìm"}},
    Tactic{"lateral-movement", {"Lateral Movement", "Lan rộng trong mạng"}},
    Tactic{"collection", {"Collection", "Thu thập dữ liệu"}},
    Tactic{"command-and-control", {"Command and Control", "Điều khiển từ xa"}},
    Tactic{"exfiltration", {"Exfiltration", "Lấy dữ liệu ra ngoài"}},
    Tactic{"impact", {"Impact", "Phá hoại"}},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// t1110.001, g0016, s0154
bool is_numbered(std::string_view name) { return name.size() > 1 && is_digit(name[1]); }

}  // namespace

std::optional<std::string> tactic_of(std::string_view tag) {
  constexpr std::string_view space = "attack.";
  if (!tag.starts_with(space)) return std::nullopt;
  tag.remove_prefix(space.size());
  if (tag.empty() || is_numbered(tag)) return std::nullopt;
  std::string slug(tag);
  std::ranges::replace(slug, '_', '-');
  std::ranges::transform(slug, slug.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return slug;
}

std::string tactic_name(std::string_view tactic, Language language) {
  const auto known = std::ranges::find(tactics, tactic, &Tactic::slug);
  return std::string(known == tactics.end() ? tactic : known->name.in(language));
}

std::size_t tactic_order(std::string_view tactic) {
  return static_cast<std::size_t>(std::ranges::find(tactics, tactic, &Tactic::slug) -
                                  tactics.begin());
}

}  // namespace haidang::app
