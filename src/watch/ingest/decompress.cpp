#include "watch/ingest/decompress.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "base/check.hpp"

namespace haidang::ingest {
namespace {

constexpr std::size_t packed_piece = 128U << 10;
constexpr int window_log_limit = 27;

// The packed bytes on hand and how many came before them.
class Packed {
 public:
  Packed(std::unique_ptr<ByteStream> from, std::string path)
      : from_(std::move(from)), path_(std::move(path)), piece_(packed_piece, '\0') {}

  [[nodiscard]] bool empty() const { return at_ == size_; }
  [[nodiscard]] const char* data() const { return piece_.data() + at_; }
  [[nodiscard]] std::size_t size() const { return size_ - at_; }
  void use(std::size_t bytes) { at_ += bytes; }

  // False: the packed bytes are at their end.
  Result<bool> refill() {
    if (!empty()) return true;
    before_ += size_;
    at_ = size_ = 0;
    TRY(size_, from_->read(piece_.data(), piece_.size()));
    return size_ > 0;
  }

  [[nodiscard]] std::unexpected<Error> damaged(std::string_view what) const {
    return fail(Error::Kind::corrupt, fmt::format("{} (at byte {})", what, before_ + at_), path_);
  }

 private:
  std::unique_ptr<ByteStream> from_;
  std::string path_;
  std::string piece_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  std::uint64_t before_ = 0;
};

class Gzip final : public ByteStream {
 public:
  Gzip(std::unique_ptr<ByteStream> from, std::string path)
      : packed_(std::move(from), std::move(path)) {
    constexpr int any_window_gzip_only = 15 + 16;
    CHECK(inflateInit2(&state_, any_window_gzip_only) == Z_OK, "zlib could not start");
  }
  ~Gzip() override { inflateEnd(&state_); }

  Result<std::size_t> read(char* to, std::size_t size) override {
    for (;;) {
      TRY(const bool more, packed_.refill());
      if (!more) return at_end();
      if (!in_member_ && !begin_member()) continue;
      TRY(const std::size_t got, inflate_some(to, size));
      if (got > 0) return got;
    }
  }

 private:
  Result<std::size_t> at_end() {
    if (in_member_) return packed_.damaged("the gzip data ends too early: the file was cut short");
    return 0;
  }

  // Between members: padding of zeros is passed over.
  bool begin_member() {
    while (!packed_.empty() && members_ > 0 && *packed_.data() == '\0') packed_.use(1);
    if (packed_.empty()) return false;
    inflateReset(&state_);
    in_member_ = true;
    return true;
  }

  Result<std::size_t> inflate_some(char* to, std::size_t size) {
    state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed_.data()));
    state_.avail_in = static_cast<uInt>(packed_.size());
    state_.next_out = reinterpret_cast<Bytef*>(to);
    state_.avail_out = static_cast<uInt>(size);
    const int said = inflate(&state_, Z_NO_FLUSH);
    packed_.use(packed_.size() - state_.avail_in);
    const std::size_t got = size - state_.avail_out;
    if (said == Z_STREAM_END) {
      in_member_ = false;
      ++members_;
    } else if (said != Z_OK && said != Z_BUF_ERROR && got == 0) {
      return packed_.damaged(members_ > 0 ? "what follows the gzip data is not gzip"
                                          : "the gzip data is damaged");
    }
    return got;
  }

  Packed packed_;
  z_stream state_{};
  bool in_member_ = false;
  std::size_t members_ = 0;
};

class Zstd final : public ByteStream {
 public:
  Zstd(std::unique_ptr<ByteStream> from, std::string path)
      : packed_(std::move(from), std::move(path)) {
    CHECK(state_ != nullptr, "zstd could not start");
    ZSTD_DCtx_setParameter(state_.get(), ZSTD_d_windowLogMax, window_log_limit);
  }

  Result<std::size_t> read(char* to, std::size_t size) override {
    ZSTD_outBuffer out{to, size, 0};
    while (out.pos == 0) {
      // Unpacked bytes may still wait inside the decoder when the packed ones are used up.
      if (packed_.empty() && !flushing_) {
        TRY(const bool more, packed_.refill());
        if (!more) return at_end();
      }
      TRY_VOID(step(out));
    }
    return out.pos;
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* state) const { ZSTD_freeDCtx(state); }
  };

  Result<std::size_t> at_end() {
    if (wanted_ != 0)
      return packed_.damaged("the zstd data ends too early: the file was cut short");
    return 0;
  }

  Result<> step(ZSTD_outBuffer& out) {
    ZSTD_inBuffer in{packed_.data(), packed_.size(), 0};
    const std::size_t said = ZSTD_decompressStream(state_.get(), &out, &in);
    packed_.use(in.pos);
    if (ZSTD_isError(said) != 0)
      return packed_.damaged(fmt::format("the zstd data is damaged: {}", ZSTD_getErrorName(said)));
    wanted_ = said;
    flushing_ = out.pos == out.size && said != 0;
    return {};
  }

  Packed packed_;
  std::unique_ptr<ZSTD_DCtx, Free> state_{ZSTD_createDCtx()};
  std::size_t wanted_ = 0;
  bool flushing_ = false;
};

bool is_zstd(std::string_view bytes) {
  if (bytes.starts_with("\x28\xB5\x2F\xFD")) return true;
  // A skippable frame may come first (pzstd writes one).
  return bytes.substr(1).starts_with("\x2A\x4D\x18") &&
         (static_cast<unsigned char>(bytes[0]) & 0xF0U) == 0x50;
}

}  // namespace

Packing packing_of(std::string_view first_bytes) {
  if (first_bytes.size() < 4) return Packing::none;
  if (first_bytes.starts_with("\x1F\x8B\x08")) return Packing::gzip;
  if (is_zstd(first_bytes)) return Packing::zstd;
  return Packing::none;
}

std::unique_ptr<ByteStream> unpack(Packing packing, std::unique_ptr<ByteStream> packed,
                                   std::string path) {
  switch (packing) {
    case Packing::gzip: return std::make_unique<Gzip>(std::move(packed), std::move(path));
    case Packing::zstd: return std::make_unique<Zstd>(std::move(packed), std::move(path));
    case Packing::none: break;
  }
  return packed;
}

}  // namespace haidang::ingest
