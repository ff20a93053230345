// Taking actions, adding to cases, firing clocks: each one act with what follows from it.
#pragma once

#include "record/procedure/core.hpp"

namespace haidang::procedure {

// Each returns the case's new version.
Result<std::uint64_t> take_action(const Core& core, ledger::Writer& writer,
                                  const access::Principal& who, const ActRequest& request);
struct Remark {
  std::string_view case_id;
  std::string text;
  std::vector<std::string> visible_to;
};
Result<std::uint64_t> add_comment(const Core& core, ledger::Writer& writer,
                                  const access::Principal& who, const Remark& remark);
Result<std::uint64_t> add_document(const Core& core, ledger::Writer& writer,
                                   const access::Principal& who, std::string_view case_id,
                                   const Attachment& document);
struct Linking {
  std::string_view case_id;
  std::string_view other;
  std::string_view how;
};
Result<std::uint64_t> add_link(const Core& core, ledger::Writer& writer,
                               const access::Principal& who, const Linking& linking);
Result<std::uint64_t> set_watch(const Core& core, ledger::Writer& writer,
                                const access::Principal& who, std::string_view case_id, bool on);

// A clock that is due, by the tables.
struct DueClock {
  std::string case_id;
  std::string clock;
  Time next{};
};
// The first in order of due time that is due at `at`, after those in `skip`.
Result<std::optional<DueClock>> first_due(ledger::Sql& sql, Time at,
                                          const std::vector<DueClock>& skip);
// Fires it once, where it is still due inside this transaction; whether it did.
Result<bool> fire(const Core& core, ledger::Writer& writer, const DueClock& due);

}  // namespace haidang::procedure
