// Who may do what: catalogue/access/roles.yml as a table, role × permission -> scope.
//
// Fails closed: what the table does not name is refused. A permission has the form "case.read",
// "registry.write", "account.manage"; the file lists them all, and a role naming another is refused
// with file:line. Where several roles give a permission the widest scope holds. A role of machines
// gives a person nothing, nor one of people a machine; who is anyone may nothing by this table.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "record/access/principal.hpp"

namespace haidang::access {

// How far a permission reaches, narrow to wide.
enum class Scope : std::uint8_t {
  self,   // what is the account's own
  party,  // cases in which the account's unit is a party
  unit,   // what belongs to the account's unit (and cases in which it is a party)
  city,   // all
};

struct Role {
  std::string name;
  std::string label_vi;
  std::string label_en;
  struct Grant {
    std::string permission;
    Scope scope;
  };
  std::vector<Grant> grants;
  bool totp_required = false;
  bool alone = false;    // held with no other role
  bool machine = false;  // for tokens, not for people
};

struct Permission {
  std::string name;
  std::string label_vi;
  std::string label_en;
};

class Policy {
 public:
  // The list of weak passwords that the file names lies beside it.
  static Result<Policy> load(const std::filesystem::path& file);

  // How far `who` may; nothing: not at all.
  [[nodiscard]] std::optional<Scope> allows(const Principal& who,
                                            std::string_view permission) const;
  [[nodiscard]] const std::vector<Role>& roles() const { return roles_; }
  [[nodiscard]] const Role* find(std::string_view role) const;
  [[nodiscard]] const std::vector<std::string>& permissions() const { return permissions_; }
  [[nodiscard]] const std::vector<Permission>& described_permissions() const { return described_; }
  // Words, folded, that no password may consist of.
  [[nodiscard]] const std::vector<std::string>& weak_passwords() const { return weak_passwords_; }

 private:
  friend class PolicyReader;
  std::vector<Role> roles_;
  std::vector<std::string> permissions_;
  std::vector<Permission> described_;
  std::vector<std::string> weak_passwords_;
};

}  // namespace haidang::access
