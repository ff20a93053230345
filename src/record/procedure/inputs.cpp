#include "record/procedure/inputs.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/procedure/uploads.hpp"

namespace haidang::procedure {
namespace {

constexpr std::size_t most_fields_bytes = 256U << 10;
constexpr std::size_t most_comment = 16U << 10;
constexpr std::size_t most_documents = 20;
constexpr std::size_t most_documents_of_case = 500;
constexpr std::size_t most_filename = 255;

std::string join(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "none" : out;
}

Result<> check_asked(const std::vector<std::string>& asked, std::string_view name,
                     const std::string& where) {
  if (has(asked, name)) return {};
  return invalid("is not asked for here; asked for: " + join(asked), where);
}

Result<> check_reference(const Place& place, const Field& field, const json::value& value,
                         const std::string& where) {
  if (field.refers_to.empty()) return {};
  for (const auto& id : texts_of(&value)) {
    const auto entry =
        place.core.parts.registry.get(place.sql, field.refers_to, id, registry::day_of(place.at));
    if (entry) continue;
    if (entry.error().kind != Error::Kind::not_found) return std::unexpected(entry.error());
    return invalid(fmt::format("the registry has no {} '{}' today: put it there first",
                               field.refers_to, text::shown(id)),
                   where);
  }
  return {};
}

Result<> check_field(const Place& place, std::string_view name, const json::value& value) {
  const auto where = fmt::format("/fields/{}", name);
  const auto* field = place.ready.definition.field(name);
  const auto check = place.ready.checks.find(name);
  if (field == nullptr || check == place.ready.checks.end())
    return invalid("there is no such field", where);
  if (value.is_null()) return {};
  TRY_VOID(check->second.check(value, where));
  return check_reference(place, *field, value, where);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= most_filename && text::valid_utf8(name) &&
         std::ranges::none_of(name, [](char c) {
           return c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         });
}

// In one word for what nobody has sent and what others have: see uploads.hpp.
Result<> check_sent(const Place& place, const std::string& sha256, const std::string& where) {
  if (!is_sha256(sha256)) return invalid("must be a SHA-256: 64 digits of 0-9 and a-f", where);
  TRY(const bool sent, may_attach(place.sql, place.by, sha256));
  if (!sent) return invalid("was not uploaded by you or your unit: upload it first", where);
  if (place.core.parts.documents.has(sha256)) return {};
  return fail(Error::Kind::corrupt, "an uploaded document is no longer stored", where);
}

Result<> check_document(const Place& place, const Case& it, const Attachment& document,
                        const std::string& where) {
  const auto& kinds = place.ready.definition.documents;
  if (!has(kinds, document.kind, &DocumentKind::name)) {
    std::vector<std::string> known;
    for (const auto& kind : kinds) known.push_back(kind.name);
    return invalid("is no kind of document here; known: " + join(known), where + "/kind");
  }
  if (!is_plain_name(document.filename))
    return invalid("must be a plain file name of at most 255 bytes", where + "/filename");
  TRY_VOID(check_sent(place, document.sha256, where + "/sha256"));
  const bool twice = std::ranges::any_of(it.papers, [&](const Paper& paper) {
    return paper.kind == document.kind && paper.sha256 == document.sha256;
  });
  if (twice) return invalid("is in the case already, as this kind", where);
  return {};
}

}  // namespace

Result<> check_fields(const Place& place, const std::vector<std::string>& asked,
                      const json::object& fields) {
  if (json::serialize(fields).size() > most_fields_bytes)
    return invalid("are over 256 KiB together: attach long things as documents", "/fields");
  for (const auto& [name, value] : fields) {
    TRY_VOID(check_asked(asked, name, fmt::format("/fields/{}", std::string_view(name))));
    TRY_VOID(check_field(place, name, value));
  }
  return {};
}

Result<> check_open_to_documents(const Place& place, const Case& it,
                                 const std::vector<Attachment>& documents) {
  if (documents.empty()) return {};
  const auto& closed_when = place.ready.definition.no_documents_when;
  if (!closed_when) return {};
  TRY(const bool closed, holds(*closed_when, {.sql = place.sql,
                                              .registry = place.core.parts.registry,
                                              .subject = it,
                                              .actor = {},
                                              .unit = {},
                                              .at = place.at}));
  if (!closed) return {};
  return invalid("this case takes no documents: their content must not enter a connected system",
                 "/documents");
}

Result<> check_documents(const Place& place, const Case& it,
                         const std::vector<Attachment>& documents) {
  if (documents.empty()) return {};
  TRY_VOID(check_open_to_documents(place, it, documents));
  if (documents.size() > most_documents)
    return invalid("at most 20 documents at once", "/documents");
  if (it.papers.size() + documents.size() > most_documents_of_case)
    return invalid("a case holds at most 500 documents", "/documents");
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto where = fmt::format("/documents/{}", i);
    TRY_VOID(check_document(place, it, documents[i], where));
    for (std::size_t j = 0; j < i; ++j)
      if (documents[j].kind == documents[i].kind && documents[j].sha256 == documents[i].sha256)
        return invalid("is handed in twice", where);
  }
  return {};
}

Result<> check_comment(std::string_view comment) {
  if (comment.size() > most_comment)
    return invalid("is longer than 16 KiB: attach it as a document", "/comment");
  if (!text::valid_utf8(comment)) return invalid("is not UTF-8", "/comment");
  return {};
}

Result<> check_present(const Definition& definition, const Case& it,
                       const std::vector<std::string>& names) {
  for (const auto& name : names) {
    const auto* value = it.value(name);
    if (value != nullptr && !is_empty(*value)) continue;
    const auto* field = definition.field(name);
    return invalid("is required: " + (field == nullptr ? name : field->label.en),
                   "/fields/" + name);
  }
  return {};
}

Result<> check_guards(const std::vector<Guard>& guards, const Scene& scene) {
  for (std::size_t i = 0; i < guards.size(); ++i) {
    TRY(const bool held, holds(guards[i].must, scene));
    if (!held) return invalid(guards[i].message.en, fmt::format("/guards/{}", i));
  }
  return {};
}

std::vector<std::string> asked_to_open(const Definition& definition) {
  if (!definition.open_asks.empty()) return definition.open_asks;
  std::vector<std::string> out;
  for (const auto& field : definition.fields) out.push_back(field.name);
  return out;
}

}  // namespace haidang::procedure
