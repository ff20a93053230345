#include "watch/detect/rule_cache.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ranges>
#include <system_error>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "watch/detect/rule_cache_format.hpp"

namespace haidang::detect {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_kept = 4;

// --- The key -----------------------------------------------------------------------------------

using Nanoseconds = std::chrono::nanoseconds;

Nanoseconds span_of(const timespec& time) {
  return std::chrono::seconds(time.tv_sec) + Nanoseconds(time.tv_nsec);
}

void put(std::string& out, std::int64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

void put(std::string& out, std::string_view text) {
  put(out, static_cast<std::int64_t>(text.size()));
  out += text;
}

// A file as the system tells it: what it holds cannot change without one of these changing.
// Gives when it changed last.
Nanoseconds put_file(std::string& out, const std::string& path) {
  struct stat facts{};
  put(out, path);
  put(out, std::int64_t{::stat(path.c_str(), &facts)});
  put(out, static_cast<std::int64_t>(facts.st_ino));
  put(out, std::int64_t{facts.st_size});
  put(out, span_of(facts.st_mtim).count());
  put(out, span_of(facts.st_ctim).count());
  return span_of(facts.st_ctim);
}

void put(std::string& out, const Placeholders& placeholders) {
  for (const auto& [name, values] : placeholders) {
    put(out, name);
    put(out, static_cast<std::int64_t>(values.size()));
    for (const auto& value : values) put(out, value);
  }
}

struct Key {
  Digest digest{};
  Nanoseconds changed{};  // the youngest file
};

Key key_of(const std::vector<std::string>& files, const Placeholders& placeholders) {
  std::string facts;
  put(facts, HAIDANG_VERSION);
  put_file(facts, "/proc/self/exe");  // another build may read rules otherwise
  put(facts, static_cast<std::int64_t>(placeholders.size()));
  put(facts, placeholders);
  Key key;
  for (const auto& file : files) key.changed = std::max(key.changed, put_file(facts, file));
  key.digest = sha256(facts);
  return key;
}

// Clocks of file systems tick slowly: a file that changed just now may change again unseen.
bool is_settled(const Key& key) {
  constexpr std::chrono::milliseconds tick(100);
  return std::chrono::system_clock::now().time_since_epoch() - key.changed > tick;
}

// A rule that could not be read now may be readable soon, and its facts would not tell.
bool is_lasting(const RuleSet& rules) {
  return std::ranges::all_of(rules.refused,
                             [](const Error& error) { return error.kind == Error::Kind::invalid; });
}

// --- The directory -----------------------------------------------------------------------------

// Only what this user, and nobody else, could have written.
Result<> check_owner(const fs::path& path) {
  struct stat facts{};
  if (::lstat(path.c_str(), &facts) != 0)
    return fail(Error::Kind::not_found, "there is none for these rules");
  const bool ours = S_ISREG(facts.st_mode) && facts.st_uid == ::geteuid() &&
                    (facts.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  if (ours) return {};
  return fail(Error::Kind::denied, "not a file that only we can write", path.string());
}

Result<RuleSet> fetch(const fs::path& path, const Digest& key) {
  TRY_VOID(check_owner(path));
  TRY(const auto file, read_file(path, most_snapshot_bytes));
  TRY(const auto bytes, opened(file, key));
  TRY(auto rules, decode_rules(bytes));
  std::error_code no_matter;
  fs::last_write_time(path, fs::file_time_type::clock::now(), no_matter);  // for drop_oldest
  return rules;
}

void drop_oldest(const fs::path& directory) {
  const auto listed = list_files(directory, {.extensions = {".rules"}, .most_deep = 1});
  if (!listed) return;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& path : *listed) {
    std::error_code gone;
    files.emplace_back(fs::last_write_time(path, gone), path);
  }
  std::ranges::sort(files, std::ranges::greater{}, [](const auto& file) { return file.first; });
  std::error_code no_matter;
  for (const auto& file : files | std::views::drop(most_kept)) fs::remove(file.second, no_matter);
}

Result<> make_directory(const fs::path& directory) {
  std::error_code failed;
  if (fs::create_directories(directory, failed))
    fs::permissions(directory, fs::perms::owner_all, failed);
  if (!failed) return {};
  return fail(Error::Kind::unavailable, "cannot make the directory: " + failed.message(),
              directory.string());
}

Result<> store(const fs::path& path, const RuleSet& rules, const Key& key) {
  if (!is_settled(key)) return fail(Error::Kind::unavailable, "a rule file changed just now");
  if (!is_lasting(rules)) return fail(Error::Kind::unavailable, "a rule file could not be read");
  TRY(const auto bytes, encode_rules(rules));
  TRY_VOID(make_directory(path.parent_path()));
  TRY_VOID(write_file(path, sealed(bytes, key.digest)));
  drop_oldest(path.parent_path());
  return {};
}

}  // namespace

Result<RuleSet> load_rules_cached(const std::vector<std::string>& paths,
                                  const Placeholders& placeholders, const fs::path& cache_dir,
                                  CacheUse* use) {
  CacheUse unwanted;
  CacheUse& told = use != nullptr ? *use : unwanted;
  TRY(const auto files, rule_files(paths));
  const Key key = key_of(files, placeholders);
  const fs::path path = cache_dir / (hex(key.digest) + ".rules");
  auto kept = fetch(path, key.digest);
  told = {.hit = kept.has_value()};
  if (kept) return kept;
  told.why = kept.error().message();
  TRY(auto rules, load_rules(paths, placeholders));
  const auto stored = store(path, rules, key);
  told.stored = stored.has_value();
  if (!stored) told.why += "; not stored: " + stored.error().message();
  return rules;
}

}  // namespace haidang::detect
