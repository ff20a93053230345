#include "record/ledger/sealed.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.hpp"
#include "record/ledger/sodium_start.hpp"

namespace haidang::ledger {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view magic = "\x8FHDDOC\x01\0"sv;
static_assert(magic.size() == sealed_magic_bytes);
static_assert(sealed_key_bytes == crypto_secretstream_xchacha20poly1305_KEYBYTES);

constexpr std::size_t key_id_bytes = 8;
constexpr std::size_t header_bytes = crypto_secretstream_xchacha20poly1305_HEADERBYTES;
constexpr std::size_t extra_bytes = crypto_secretstream_xchacha20poly1305_ABYTES;

// Tells keys apart and tells nothing of the key.
std::string key_id(std::string_view key) {
  constexpr std::string_view said = "haidang documents key id";
  std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
  CHECK(crypto_generichash(hash.data(), hash.size(), raw(said.data()), said.size(), raw(key.data()),
                           key.size()) == 0,
        "BLAKE2b takes a key of this size");
  return {hash.begin(), hash.begin() + key_id_bytes};
}

std::unexpected<Error> damaged(std::string what, const std::string& where) {
  return fail(Error::Kind::corrupt, std::move(what), where);
}

}  // namespace

bool is_sealed(std::string_view head) { return head.starts_with(magic); }

// --- writing -------------------------------------------------------------

struct Sealer::State {
  crypto_secretstream_xchacha20poly1305_state stream{};
  std::string begins{};   // magic, key id and stream header until they are out
  std::string waiting{};  // less than a chunk, or a chunk that may be the last
  std::string sealed = std::string(sealed_chunk_bytes + extra_bytes, '\0');

  ~State() { sodium_memzero(&stream, sizeof stream); }
};

Sealer::Sealer(std::string_view key) : state_(std::make_unique<State>()) {
  start_sodium();
  CHECK(key.size() == sealed_key_bytes, "a key has 32 bytes");
  std::string header(header_bytes, '\0');
  crypto_secretstream_xchacha20poly1305_init_push(&state_->stream, raw(header.data()),
                                                  raw(key.data()));
  state_->begins.append(magic).append(key_id(key)).append(header);
}

Sealer::Sealer(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

Result<> Sealer::seal(std::string_view chunk, bool last, const Push& out) {
  if (!state_->begins.empty()) TRY_VOID(out(std::exchange(state_->begins, {})));
  const unsigned char tag = last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL
                                 : crypto_secretstream_xchacha20poly1305_TAG_MESSAGE;
  crypto_secretstream_xchacha20poly1305_push(&state_->stream, raw(state_->sealed.data()), nullptr,
                                             raw(chunk.data()), chunk.size(), nullptr, 0, tag);
  return out(std::string_view(state_->sealed).substr(0, chunk.size() + extra_bytes));
}

// The last chunk is always short of a whole one (it may be empty), so that its size alone tells a
// cut at a border of chunks.
Result<> Sealer::write(std::string_view plain, const Push& out) {
  std::string& waiting = state_->waiting;
  while (!plain.empty()) {
    const std::size_t some = std::min(plain.size(), sealed_chunk_bytes - waiting.size());
    waiting += plain.substr(0, some);
    plain.remove_prefix(some);
    if (waiting.size() < sealed_chunk_bytes) break;
    TRY_VOID(seal(waiting, false, out));
    waiting.clear();
  }
  return {};
}

Result<> Sealer::finish(const Push& out) { return seal(state_->waiting, true, out); }

// --- reading -------------------------------------------------------------

namespace {

class Opener {
 public:
  Opener(const Fill& from, const Sealer::Push& out, const std::string& where)
      : from_(from), out_(out), where_(where) {}
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;
  ~Opener() { sodium_memzero(&stream_, sizeof stream_); }

  Result<> begin(std::string_view key) {
    std::array<char, key_id_bytes + header_bytes> head{};
    TRY(const std::size_t got, from_(head.data(), head.size()));
    if (got < head.size()) return damaged("the encrypted document is cut short", where_);
    if (std::string_view(head.data(), key_id_bytes) != key_id(key)) {
      return fail(Error::Kind::denied,
                  "the document is encrypted with another key; set the key it was stored with",
                  where_);
    }
    if (crypto_secretstream_xchacha20poly1305_init_pull(&stream_, raw(head.data() + key_id_bytes),
                                                        raw(key.data())) != 0) {
      return damaged("the encrypted document has a damaged header", where_);
    }
    return {};
  }

  // True: that was the last chunk.
  Result<bool> next() {
    TRY(const std::size_t got, from_(sealed_.data(), sealed_.size()));
    const bool last = got < sealed_.size();
    if (got < extra_bytes) return damaged("the encrypted document is cut short", where_);
    unsigned char tag = 0;
    if (crypto_secretstream_xchacha20poly1305_pull(&stream_, raw(plain_.data()), nullptr, &tag,
                                                   raw(sealed_.data()), got, nullptr, 0) != 0) {
      return damaged("the encrypted document is changed, cut or out of order", where_);
    }
    if (last != (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL)) {
      return damaged("the encrypted document does not end where it should", where_);
    }
    if (got > extra_bytes) TRY_VOID(out_(std::string_view(plain_).substr(0, got - extra_bytes)));
    return last;
  }

 private:
  const Fill& from_;
  const Sealer::Push& out_;
  const std::string& where_;
  crypto_secretstream_xchacha20poly1305_state stream_{};
  std::string sealed_ = std::string(sealed_chunk_bytes + extra_bytes, '\0');
  std::string plain_ = std::string(sealed_chunk_bytes, '\0');
};

}  // namespace

Result<> open_sealed(const Fill& from, std::string_view key, const Sealer::Push& out,
                     const std::string& where) {
  start_sodium();
  CHECK(key.size() == sealed_key_bytes, "a key has 32 bytes");
  Opener opener(from, out, where);
  TRY_VOID(opener.begin(key));
  for (bool last = false; !last;) {
    TRY(last, opener.next());
  }
  return {};
}

}  // namespace haidang::ledger
