#include <fmt/format.h>

#include "base/file.hpp"
#include "base/yaml.hpp"
#include "record/procedure/definition.hpp"

namespace haidang::procedure {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 4U << 20;

Result<yaml::Node> document(const fs::path& path) {
  TRY(const auto text, read_file(path, most_bytes));
  TRY(auto documents, yaml::parse(text, path.string()));
  if (documents.size() != 1 || !documents.front().is_mapping())
    return invalid("must hold one mapping", path.string() + ":1");
  return std::move(documents.front());
}

// The names below `section` of a file.
Result<std::vector<std::string>> names_in(const fs::path& path, std::string_view section) {
  TRY(const auto root, document(path));
  const auto* part = root.find(section);
  if (part == nullptr || !part->is_mapping())
    return invalid(fmt::format("needs a mapping '{}'", section), path.string() + ":1");
  std::vector<std::string> names;
  for (const auto& item : part->items) names.push_back(item.key);
  return names;
}

Result<> add_templates(const fs::path& path, Vocabulary& into) {
  TRY(const auto root, document(path));
  for (const auto& item : root.items) {
    into.notice_templates.push_back(item.key);
    const auto* values = item.find("values");
    if (values != nullptr) into.template_values[item.key] = values->texts();
  }
  return {};
}

Result<> add_procedure(const fs::path& path, Vocabulary& into) {
  TRY(const auto root, document(path));
  if (const auto name = root.text_of("procedure"); !name.empty())
    into.procedures.emplace_back(name);
  return {};
}

Result<> each_file(const fs::path& dir, Vocabulary& into,
                   Result<> (*add)(const fs::path&, Vocabulary&)) {
  TRY(const auto paths, list_files(dir, {.extensions = {".yml"}, .most_files = 500}));
  for (const auto& path : paths) TRY_VOID(add(path, into));
  return {};
}

}  // namespace

Result<Vocabulary> read_vocabulary(const fs::path& catalogue) {
  Vocabulary known;
  TRY(known.access_roles, names_in(catalogue / "access" / "roles.yml", "roles"));
  TRY(known.directive_roles, names_in(catalogue / "registry" / "roles.yml", "roles"));
  TRY(known.registry_kinds, names_in(catalogue / "registry" / "kinds.yml", "kinds"));
  TRY_VOID(each_file(catalogue / "notices", known, add_templates));
  TRY_VOID(each_file(catalogue / "procedures", known, add_procedure));
  return known;
}

}  // namespace haidang::procedure
