#include "record/access/policy.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haidang::access {
namespace {

const std::filesystem::path shipped =
    std::filesystem::path(HAIDANG_SOURCE_DIR) / "catalogue/access/roles.yml";

Policy policy() {
  auto loaded = Policy::load(shipped);
  EXPECT_TRUE(loaded) << loaded.error().message();
  return loaded ? *loaded : Policy{};
}

Principal person(std::vector<std::string> roles) {
  return {
      .kind = Principal::Kind::person, .account = "an", .unit = "so-a", .roles = std::move(roles)};
}

Principal machine(std::vector<std::string> roles) {
  return {.kind = Principal::Kind::machine, .account = "token:1", .roles = std::move(roles)};
}

class File {
 public:
  explicit File(std::string_view text) {
    std::filesystem::create_directories(dir_);
    std::ofstream(path()) << text;
  }
  ~File() { std::filesystem::remove_all(dir_); }
  [[nodiscard]] std::filesystem::path path() const { return dir_ / "roles.yml"; }
  [[nodiscard]] std::filesystem::path beside(std::string_view name) const { return dir_ / name; }

 private:
  std::filesystem::path dir_ = std::filesystem::path(testing::TempDir()) /
                               testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST(Policy, WhatIsNotGrantedIsRefused) {
  const auto table = policy();
  EXPECT_FALSE(table.allows(person({}), "case.read"));
  EXPECT_FALSE(table.allows(person({"no_such_role"}), "case.read"));
  EXPECT_FALSE(table.allows(person({"officer"}), "no.such.permission"));
  EXPECT_FALSE(table.allows(person({"officer"}), ""));
  EXPECT_FALSE(table.allows(person({"officer"}), "account.manage"));
}

TEST(Policy, AnyoneMayNothingWhateverRolesTheyClaim) {
  const auto table = policy();
  Principal anyone{.account = "public", .roles = {"analyst", "administrator", "reader"}};
  for (const auto& permission : table.permissions()) EXPECT_FALSE(table.allows(anyone, permission));
}

TEST(Policy, TheWidestScopeOfSeveralRolesHolds) {
  const auto table = policy();
  EXPECT_EQ(table.allows(person({"employee"}), "case.read"), Scope::self);
  EXPECT_EQ(table.allows(person({"employee", "officer"}), "case.read"), Scope::unit);
  EXPECT_EQ(table.allows(person({"analyst", "employee"}), "case.read"), Scope::city);
}

TEST(Policy, RolesOfMachinesAndOfPeopleDoNotMix) {
  const auto table = policy();
  EXPECT_EQ(table.allows(machine({"ingest"}), "event.ingest"), Scope::unit);
  EXPECT_FALSE(table.allows(person({"ingest"}), "event.ingest"));
  EXPECT_FALSE(table.allows(machine({"administrator"}), "account.manage"));
}

TEST(ShippedPolicy, TheAdministratorSeesNoContentOfCases) {
  const auto table = policy();
  const auto admin = person({"administrator"});
  for (const auto& permission : table.permissions()) {
    const bool content = permission.starts_with("case.") || permission.starts_with("document.") ||
                         permission.starts_with("event.") || permission.starts_with("notice.") ||
                         permission == "ledger.read" || permission == "export";
    EXPECT_FALSE(content && table.allows(admin, permission)) << permission;
  }
  EXPECT_TRUE(table.find("administrator")->alone);
  EXPECT_EQ(table.allows(admin, "account.manage"), Scope::city);
}

TEST(ShippedPolicy, OnlyAuthoritiesOfTheDirectiveReadCasesOfTheWholeCity) {
  const auto table = policy();
  std::vector<std::string> wide;
  for (const auto& role : table.roles())
    if (table.allows(person({role.name}), "case.read") == Scope::city) wide.push_back(role.name);
  EXPECT_THAT(wide, testing::UnorderedElementsAre("analyst", "police_officer", "auditor"));
}

TEST(ShippedPolicy, NobodyActsInCasesOfOthers) {
  const auto table = policy();
  for (const auto& role : table.roles())
    for (const auto* permission : {"case.act", "case.comment", "case.attach", "notice.acknowledge"})
      EXPECT_NE(table.allows(person({role.name}), permission), Scope::city)
          << role.name << ' ' << permission;
}

TEST(ShippedPolicy, OutsideFirmsReachOnlyCasesTheyArePartyTo) {
  const auto table = policy();
  for (const auto* role : {"technician", "isp"})
    for (const auto& grant : table.find(role)->grants) {
      const bool harmless =
          grant.permission == "procedure.read" || grant.permission == "self.manage";
      EXPECT_TRUE(harmless || grant.scope == Scope::party) << role << ' ' << grant.permission;
    }
}

TEST(ShippedPolicy, OnlyTheAdministratorManagesAccounts) {
  const auto table = policy();
  for (const auto& role : table.roles())
    EXPECT_EQ(table.allows(person({role.name}), "account.manage").has_value(),
              role.name == "administrator")
        << role.name;
}

TEST(ShippedPolicy, EveryPersonManagesTheirOwnAccountAndNoMoreThanThat) {
  const auto table = policy();
  for (const auto& role : table.roles())
    EXPECT_TRUE(role.machine || table.allows(person({role.name}), "self.manage") == Scope::self)
        << role.name;
}

TEST(ShippedPolicy, EveryPermissionIsHeldBySomebody) {
  const auto table = policy();
  for (const auto& permission : table.permissions()) {
    const bool held = std::ranges::any_of(table.roles(), [&](const Role& role) {
      return table.allows(role.machine ? machine({role.name}) : person({role.name}), permission)
          .has_value();
    });
    EXPECT_TRUE(held) << permission;
  }
}

TEST(ShippedPolicy, HasTheRolesAndPermissionsOfTheDesign) {
  const auto table = policy();
  for (const auto* role : {"analyst", "police_officer", "officer", "head", "employee", "responder",
                           "technician", "committee", "finance", "planning", "justice", "media",
                           "isp", "auditor", "administrator", "ingest", "reader"})
    EXPECT_TRUE(table.find(role)) << role;
  for (const auto* permission :
       {"case.open",      "case.read",       "case.act",        "case.comment",
        "case.link",      "case.attach",     "document.read",   "registry.read",
        "registry.write", "registry.import", "registry.export", "account.read",
        "account.manage", "token.manage",    "notice.read",     "notice.acknowledge",
        "notice.retry",   "ledger.read",     "ledger.verify",   "ledger.backup",
        "procedure.read", "export",          "event.ingest",    "event.read",
        "self.manage"})
    EXPECT_THAT(table.permissions(), testing::Contains(permission));
  EXPECT_EQ(table.described_permissions().size(), table.permissions().size());
  EXPECT_THAT(table.weak_passwords(), testing::Contains("matkhau"));
}

TEST(PolicyFile, WithAFaultIsRefusedByFileAndLine) {
  struct Row {
    std::string_view text, line, what;
  };
  constexpr std::string_view head = "permissions:\n  case.read: {vi: Xem, en: Read}\nroles:\n";
  const std::string good = std::string(head) + "  a:\n    vi: A\n    en: A\n";
  const std::array rows{
      Row{"roles: {}\n", "1", "'permissions' is missing"},
      Row{"permissions: {}\n", "1", "'roles' is missing"},
      Row{"permissions: {}\nroles: {}\nrolls: {}\n", "3", "unknown key 'rolls'"},
      Row{"permissions: [case.read]\nroles: {}\n", "1", "must be a mapping"},
      Row{"permissions:\n  Case: {vi: a, en: b}\nroles: {}\n", "2", "named by"},
      Row{"permissions:\n  a.b: {vi: a}\nroles: {}\n", "2", "'en' is missing"},
      Row{"permissions:\n  a.b: {vi: a, en: b}\n  a.b: {vi: a, en: b}\nroles: {}\n", "3", "a.b"},
  };
  const std::array grants{
      Row{"    grants: {case.raed: unit}\n", "7", "unknown permission 'case.raed'"},
      Row{"    grants: {case.read: town}\n", "7", "unknown scope 'town'"},
      Row{"    grants: {case.read: [unit]}\n", "7", "unknown scope"},
      Row{"    grants: {case.read: unit, case.read: city}\n", "7", "case.read"},
      Row{"    grants: [case.read]\n", "7", "mapping of permission: scope"},
      Row{"    grant: {case.read: unit}\n", "7", "unknown key 'grant'"},
      Row{"    grants: {}\n    alone: yes\n", "8", "true or false"},
      Row{"    grants: {}\n  a: {vi: A, en: A, grants: {}}\n", "8", "'a'"},
      Row{"    machine: true\n", "4", "'grants' is missing"},
  };
  const auto refused = [](const Row& row, const std::string& text) {
    SCOPED_TRACE(text);
    const File file(text);
    const auto loaded = Policy::load(file.path());
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().where, testing::HasSubstr("roles.yml:" + std::string(row.line)));
    EXPECT_THAT(loaded.error().what, testing::HasSubstr(row.what));
  };
  for (const auto& row : rows) refused(row, std::string(row.text));
  for (const auto& row : grants) refused(row, good + std::string(row.text));
}

TEST(PolicyFile, NamesAListOfWeakPasswordsThatMustBeThereAndFolded) {
  const File file("weak_passwords: weak.txt\npermissions: {}\nroles: {}\n");
  EXPECT_FALSE(Policy::load(file.path())) << "absent";
  std::ofstream(file.beside("weak.txt")) << "# words\n\nmatkhau\nMậtKhẩu\n";
  const auto loaded = Policy::load(file.path());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().where, testing::HasSubstr("weak.txt:4"));
  std::ofstream(file.beside("weak.txt")) << "# words\nmatkhau\n";
  ASSERT_TRUE(Policy::load(file.path()));
  EXPECT_THAT(Policy::load(file.path())->weak_passwords(), testing::ElementsAre("matkhau"));
}

}  // namespace
}  // namespace haidang::access
