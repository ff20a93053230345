#include <algorithm>
#include <map>
#include <ranges>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/nearest.hpp"
#include "base/yaml.hpp"
#include "record/procedure/definition.hpp"
#include "record/procedure/parse.hpp"
#include "record/procedure/soundness.hpp"

namespace haidang::procedure {
namespace {

using parsing::Reader;
using parsing::Use;

constexpr yaml::Limits limits{.most_nodes = 20'000, .deepest = 24, .most_bytes = 1U << 20};

struct Read {
  Definition definition;
  std::vector<Use> uses;
  std::vector<Error> problems;
};

void by_place(std::vector<Error>& problems, const Reader& in) {
  const auto prefix = in.file().size() + 1;
  const auto line = [prefix](const Error& error) {
    return error.where.size() > prefix ? std::stoul(error.where.substr(prefix)) : 0UL;
  };
  // No stable_sort: clang 19 rejects that of libstdc++ 12. A multimap keeps what is equal in order.
  std::multimap<unsigned long, Error> sorted;
  for (const auto& problem : problems) sorted.emplace(line(problem), problem);
  std::ranges::copy(std::views::values(sorted), problems.begin());
}

Read failed(Error error) { return {.definition = {}, .uses = {}, .problems = {std::move(error)}}; }

Read read_text(std::string_view text, std::string_view file, const Vocabulary& known) {
  auto documents = yaml::parse(text, file, limits);
  if (!documents) return failed(documents.error());
  if (documents->size() != 1)
    return failed(
        {Error::Kind::invalid, "a file holds exactly one procedure", fmt::format("{}:1", file)});
  Reader in(file, known);
  Read read;
  in.collect_names(documents->front());
  parsing::read_definition(in, documents->front(), read.definition);
  soundness::check(in, read.definition);
  by_place(in.problems, in);
  read.definition.source_text = text;
  read.uses = std::move(in.uses);
  read.problems = std::move(in.problems);
  return read;
}

// --- What only all definitions together show -----------------------------------

struct Loaded {
  std::string file;
  Read read;
};

void problem(Loaded& loaded, std::uint32_t line, std::string what) {
  loaded.read.problems.push_back(
      {Error::Kind::invalid, std::move(what), fmt::format("{}:{}", loaded.file, line)});
}

std::vector<std::string_view> field_names(const Definition& definition) {
  std::vector<std::string_view> names;
  for (const auto& field : definition.fields) names.emplace_back(field.name);
  return names;
}

bool same_shape(const Field& a, const Field& b) {
  const auto of = [](const Field& field, std::string_view key) {
    const auto* value = field.schema.if_contains(key);
    return value == nullptr ? json::value() : *value;
  };
  return of(a, "type") == of(b, "type") && of(a, "format") == of(b, "format") &&
         of(a, "enum") == of(b, "enum") && a.refers_to == b.refers_to;
}

void check_handed(Loaded& from, const Definition& target, std::uint32_t line,
                  const std::string& theirs, const std::string& ours) {
  const Field* there = target.field(theirs);
  const Field* here = from.read.definition.field(ours);
  if (there == nullptr)
    return problem(from, line,
                   fmt::format("'{}' has no field '{}'{}", target.name, theirs,
                               did_you_mean(theirs, field_names(target))));
  if (here != nullptr && !same_shape(*here, *there))
    problem(from, line,
            fmt::format("'{}' does not fit the field '{}' of '{}'", ours, theirs, target.name));
}

void check_opening(Loaded& from, const OpenCase& open, std::uint32_t line,
                   const Definition& target) {
  for (const auto& [theirs, ours] : open.fields) check_handed(from, target, line, theirs, ours);
  for (const auto& field : target.fields)
    if (field.required && !open.fields.contains(field.name))
      problem(from, line,
              fmt::format("opening '{}' needs its field '{}'", target.name, field.name));
}

void check_openings(std::vector<Loaded>& all) {
  std::map<std::string, const Definition*, std::less<>> by_name;
  for (const auto& one : all) by_name.emplace(one.read.definition.name, &one.read.definition);
  for (auto& one : all)
    for (const auto& use : one.read.uses)
      if (const auto* open = std::get_if<OpenCase>(&use.effect.what))
        if (const auto target = by_name.find(open->procedure); target != by_name.end())
          check_opening(one, *open, use.line, *target->second);
}

void check_repeated(std::vector<Loaded>& all) {
  std::map<std::string, std::string> names;
  std::map<std::string, std::string> numbers;
  for (auto& one : all) {
    const auto& definition = one.read.definition;
    if (const auto [at, fresh] = names.emplace(definition.name, one.file); !fresh)
      problem(one, 1, fmt::format("procedure '{}' is defined in {} too", at->first, at->second));
    if (const auto [at, fresh] = numbers.emplace(definition.number, one.file); !fresh)
      problem(one, 1, fmt::format("number '{}' is used in {} too", at->first, at->second));
  }
}

// The name that a file gives itself, whatever else is wrong with it.
std::string own_name(std::string_view text, std::string_view file) {
  const auto documents = yaml::parse(text, file, limits);
  if (!documents || documents->empty()) return {};
  return std::string(documents->front().text_of("procedure"));
}

struct File {
  std::string path;
  std::string text;
};

Result<std::vector<File>> read_files(const std::filesystem::path& dir) {
  static constexpr std::size_t most_files = 500;
  TRY(const auto paths, list_files(dir, {.extensions = {".yml"}, .most_files = most_files}));
  std::vector<File> files;
  for (const auto& path : paths) {
    TRY(auto text, read_file(path, limits.most_bytes));
    files.push_back({path.string(), std::move(text)});
  }
  if (files.empty())
    return fail(Error::Kind::not_found, "no procedures (*.yml) there", dir.string());
  return files;
}

}  // namespace

Parsed parse_definition(std::string_view yaml, std::string_view file, const Vocabulary& known) {
  auto read = read_text(yaml, file, known);
  Parsed parsed{.definition = std::nullopt, .problems = std::move(read.problems)};
  if (parsed.problems.empty()) parsed.definition = std::move(read.definition);
  return parsed;
}

Result<Catalogue> load_definitions(const std::filesystem::path& dir, Vocabulary known) {
  TRY(const auto files, read_files(dir));
  known.procedures.clear();
  for (const auto& file : files)
    if (auto name = own_name(file.text, file.path); !name.empty())
      known.procedures.push_back(std::move(name));
  std::vector<Loaded> all;
  for (const auto& file : files) all.push_back({file.path, read_text(file.text, file.path, known)});
  check_repeated(all);
  check_openings(all);
  Catalogue catalogue;
  for (auto& one : all) {
    if (one.read.problems.empty()) catalogue.definitions.push_back(std::move(one.read.definition));
    for (auto& error : one.read.problems) catalogue.problems.push_back(std::move(error));
  }
  return catalogue;
}

}  // namespace haidang::procedure
