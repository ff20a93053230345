// The public desk: anyone reports something and sees what became of it, without an account.
#include <fmt/format.h>

#include "api/document_stream.hpp"
#include "api/handlers.hpp"

namespace haidang::api {
namespace {

constexpr std::string_view procedure_name = "report";
constexpr std::uint64_t most_public_document = 10U << 20;
// What people attach to a report: pictures and papers, nothing that runs or unpacks.
const std::vector<std::string> public_types{"image/png",     "image/jpeg",      "image/webp",
                                            "image/gif",     "application/pdf", "text/plain",
                                            "message/rfc822"};

const access::Principal anyone{.kind = access::Principal::Kind::anyone, .account = "public"};

Result<std::vector<procedure::Attachment>> attachments(const Call& call) {
  std::vector<procedure::Attachment> all;
  TRY(const auto names, call.texts("documents"));
  if (names.size() > 10) return invalid("at most 10 documents", "/documents");
  for (std::size_t i = 0; i < names.size(); ++i)
    all.push_back({.kind = "attachment",
                   .sha256 = names[i],
                   .filename = fmt::format("attachment-{}", i + 1)});
  return all;
}

}  // namespace

Result<Reply> open_report(Call& call) {
  TRY_VOID(call.only({"fields", "documents", "subject"}));
  procedure::OpenRequest request{.procedure = std::string(procedure_name), .subject = {}};
  TRY(request.subject, call.text_or("subject", ""));
  TRY(request.fields, call.object("fields"));
  TRY(request.documents, attachments(call));
  TRY(const auto opened, call.parts.engine.open(anyone, request));
  return created(json::object{{"number", opened.number}, {"secret", opened.secret}},
                 fmt::format("/api/v1/public/reports/{}", opened.number));
}

Result<Reply> show_report(Call& call) {
  const auto secret = call.request.headers.find("X-Report-Secret");
  if (!secret) return fail(Error::Kind::not_found, "no such report, or another secret");
  TRY(const auto view, call.parts.engine.view_by_secret(call.part("number"), *secret));
  return ok(view);
}

Result<Reply> upload_report_document(Call& call) {
  const ledger::DocumentLimits limits{.most_bytes = most_public_document, .types = public_types};
  TRY(const auto stored, take_document(call, anyone, limits));
  return created(shown(stored), "/api/v1/public/documents");
}

}  // namespace haidang::api
