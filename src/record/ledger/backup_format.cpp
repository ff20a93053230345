#include "record/ledger/backup_format.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "record/ledger/tables.hpp"

namespace haidang::ledger {
namespace {

constexpr std::int64_t manifest_format = 1;
// A body may have 32 levels, and the line is one around it.
constexpr std::size_t deepest = 40;

class Members {
 public:
  Members(const json::object& object, const std::string& where) : object_(object), where_(where) {}

  [[nodiscard]] Result<std::string> text(std::string_view name) const {
    TRY(const json::value* value, member(name));
    if (!value->is_string()) return wrong(fmt::format("\"{}\" is no string", name));
    return std::string(value->get_string());
  }
  [[nodiscard]] Result<std::int64_t> integer(std::string_view name) const {
    TRY(const json::value* value, member(name));
    if (!value->is_int64()) return wrong(fmt::format("\"{}\" is no whole number", name));
    return value->get_int64();
  }
  [[nodiscard]] Result<std::uint64_t> count(std::string_view name) const {
    TRY(const std::int64_t value, integer(name));
    if (value < 0) return wrong(fmt::format("\"{}\" is below 0", name));
    return static_cast<std::uint64_t>(value);
  }
  [[nodiscard]] Result<Digest> digest(std::string_view name) const {
    TRY(const std::string letters, text(name));
    const auto found = digest_of(letters);
    if (!found) return wrong(fmt::format("\"{}\" is not 64 lower-case hex letters", name));
    return *found;
  }
  [[nodiscard]] Result<const json::array*> array(std::string_view name) const {
    TRY(const json::value* value, member(name));
    if (!value->is_array()) return wrong(fmt::format("\"{}\" is no array", name));
    return &value->get_array();
  }
  [[nodiscard]] Result<json::object> object(std::string_view name) const {
    TRY(const json::value* value, member(name));
    if (!value->is_object()) return wrong(fmt::format("\"{}\" is no object", name));
    return value->get_object();
  }
  [[nodiscard]] std::unexpected<Error> wrong(std::string what) const {
    return fail(Error::Kind::corrupt, std::move(what), where_);
  }

 private:
  [[nodiscard]] Result<const json::value*> member(std::string_view name) const {
    const json::value* value = object_.if_contains(name);
    if (value == nullptr) return wrong(fmt::format("\"{}\" is absent", name));
    return value;
  }

