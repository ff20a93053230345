#include "record/ledger/packed.hpp"

#include <utility>

#include <fmt/format.h>
#include <zstd.h>

#include "base/check.hpp"
#include "record/ledger/disk.hpp"

namespace haidang::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 128U << 10;
constexpr int level = 3;
constexpr int window_log_limit = 27;

struct FreePacker {
  void operator()(ZSTD_CCtx* state) const { ZSTD_freeCCtx(state); }
};
struct FreeUnpacker {
  void operator()(ZSTD_DCtx* state) const { ZSTD_freeDCtx(state); }
};

}  // namespace

// --- writing -------------------------------------------------------------

struct PackedLines::State {
  explicit State(NewFile into) : file(std::move(into)) {
    CHECK(packer != nullptr, "zstd could not start");
    ZSTD_CCtx_setParameter(packer.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(packer.get(), ZSTD_c_checksumFlag, 1);
  }

  Result<> pack(std::string_view bytes, ZSTD_EndDirective how) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (std::size_t left = 1; left != 0 || in.pos < in.size;) {
      ZSTD_outBuffer out{piece.data(), piece.size(), 0};
      left = ZSTD_compressStream2(packer.get(), &out, &in, how);
      CHECK(ZSTD_isError(left) == 0, "zstd packs any bytes");
      if (out.pos > 0) TRY_VOID(file.write(std::string_view(piece).substr(0, out.pos)));
      if (how == ZSTD_e_continue && in.pos == in.size) break;
    }
    return {};
  }

  NewFile file;
  std::unique_ptr<ZSTD_CCtx, FreePacker> packer{ZSTD_createCCtx()};
  std::string piece = std::string(piece_bytes, '\0');
};

PackedLines::PackedLines(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackedLines::PackedLines(PackedLines&&) noexcept = default;
PackedLines::~PackedLines() = default;

Result<PackedLines> PackedLines::in(const fs::path& directory) {
  TRY(NewFile file, NewFile::in(directory));
  return PackedLines(std::make_unique<State>(std::move(file)));
}

Result<> PackedLines::write(std::string_view line) {
  CHECK(line.size() <= longest_packed_line, "a line that could not be read is not written");
  TRY_VOID(state_->pack(line, ZSTD_e_continue));
  return state_->pack("\n", ZSTD_e_continue);
}

Result<> PackedLines::place(const fs::path& target) {
  TRY_VOID(state_->pack({}, ZSTD_e_end));
  return state_->file.place(target);
}

// --- reading -------------------------------------------------------------

struct LinesReader::State {
  explicit State(FileReader from) : file(std::move(from)) {
    CHECK(unpacker != nullptr, "zstd could not start");
    ZSTD_DCtx_setParameter(unpacker.get(), ZSTD_d_windowLogMax, window_log_limit);
  }

  [[nodiscard]] std::string where() const {
    return fmt::format("{}:{}", file.path().string(), number);
  }
  [[nodiscard]] std::unexpected<Error> damaged(std::string what) const {
    return fail(Error::Kind::corrupt, std::move(what), where());
  }
  [[nodiscard]] std::string_view waiting() const {
    return std::string_view(plain).substr(at, have - at);
  }

  // False: the packed bytes are at their end.
  Result<bool> refill() {
    if (in.pos < in.size) return true;
    TRY(const std::size_t got, file.read(packed.data(), packed.size()));
    in = {packed.data(), got, 0};
    return got > 0;
  }

  // Unpacked bytes into `plain`; false at the end.
  Result<bool> unpack() {
    at = have = 0;
    while (have == 0) {
      // Unpacked bytes may still wait inside the decoder when the packed ones are used up.
      if (!flushing) {
        TRY(const bool more, refill());
        if (!more && wanted != 0) return damaged("the file is cut short");
        if (!more) return false;
      }
      ZSTD_outBuffer out{plain.data(), plain.size(), 0};
      wanted = ZSTD_decompressStream(unpacker.get(), &out, &in);
      if (ZSTD_isError(wanted) != 0) {
        return damaged(fmt::format("the zstd data is damaged: {}", ZSTD_getErrorName(wanted)));
      }
      have = out.pos;
      flushing = out.pos == out.size && wanted != 0;
    }
    return true;
  }

  // Moves what waits, up to the end of the line, into `line`; true where that end was there.
  bool take(std::string& line) {
    const std::string_view rest = waiting();
    const std::size_t end = rest.find('\n');
    const bool whole = end != std::string_view::npos;
    line += rest.substr(0, end);
    at += whole ? end + 1 : rest.size();
    return whole;
  }

  FileReader file;
  std::unique_ptr<ZSTD_DCtx, FreeUnpacker> unpacker{ZSTD_createDCtx()};
  std::string packed = std::string(piece_bytes, '\0');
  std::string plain = std::string(piece_bytes, '\0');
  ZSTD_inBuffer in{};
  std::size_t at = 0;
  std::size_t have = 0;
  std::size_t wanted = 1;  // an empty file is no zstd file
  bool flushing = false;
  std::uint64_t number = 0;
};

LinesReader::LinesReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LinesReader::LinesReader(LinesReader&&) noexcept = default;
LinesReader::~LinesReader() = default;

Result<LinesReader> LinesReader::open(const fs::path& path) {
  TRY(FileReader file, FileReader::open(path));
  return LinesReader(std::make_unique<State>(std::move(file)));
}

Result<bool> LinesReader::next(std::string& line) {
  line.clear();
  ++state_->number;
  while (!state_->take(line)) {
    if (line.size() > longest_packed_line) return state_->damaged("the line is too long");
    TRY(const bool more, state_->unpack());
    if (more) continue;
    if (!line.empty()) return state_->damaged("the last line has no end");
    return false;
  }
  return true;
}

std::string LinesReader::where() const { return state_->where(); }

}  // namespace haidang::ledger
