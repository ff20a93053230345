#include "record/registry/roles.hpp"

#include "record/registry/catalogue_yaml.hpp"

namespace haidang::registry {
namespace {

Result<Role> read_role(const yaml::Node& node, std::string_view file) {
  constexpr std::string_view known[] = {"label", "actors", "several", "repairs"};
  TRY_VOID(only_keys(node, known, file));
  Role role{.name = node.key, .label = {}, .actors = {}};
  TRY(role.label, label_of(node, file));
  TRY(role.several, flag_of(node, "several", file));
  TRY(role.repairs, flag_of(node, "repairs", file));
  if (const auto* const actors = node.find("actors")) role.actors = actors->texts();
  if (role.actors.empty()) {
    return invalid("the role '" + role.name + "' stands for no actor of the clauses; name them",
                   yaml::place(file, node));
  }
  return role;
}

}  // namespace

Result<std::vector<Role>> load_roles(const std::filesystem::path& file) {
  TRY(const auto root, load_mapping(file));
  constexpr std::string_view known[] = {"roles"};
  TRY_VOID(only_keys(root, known, file.string()));
  std::vector<Role> roles;
  if (const auto* const listed = root.find("roles"); listed != nullptr) {
    for (const auto& node : listed->items) {
      TRY(auto role, read_role(node, file.string()));
      roles.push_back(std::move(role));
    }
  }
  if (roles.empty()) return invalid("no roles: list them under 'roles'", file.string());
  return roles;
}

}  // namespace haidang::registry