  const json::object& object_;
  const std::string& where_;
};

Result<json::object> parse_object(std::string_view text, const std::string& where) {
  json::parse_options options;
  options.max_depth = deepest;
  json::error_code failed;
  json::value value = json::parse(text, failed, {}, options);
  if (failed) return fail(Error::Kind::corrupt, "not JSON: " + failed.message(), where);
  if (!value.is_object()) return fail(Error::Kind::corrupt, "not a JSON object", where);
  return std::move(value.get_object());
}

Result<Act> read_act(const Members& members) {
  Act act;
  TRY(act.seq, members.count("seq"));
  TRY(const std::int64_t at, members.integer("at"));
  if (at < 0 || at > micros(Time::max())) return members.wrong("\"at\" is no time");
  act.at = from_micros(at);
  TRY(act.actor, members.text("actor"));
  TRY(act.unit, members.text("unit"));
  TRY(act.case_id, members.text("case"));
  TRY(act.kind, members.text("kind"));
  TRY(act.previous, members.digest("previous"));
  TRY(act.hash, members.digest("hash"));
  TRY(act.body, members.object("body"));
  TRY(act.canonical, canonical_json(act.body));
  return act;
}

bool is_file_name(std::string_view name, std::string_view sha256) {
  return name == acts_file || name == checkpoints_file || name == document_file(sha256);
}

Result<BackupFile> read_file_entry(const json::value& value, const std::string& where) {
  if (!value.is_object())
    return fail(Error::Kind::corrupt, "\"files\" has what is no object", where);
  const Members members(value.get_object(), where);
  BackupFile file;
  TRY(file.name, members.text("name"));
  TRY(file.bytes, members.count("bytes"));
  TRY(const Digest digest, members.digest("sha256"));
  file.sha256 = hex(digest);
  // Also what keeps a name from leading out of the directory.
  if (!is_file_name(file.name, file.sha256)) {
    return members.wrong(fmt::format("'{}' is no file of a backup", text::shown(file.name)));
  }
  return file;
}

Result<Manifest> read_manifest(const Members& members, const std::string& where) {
  TRY(const std::int64_t format, members.integer("format"));
  if (format != manifest_format) {
    return invalid(
        fmt::format("a backup of format {}; this program reads format {}", format, manifest_format),
        where);
  }
  Manifest manifest;
  TRY(manifest.ledger, members.text("ledger"));
  TRY(manifest.acts, members.count("acts"));
  TRY(const Digest head, members.digest("head"));
  manifest.head = hex(head);
  TRY(manifest.made_at, members.text("made_at"));
  TRY(const json::array* files, members.array("files"));
  for (const json::value& value : *files) {
    TRY(BackupFile file, read_file_entry(value, where));
    manifest.files.push_back(std::move(file));
  }
  TRY(const json::array* missing, members.array("missing"));
  for (const json::value& value : *missing) {
    if (!value.is_string()) return members.wrong("\"missing\" has what is no string");
    manifest.missing.emplace_back(value.get_string());
  }
  return manifest;
}

json::object manifest_object(const Manifest& manifest) {
  json::array files;
  for (const BackupFile& file : manifest.files) {
    files.push_back({{"bytes", file.bytes}, {"name", file.name}, {"sha256", file.sha256}});
  }
  return {{"acts", manifest.acts},
          {"files", std::move(files)},
          {"format", manifest_format},
          {"head", manifest.head},
          {"ledger", manifest.ledger},
          {"made_at", manifest.made_at},
          {"missing", json::array(manifest.missing.begin(), manifest.missing.end())}};
}

}  // namespace

// By hand around the body, which is canonical already; members in the order of RFC 8785.
Result<std::string> act_line(const Act& act) {
  TRY(const std::string actor, canonical_json(json::string(act.actor)));
  TRY(const std::string case_id, canonical_json(json::string(act.case_id)));
  TRY(const std::string kind, canonical_json(json::string(act.kind)));
  TRY(const std::string unit, canonical_json(json::string(act.unit)));
  return fmt::format(
      R"({{"actor":{},"at":{},"body":{},"case":{},"hash":"{}","kind":{},"previous":"{}","seq":{},"unit":{}}})",
      actor, micros(act.at), act.canonical, case_id, hex(act.hash), kind, hex(act.previous),
      act.seq, unit);
}

Result<Act> act_from_line(std::string_view line, const std::string& where) {
  TRY(const json::object object, parse_object(line, where));
  auto act = read_act(Members(object, where));
  if (!act) return fail(Error::Kind::corrupt, act.error().message(), where);
  TRY(const std::string again, act_line(*act));
  if (again != line) return fail(Error::Kind::corrupt, "the act is not as acts are written", where);
  return act;
}

Chain::Chain(std::string_view identity) : head_(genesis(identity)) {}

Result<> Chain::take(const Act& act, const std::string& where) {
  const auto broken = [&](std::string_view what) {
    return fail(Error::Kind::corrupt, fmt::format("act {}: {}", act.seq, what), where);
  };
  if (act.seq != seq_ + 1) return broken(fmt::format("act {} should stand here", seq_ + 1));
  if (act.previous != head_) return broken("it does not follow from the one before");
  if (hash_of(act) != act.hash) return broken("its content is not what its hash says");
  seq_ = act.seq;
  head_ = act.hash;
  return {};
}

std::string document_file(std::string_view sha256) {
  return fmt::format("{}{}/{}", documents_folder, sha256.substr(0, 2), sha256);
}

std::vector<std::string> Manifest::documents() const {
  std::vector<std::string> names;
  for (const BackupFile& file : files) {
    if (file.name.starts_with(documents_folder)) names.push_back(file.sha256);
  }
  return names;
}

Result<std::string> manifest_text(const Manifest& manifest) {
  json::object object = manifest_object(manifest);
  TRY(const std::string content, canonical_json(object));
  object["sha256"] = sha256_hex(content);
  TRY(std::string text, canonical_json(object));
  return text + "\n";
}

Result<Manifest> manifest_from(std::string_view text, const std::string& where) {
  TRY(const json::object object, parse_object(text, where));
  TRY(Manifest manifest, read_manifest(Members(object, where), where));
  TRY(const std::string again, manifest_text(manifest));
  if (again != text) {
    return fail(Error::Kind::corrupt, "the manifest was changed: it is not what its sha256 says",
                where);
  }
  return manifest;
}

}  // namespace haidang::ledger
