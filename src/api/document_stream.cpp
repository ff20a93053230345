#include "api/document_stream.hpp"

#include <fstream>
#include <memory>

#include <fmt/format.h>

#include "record/procedure/uploads.hpp"

namespace haidang::api {
namespace {

constexpr std::size_t piece = 64U << 10;

// From the file the server has put a large body into.
ledger::Pull pull_from_file(const std::filesystem::path& file) {
  auto stream = std::make_shared<std::ifstream>(file, std::ios::binary);
  auto buffer = std::make_shared<std::string>(piece, '\0');
  return [stream, buffer, file]() -> Result<std::string_view> {
    stream->read(buffer->data(), static_cast<std::streamsize>(buffer->size()));
    if (stream->bad() || (stream->fail() && !stream->eof()))
      return fail(Error::Kind::unavailable, "the upload could not be read again", file.string());
    return std::string_view(buffer->data(), static_cast<std::size_t>(stream->gcount()));
  };
}

ledger::Pull pull_from(std::string_view body) {
  return [body]() mutable -> Result<std::string_view> { return std::exchange(body, {}); };
}

}  // namespace

Result<ledger::Stored> take_document(Call& call, const access::Principal& who,
                                     const ledger::DocumentLimits& limits) {
  const auto& request = call.request;
  if (request.body.empty() && !request.body_file)
    return invalid("the document is empty: send its bytes as the body");
  const auto pull =
      request.body_file ? pull_from_file(*request.body_file) : pull_from(request.body);
  TRY(auto stored, call.parts.documents.put(pull, limits));
  TRY_VOID(procedure::record_upload(call.parts.ledger, who, stored));
  return stored;
}

json::object shown(const ledger::Stored& stored) {
  return {{"sha256", stored.sha256}, {"bytes", stored.bytes}, {"media_type", stored.media_type}};
}

Result<Reply> give_document(Call& call, std::string_view sha256) {
  TRY(auto content, call.parts.documents.get(sha256, call.options.most_document));
  Reply reply;
  reply.response.body = std::move(content);
  reply.response.headers.set("Content-Type", "application/octet-stream");
  reply.response.headers.set("Content-Disposition",
                             fmt::format("attachment; filename=\"{}\"", sha256.substr(0, 16)));
  reply.response.headers.set("Content-Security-Policy", "default-src 'none'; sandbox");
  reply.response.headers.set("ETag", fmt::format("\"{}\"", sha256));
  return reply;
}

}  // namespace haidang::api
