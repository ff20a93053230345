// City profiles (catalogue/profiles/NAME/*.yml): the units, roles and neighbours of a city from a
// day on. Applying one puts what is new, ends what it no longer has and records successors, all in
// one transaction; history stays. Applying it again changes nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "record/registry/registry.hpp"

namespace haidang::registry {

struct Applied {
  std::uint64_t put = 0;
  std::uint64_t ended = 0;
  std::uint64_t same = 0;
};

Result<Applied> apply_profile(const Registry& registry, ledger::Writer& writer, const By& by,
                              const std::filesystem::path& profile);

}  // namespace haidang::registry
