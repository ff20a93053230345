// Cases of every procedure: what there is, what one may do, what was done.
#include <fmt/format.h>

#include "api/document_stream.hpp"
#include "api/handlers.hpp"
#include "api/problem.hpp"
#include "api/told.hpp"

namespace haidang::api {
namespace {

Result<std::vector<procedure::Attachment>> attachments(const Call& call) {
  std::vector<procedure::Attachment> all;
  const auto* list = call.body.if_contains("documents");
  if (list == nullptr) return all;
  if (!list->is_array()) return invalid("'documents' must be a list", "/documents");
  for (std::size_t i = 0; i < list->get_array().size(); ++i) {
    const std::string where = fmt::format("/documents/{}", i);
    const auto* item = list->get_array()[i].if_object();
    if (item == nullptr) return invalid("a document is an object", where);
    const auto member = [&](std::string_view name) -> Result<std::string> {
      const auto* value = item->if_contains(name);
      if (value == nullptr || !value->is_string())
        return invalid(fmt::format("a document needs '{}'", name),
                       fmt::format("{}/{}", where, name));
      return std::string(value->get_string());
    };
    procedure::Attachment one;
    TRY(one.kind, member("kind"));
    TRY(one.sha256, member("sha256"));
    TRY(one.filename, member("filename"));
    all.push_back(std::move(one));
  }
  return all;
}

// A guard speaks both languages.
Error in_both(Error error, const std::optional<procedure::Label>& words) {
  if (words) error.what = both(words->vi, words->en);
  return error;
}

Reply new_version(std::uint64_t version) {
  Reply reply = ok(json::object{{"version", version}});
  reply.response.headers.set("ETag", fmt::format("\"{}\"", version));
  return reply;
}

std::uint64_t version_of(const json::object& view) {
  return view.at("version").to_number<std::uint64_t>();
}

}  // namespace

Result<Reply> list_procedures(Call& call) {
  TRY(auto all, call.parts.engine.describe_all(call.who()));
  return ok(json::object{{"procedures", std::move(all)}});
}

Result<Reply> show_procedure(Call& call) {
  TRY(const auto described, call.parts.engine.describe(call.part("procedure")));
  return ok(described);
}

Result<Reply> list_cases(Call& call) {
  procedure::CaseFilter filter{.procedure = call.query("procedure"),
                               .state = call.query("state"),
                               .unit = call.query("unit"),
                               .text = call.query("q").value_or(""),
                               .after = call.query("after").value_or("")};
  TRY(filter.open, call.flag("open"));
  TRY(filter.overdue, call.flag("overdue"));
  TRY(filter.limit, call.limit());
  TRY(auto page, call.parts.engine.list(call.who(), filter));
  return ok(json::object{{"cases", std::move(page.at("items"))}, {"next", page.at("next")}});
}

Result<Reply> open_case(Call& call) {
  TRY_VOID(call.only({"procedure", "subject", "fields", "documents"}));
  procedure::OpenRequest request;
  TRY(request.procedure, call.text("procedure"));
  TRY(request.subject, call.text_or("subject", call.who().unit));
  TRY(request.fields, call.object("fields"));
  TRY(request.documents, attachments(call));
  request.idempotency_key = std::string(call.request.headers.find("Idempotency-Key").value_or(""));
  const auto opened_or_not = call.parts.engine.open(call.who(), request);
  if (!opened_or_not)
    return std::unexpected(
        in_both(opened_or_not.error(),
                call.parts.engine.open_guard_words(request.procedure, opened_or_not.error())));
  const auto& opened = *opened_or_not;
  return created(json::object{{"id", opened.case_id}, {"number", opened.number}},
                 fmt::format("/api/v1/cases/{}", opened.case_id));
}

Result<Reply> show_case(Call& call) {
  TRY(const auto view, call.parts.engine.view(call.who(), call.part("case")));
  return versioned(call, view, version_of(view));
}

Result<Reply> act_on_case(Call& call) {
  TRY_VOID(call.only({"fields", "documents", "comment"}));
  procedure::ActRequest request{.case_id = call.part("case"), .action = call.part("action")};
  TRY(request.fields, call.object("fields"));
  TRY(request.documents, attachments(call));
  TRY(request.comment, call.text_or("comment", ""));
  TRY(request.based_on, call.based_on());
  const auto version = call.parts.engine.act(call.who(), request);
  if (version) return new_version(*version);
  return std::unexpected(
      in_both(version.error(),
              call.parts.engine.guard_words(request.case_id, request.action, version.error())));
}

Result<Reply> comment_on_case(Call& call) {
  TRY_VOID(call.only({"text", "visible_to"}));
  TRY(auto text, call.text("text"));
  TRY(auto visible_to, call.texts("visible_to"));
  TRY(const auto version, call.parts.engine.comment(call.who(), call.part("case"), std::move(text),
                                                    std::move(visible_to)));
  return new_version(version);
}

Result<Reply> attach_to_case(Call& call) {
  TRY_VOID(call.only({"kind", "sha256", "filename"}));
  procedure::Attachment document;
  TRY(document.kind, call.text("kind"));
  TRY(document.sha256, call.text("sha256"));
  TRY(document.filename, call.text("filename"));
  TRY(const auto version, call.parts.engine.attach(call.who(), call.part("case"), document));
  return new_version(version);
}

Result<Reply> link_case(Call& call) {
  TRY_VOID(call.only({"case", "how"}));
  TRY(const auto other, call.text("case"));
  TRY(const auto how, call.text_or("how", "related"));
  TRY(const auto version, call.parts.engine.link(call.who(), call.part("case"), other, how));
  return new_version(version);
}

Result<Reply> watch_case(Call& call) {
  TRY_VOID(call.only({"watching"}));
  const auto* on = call.body.if_contains("watching");
  if (on == nullptr || !on->is_bool())
    return invalid("'watching' must be true or false", "/watching");
  TRY(const auto version, call.parts.engine.watch(call.who(), call.part("case"), on->get_bool()));
  return new_version(version);
}

Result<Reply> show_timeline(Call& call) {
  TRY(auto acts, call.parts.engine.timeline(call.who(), call.part("case")));
  TRY_VOID(add_told(call, call.part("case"), acts));
  return ok(json::object{{"timeline", std::move(acts)}});
}

Result<Reply> print_case(Call& call) {
  TRY(auto page, call.parts.engine.printable(call.who(), call.part("case"), call.language_name()));
  TRY_VOID(call.parts.accounts.record_export(call.who(), "case/" + call.part("case"), 1));
  Reply reply;
  reply.response.headers.set("Content-Type", "text/html; charset=utf-8");
  reply.response.headers.set("Content-Security-Policy",
                             "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  reply.response.body = std::move(page);
  return reply;
}

Result<Reply> upload_document(Call& call) {
  TRY(const auto stored,
      take_document(call, call.who(), {.most_bytes = call.options.most_document}));
  return created(shown(stored), "/api/v1/documents");
}

Result<Reply> download_document(Call& call) {
  const std::string& name = call.part("sha256");
  TRY(const auto may, call.parts.engine.may_read(call.who(), call.part("case"), name));
  if (!may) return fail(Error::Kind::not_found, "no such document in this case");
  TRY_VOID(call.parts.accounts.record_export(call.who(), "document/" + name, 1));
  return give_document(call, name);
}

}  // namespace haidang::api
