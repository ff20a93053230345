#include "record/ledger/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "record/ledger/act.hpp"
#include "record/ledger/disk.hpp"
#include "record/ledger/sodium_start.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_line = 2048;
constexpr std::size_t most_file_bytes = 256U << 20;
constexpr std::size_t longest_ledger = 128;
constexpr std::uint64_t highest_seq = 1ULL << 53U;
constexpr std::size_t seed_letters = 2 * crypto_sign_SEEDBYTES;
constexpr std::size_t key_letters = 2 * crypto_sign_PUBLICKEYBYTES;
constexpr std::size_t signature_letters = 2 * crypto_sign_BYTES;

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), raw(bytes.data()), bytes.size());
  out.pop_back();
  return out;
}

bool is_hex(std::string_view text, std::size_t letters) {
  return text.size() == letters && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// Of what is_hex.
std::string from_hex(std::string_view text) {
  std::string out(text.size() / 2, '\0');
  CHECK(sodium_hex2bin(raw(out.data()), out.size(), text.data(), text.size(), nullptr, nullptr,
                       nullptr) == 0,
        "hex letters were checked before");
  return out;
}

std::string time_text(Time at) { return format_time(at, Fraction::micros); }

// What is signed: the line without its signature, in its only form.
std::string signed_content(const Checkpoint& checkpoint) {
  const auto text = canonical_json(json::object{{"ledger", checkpoint.ledger},
                                                {"seq", checkpoint.seq},
                                                {"hash", hex(checkpoint.hash)},
                                                {"at", time_text(checkpoint.at)},
                                                {"key", checkpoint.key}});
  CHECK(text.has_value(), "a checkpoint has a canonical form");
  return *text;
}

bool is_ledger_name(std::string_view name) {
  return !name.empty() && name.size() <= longest_ledger && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

// --- the key file --------------------------------------------------------

Result<> check_private(const fs::path& key_file) {
  struct stat facts{};
  if (::stat(key_file.c_str(), &facts) != 0) return disk_failure("look at", key_file, errno);
  if ((facts.st_mode & 077U) == 0) return {};
  return fail(
      Error::Kind::denied,
      fmt::format("others than its owner may use this key (mode {:04o}); make a new one, or "
                  "run chmod 600 on it if nobody has read it",
                  facts.st_mode & 07777U),
      key_file.string());
}

Result<> make_key(const fs::path& key_file) {
  std::string seed(crypto_sign_SEEDBYTES, '\0');
  randombytes_buf(seed.data(), seed.size());
  const fs::path directory = key_file.has_parent_path() ? key_file.parent_path() : ".";
  TRY(NewFile file, NewFile::in(directory));
  TRY_VOID(file.write(to_hex(seed) + "\n"));
  const Result<> placed = file.place_first(key_file);
  // Another process was quicker: its key is the key.
  if (!placed && placed.error().kind == Error::Kind::conflict) return {};
  return placed;
}

Result<std::string> read_seed(const fs::path& key_file) {
  TRY_VOID(check_private(key_file));
  TRY(std::string text, read_file(key_file, seed_letters + 1));
  if (text.ends_with('\n')) text.pop_back();
  if (!is_hex(text, seed_letters)) {
    return fail(Error::Kind::corrupt,
                fmt::format("not a key: one line of {} hex letters is wanted", seed_letters),
                key_file.string());
  }
  return from_hex(text);
}

// --- reading a line ------------------------------------------------------

class Reader {
 public:
  Reader(const json::object& members, const std::string& where)
      : members_(members), where_(where) {}

  [[nodiscard]] Result<std::string> text(std::string_view name) const {
    const json::value* found = members_.if_contains(name);
    if (found == nullptr) return wrong(fmt::format("\"{}\" is absent", name));
    if (!found->is_string()) return wrong(fmt::format("\"{}\" is not a string", name));
    return std::string(found->get_string());
  }
  [[nodiscard]] Result<std::string> hex_text(std::string_view name, std::size_t letters) const {
    TRY(std::string found, text(name));
    if (is_hex(found, letters)) return found;
    return wrong(fmt::format("\"{}\" is not {} lower-case hex letters", name, letters));
  }
  [[nodiscard]] Result<std::uint64_t> seq() const {
    const json::value* found = members_.if_contains("seq");
    if (found == nullptr) return wrong("\"seq\" is absent");
    if (!found->is_int64() || found->get_int64() < 1 ||
        std::cmp_greater(found->get_int64(), highest_seq)) {
      return wrong("\"seq\" is not a whole number from 1 to 2^53");
    }
    return static_cast<std::uint64_t>(found->get_int64());
  }
  [[nodiscard]] Result<std::string> ledger() const {
    TRY(std::string found, text("ledger"));
    if (is_ledger_name(found)) return found;
    return wrong("\"ledger\" is not the identity of a ledger");
  }
  [[nodiscard]] Result<Time> at() const {
    TRY(const std::string found, text("at"));
    const auto time = parse_time(found);
    if (time && time_text(*time) == found) return *time;
    return wrong("\"at\" is not a time such as 2026-01-31T07:00:00.000000Z");
  }
  [[nodiscard]] Result<> only_known() const {
    constexpr std::array<std::string_view, 6> known{"ledger", "seq", "hash",
                                                    "at",     "key", "signature"};
    for (const auto& member : members_) {
      if (std::ranges::find(known, std::string_view(member.key())) == known.end()) {
        return wrong(
            fmt::format("\"{}\" does not belong in a checkpoint", text::shown(member.key())));
      }
    }
    return {};
  }
  [[nodiscard]] std::unexpected<Error> wrong(std::string what) const {
    return invalid("not a checkpoint: " + std::move(what), where_);
  }

 private:
  const json::object& members_;
  const std::string& where_;
};

Result<json::object> parse_object(std::string_view line, const std::string& where) {
  if (line.size() > longest_line) {
    return invalid(fmt::format("not a checkpoint: longer than {} bytes", longest_line), where);
  }
  json::parse_options options;
  options.max_depth = 2;
  json::error_code failed;
  const json::value value = json::parse(line, failed, {}, options);
  if (failed) return invalid("not a checkpoint: not JSON: " + failed.message(), where);
  if (!value.is_object()) return invalid("not a checkpoint: not a JSON object", where);
  return value.get_object();
}

Digest digest_from(std::string_view hex_letters) {
  Digest digest{};
  std::ranges::copy(from_hex(hex_letters), digest.begin());
  return digest;
}

Result<Checkpoint> read_members(const Reader& reader) {
  TRY_VOID(reader.only_known());
  TRY(std::string ledger, reader.ledger());
  TRY(const std::uint64_t seq, reader.seq());
  TRY(const std::string hash, reader.hex_text("hash", 64));
  TRY(const Time at, reader.at());
  TRY(std::string key, reader.hex_text("key", key_letters));
  TRY(std::string signature, reader.hex_text("signature", signature_letters));
  return Checkpoint{.ledger = std::move(ledger),
                    .seq = seq,
                    .hash = digest_from(hash),
                    .at = at,
                    .key = std::move(key),
                    .signature = std::move(signature)};
}

// --- the file ------------------------------------------------------------

// True where a write was cut: the next line must not be glued to what is left of it.
Result<bool> ends_mid_line(const Descriptor& file, const fs::path& path) {
  struct stat facts{};
  if (::fstat(file.number(), &facts) != 0) return disk_failure("look at", path, errno);
  if (!S_ISREG(facts.st_mode)) return invalid("not a file; name one", path.string());
  if (facts.st_size == 0) return false;
  char last = 0;
  if (::pread(file.number(), &last, 1, facts.st_size - 1) != 1) {
    return disk_failure("read the end of", path, errno);
  }
  return last != '\n';
}

}  // namespace

Signer::Signer(std::string secret, std::string public_key)
    : secret_(std::move(secret)), public_(std::move(public_key)) {}

Result<Signer> Signer::open(const fs::path& key_file) {
  start_sodium();
  std::error_code failed;
  if (!fs::exists(fs::symlink_status(key_file, failed))) TRY_VOID(make_key(key_file));
  TRY(const std::string seed, read_seed(key_file));
  std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
  std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
  crypto_sign_seed_keypair(raw(public_key.data()), raw(secret.data()), raw(seed.data()));
  return Signer(std::move(secret), to_hex(public_key));
}

Checkpoint Signer::sign(Checkpoint unsigned_one) const {
  Checkpoint one = std::move(unsigned_one);
  one.at = std::chrono::floor<std::chrono::microseconds>(one.at);
  one.key = public_;
  const std::string content = signed_content(one);
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(raw(signature.data()), nullptr, raw(content.data()), content.size(),
                       raw(secret_.data()));
  one.signature = to_hex(signature);
  return one;
}

bool signed_by(const Checkpoint& checkpoint, std::string_view public_key) {
  start_sodium();
  if (!is_hex(public_key, key_letters) || !is_hex(checkpoint.signature, signature_letters) ||
      checkpoint.key != public_key || !is_ledger_name(checkpoint.ledger) ||
      checkpoint.seq > highest_seq) {
    return false;
  }
  const std::string content = signed_content(checkpoint);
  const std::string signature = from_hex(checkpoint.signature);
  const std::string key = from_hex(public_key);
  return crypto_sign_verify_detached(raw(signature.data()), raw(content.data()), content.size(),
                                     raw(key.data())) == 0;
}

// RFC 8785: members in order; every value is of letters that JSON leaves as they are.
std::string to_line(const Checkpoint& checkpoint) {
  return fmt::format(
      R"({{"at":"{}","hash":"{}","key":"{}","ledger":"{}","seq":{},"signature":"{}"}})",
      time_text(checkpoint.at), hex(checkpoint.hash), checkpoint.key, checkpoint.ledger,
      checkpoint.seq, checkpoint.signature);
}

Result<Checkpoint> from_line(std::string_view line, std::string where) {
  TRY(const json::object members, parse_object(line, where));
  const Reader reader(members, where);
  TRY(Checkpoint checkpoint, read_members(reader));
  // One content, one line: what two programs could read differently (a member twice) is refused.
  if (to_line(checkpoint) != line) return reader.wrong("its members are not as they are written");
  return checkpoint;
}

Result<> append_line(const fs::path& path, const Checkpoint& checkpoint) {
  const Descriptor file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!file.is_open()) return disk_failure("append to", path, errno);
  TRY(const bool cut, ends_mid_line(file, path));
  TRY_VOID(write_all(file, (cut ? "\n" : "") + to_line(checkpoint) + "\n", path));
  if (::fsync(file.number()) != 0) return disk_failure("sync", path, errno);
  return sync_directory(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Result<std::vector<Checkpoint>> read_checkpoints(const fs::path& path) {
  TRY(const std::string content, read_file(path, most_file_bytes));
  std::vector<Checkpoint> checkpoints;
  std::string_view rest = content;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string where = fmt::format("{}:{}", path.string(), number);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      return invalid("the last line is cut: it was never published whole; remove it", where);
    }
    TRY(Checkpoint one, from_line(rest.substr(0, end), where));
    checkpoints.push_back(std::move(one));
    rest.remove_prefix(end + 1);
  }
  return checkpoints;
}

}  // namespace haidang::ledger
