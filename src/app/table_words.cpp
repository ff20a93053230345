#include "app/table_words.hpp"

#include <array>

namespace haidang::app {
namespace {

constexpr TableWords english{
    .rules = "rules",
    .correlations = "correlations",
    .events = "events",
    .files = "files",
    .matches = "matches",
    .one_rule = "rule",
    .one_match = "match",
    .unreadable = "unreadable",
    .refused = "refused",
    .times_at = "times at UTC",
    .by_severity = "By severity",
    .by_tactic = "By ATT&CK tactic",
    .read = "Read",
    .no_tactic = "(no tactic named)",
    .example = "e.g.",
    .more_hosts = "and more",
    .more_rules = "more rules matched; --top N shows more, --format ndjson all",
    .nothing_found = "Nothing found: no rule matches any of these events.",
    .nothing_read = "No events were read.",
    .try_rules =
        "Other rules: --rules DIR (may be repeated), for example a clone of SigmaHQ/sigma.",
    .try_check = "Which rules can never apply: haidang rules check DIR.",
    .try_inputs = "Are these logs? Formats that are known: README.md, \"What works today\".",
};

constexpr TableWords vietnamese{
    .rules = "luật",
    .correlations = "tương quan",
    .events = "sự kiện",
    .files = "tệp",
    .matches = "lần khớp",
    .one_rule = "luật",
    .one_match = "lần khớp",
    .unreadable = "không đọc được",
    .refused = "bị từ chối",
    .times_at = "giờ theo UTC",
    .by_severity = "Theo mức độ",
    .by_tactic = "Theo chiến thuật ATT&CK",
    .read = "Đã đọc",
    .no_tactic = "(không nêu chiến thuật)",
    .example = "vd.",
    .more_hosts = "và nữa",
    .more_rules = "luật khác đã khớp; --top N cho xem thêm, --format ndjson cho xem hết",
    .nothing_found = "Không phát hiện gì: không luật nào khớp với các sự kiện này.",
    .nothing_read = "Không đọc được sự kiện nào.",
    .try_rules = "Thử luật khác: --rules THƯ-MỤC (lặp lại được), ví dụ bản sao SigmaHQ/sigma.",
    .try_check = "Luật nào không bao giờ áp dụng được: haidang rules check THƯ-MỤC.",
    .try_inputs = "Đây có phải nhật ký không? Các định dạng đọc được: xem README.vi.md.",
};

constexpr std::array levels{
    Said{"INFO", "THÔNG TIN"}, Said{"LOW", "THẤP"},          Said{"MEDIUM", "TRUNG BÌNH"},
    Said{"HIGH", "CAO"},       Said{"CRITICAL", "NGUY CẤP"},
};
static_assert(levels.size() == static_cast<std::size_t>(detect::Level::critical) + 1);

}  // namespace

const TableWords& table_words(Language language) {
  return language == Language::vi ? vietnamese : english;
}

std::string_view level_word(detect::Level level, Language language) {
  return levels[static_cast<std::size_t>(level)].in(language);
}

std::string grouped(std::uint64_t number, Language language) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, language == Language::vi ? '.' : ',');
  }
  return digits;
}

}  // namespace haidang::app
