#include "record/access/policy.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/yaml.hpp"

namespace haidang::access {

namespace {

constexpr std::size_t most_bytes = 1U << 20;

struct NamedScope {
  std::string_view name;
  Scope scope;
};
constexpr std::array scopes{NamedScope{"self", Scope::self}, NamedScope{"party", Scope::party},
                            NamedScope{"unit", Scope::unit}, NamedScope{"city", Scope::city}};

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, fits);
}

}  // namespace

// One file being read: every refusal names its place.
class PolicyReader {
 public:
  explicit PolicyReader(std::filesystem::path file)
      : path_(std::move(file)), file_(path_.string()) {}

  Result<Policy> read() {
    TRY(const auto text, read_file(path_, most_bytes));
    TRY(const auto documents, yaml::parse(text, file_));
    if (documents.size() != 1) return invalid("must be one YAML document", file_);
    TRY_VOID(read_root(documents.front()));
    return std::move(policy_);
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(const yaml::Node& at, std::string what) const {
    return invalid(std::move(what), yaml::place(file_, at));
  }

  Result<> check_keys(const yaml::Node& node, std::span<const std::string_view> known) const {
    if (!node.is_mapping()) return refuse(node, "must be a mapping");
    for (const auto& item : node.items)
      if (std::ranges::find(known, item.key) == known.end())
        return refuse(item, fmt::format("unknown key '{}'; known: {}", text::shown(item.key),
                                        fmt::join(known, ", ")));
    return {};
  }

  Result<const yaml::Node*> required(const yaml::Node& node, std::string_view key) const {
    const auto* found = node.find(key);
    if (!found) return refuse(node, fmt::format("'{}' is missing", key));
    return found;
  }

  Result<std::string> text(const yaml::Node& node, std::string_view key) const {
    TRY(const auto* found, required(node, key));
    if (!found->is_scalar() || found->text.empty())
      return refuse(*found, fmt::format("'{}' must be a text", key));
    return found->text;
  }

  Result<bool> flag(const yaml::Node& node, std::string_view key) const {
    const auto* found = node.find(key);
    if (!found) return false;
    if (found->is_scalar() && found->text == "true") return true;
    if (found->is_scalar() && found->text == "false") return false;
    return refuse(*found, fmt::format("'{}' must be true or false", key));
  }

  Result<> read_root(const yaml::Node& root) {
    static constexpr std::array<std::string_view, 3> known{"weak_passwords", "permissions",
                                                           "roles"};
    TRY_VOID(check_keys(root, known));
    TRY(const auto* permissions, required(root, "permissions"));
    TRY_VOID(read_permissions(*permissions));
    TRY(const auto* roles, required(root, "roles"));
    TRY_VOID(read_roles(*roles));
    if (const auto* weak = root.find("weak_passwords")) TRY_VOID(read_weak_passwords(*weak));
    return {};
  }

  Result<> read_permissions(const yaml::Node& node) {
    static constexpr std::array<std::string_view, 2> known{"vi", "en"};
    if (!node.is_mapping()) return refuse(node, "'permissions' must be a mapping");
    for (const auto& item : node.items) {
      if (!is_name(item.key)) return refuse(item, "a permission is named by a-z 0-9 _ and dots");
      TRY_VOID(check_keys(item, known));
      TRY(auto vi, text(item, "vi"));
      TRY(auto en, text(item, "en"));
      policy_.permissions_.push_back(item.key);
      policy_.described_.push_back({item.key, std::move(vi), std::move(en)});
    }
    return {};
  }

  Result<> read_roles(const yaml::Node& node) {
    if (!node.is_mapping()) return refuse(node, "'roles' must be a mapping");
    for (const auto& item : node.items) {
      TRY(auto role, read_role(item));
      policy_.roles_.push_back(std::move(role));
    }
    return {};
  }

  Result<Role> read_role(const yaml::Node& node) {
    static constexpr std::array<std::string_view, 6> known{"vi",    "en",      "totp_required",
                                                           "alone", "machine", "grants"};
    if (!is_name(node.key)) return refuse(node, "a role is named by a-z 0-9 _ and dots");
    TRY_VOID(check_keys(node, known));
    Role role{.name = node.key, .label_vi = {}, .label_en = {}, .grants = {}};
    TRY(role.label_vi, text(node, "vi"));
    TRY(role.label_en, text(node, "en"));
    TRY(role.totp_required, flag(node, "totp_required"));
    TRY(role.alone, flag(node, "alone"));
    TRY(role.machine, flag(node, "machine"));
    TRY(const auto* grants, required(node, "grants"));
    TRY(role.grants, read_grants(*grants));
    return role;
  }

  Result<std::vector<Role::Grant>> read_grants(const yaml::Node& node) {
    if (!node.is_mapping()) return refuse(node, "'grants' must be a mapping of permission: scope");
    std::vector<Role::Grant> grants;
    for (const auto& item : node.items) {
      if (std::ranges::find(policy_.permissions_, item.key) == policy_.permissions_.end())
        return refuse(item, fmt::format("unknown permission '{}': list it under 'permissions'",
                                        text::shown(item.key)));
      TRY(const auto scope, read_scope(item));
      grants.push_back({item.key, scope});
    }
    return grants;
  }

  Result<Scope> read_scope(const yaml::Node& node) const {
    const auto* found = std::ranges::find(scopes, node.text, &NamedScope::name);
    if (!node.is_scalar() || found == scopes.end())
      return refuse(node, fmt::format("unknown scope '{}': self, party, unit or city",
                                      text::shown(node.text)));
    return found->scope;
  }

  Result<> read_weak_passwords(const yaml::Node& node) {
    if (!node.is_scalar() || node.text.empty() || node.text.find('/') != std::string::npos)
      return refuse(node, "'weak_passwords' must name a file beside this one");
    const auto path = path_.parent_path() / node.text;
    TRY(const auto content, read_file(path, most_bytes));
    std::size_t line = 0;
    for (std::size_t from = 0; from < content.size(); ++line) {
      const auto end = std::min(content.find('\n', from), content.size());
      TRY_VOID(take_weak_password(std::string_view(content).substr(from, end - from),
                                  fmt::format("{}:{}", path.string(), line + 1)));
      from = end + 1;
    }
    return {};
  }

  Result<> take_weak_password(std::string_view word, std::string where) {
    if (word.empty() || word.front() == '#') return {};
    if (word != text::fold(word) || word.find(' ') != std::string_view::npos)
      return invalid("write it without marks, capitals and spaces", std::move(where));
    policy_.weak_passwords_.emplace_back(word);
    return {};
  }

  std::filesystem::path path_;
  std::string file_;
  Policy policy_;
};

Result<Policy> Policy::load(const std::filesystem::path& file) { return PolicyReader(file).read(); }

const Role* Policy::find(std::string_view role) const {
  const auto found = std::ranges::find(roles_, role, &Role::name);
  return found == roles_.end() ? nullptr : &*found;
}

std::optional<Scope> Policy::allows(const Principal& who, std::string_view permission) const {
  std::optional<Scope> widest;
  if (who.kind == Principal::Kind::anyone) return widest;
  for (const auto& name : who.roles) {
    const auto* role = find(name);
    if (!role || role->machine != (who.kind == Principal::Kind::machine)) continue;
    const auto grant = std::ranges::find(role->grants, permission, &Role::Grant::permission);
    if (grant != role->grants.end()) widest = std::max(widest, std::optional(grant->scope));
  }
  return widest;
}

}  // namespace haidang::access
