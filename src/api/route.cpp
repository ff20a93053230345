#include "api/route.hpp"

#include "api/handlers.hpp"

namespace haidang::api {
namespace {

constexpr auto json_body = Takes::json;
constexpr auto bytes = Takes::bytes;
constexpr auto nothing = Takes::nothing;

// clang-format off
constexpr std::array table{
    Route{"POST",   "/api/v1/session", "log_in", "", log_in, json_body},
    Route{"GET",    "/api/v1/session", "show_session", "self", show_session},
    Route{"DELETE", "/api/v1/session", "log_out", "self", log_out},
    Route{"POST",   "/api/v1/session/password", "change_password", "self", change_password, json_body},
    Route{"POST",   "/api/v1/session/totp", "begin_totp", "self", begin_totp},
    Route{"PUT",    "/api/v1/session/totp", "confirm_totp", "self", confirm_totp, json_body},

    Route{"GET",    "/api/v1/roles", "list_roles", "account.read", list_roles},
    Route{"GET",    "/api/v1/accounts", "list_accounts", "account.read", list_accounts},
    Route{"POST",   "/api/v1/accounts", "create_account", "account.manage", create_account, json_body},
    Route{"GET",    "/api/v1/accounts/{account}", "show_account", "account.read", show_account},
    Route{"PUT",    "/api/v1/accounts/{account}", "change_account", "account.manage", change_account, json_body},
    Route{"POST",   "/api/v1/accounts/{account}/password", "reset_password", "account.manage", reset_password, json_body},
    Route{"POST",   "/api/v1/accounts/{account}/unlock", "unlock_account", "account.manage", unlock_account},
    Route{"DELETE", "/api/v1/accounts/{account}/sessions", "end_sessions", "account.manage", end_sessions},
    Route{"DELETE", "/api/v1/accounts/{account}/totp", "remove_totp", "account.manage", remove_totp},
    Route{"GET",    "/api/v1/tokens", "list_tokens", "token.manage", list_tokens},
    Route{"POST",   "/api/v1/tokens", "issue_token", "token.manage", issue_token, json_body},
    Route{"DELETE", "/api/v1/tokens/{token}", "revoke_token", "token.manage", revoke_token},

    Route{"GET",    "/api/v1/registry", "list_kinds", "registry.read", list_kinds},
    Route{"GET",    "/api/v1/role-holders", "list_role_holders", "registry.read", list_role_holders},
    Route{"GET",    "/api/v1/registry/{kind}", "list_entries", "registry.read", list_entries, nothing, Kept::by_ledger},
    Route{"POST",   "/api/v1/registry/{kind}/import", "import_entries", "registry.import", import_entries, bytes},
    Route{"GET",    "/api/v1/registry/{kind}/export", "export_entries", "registry.export", export_entries},
    Route{"GET",    "/api/v1/registry/{kind}/entries/{id}", "show_entry", "registry.read", show_entry},
    Route{"PUT",    "/api/v1/registry/{kind}/entries/{id}", "put_entry", "registry.write", put_entry, json_body},
    Route{"POST",   "/api/v1/registry/{kind}/entries/{id}/end", "end_entry", "registry.write", end_entry, json_body},
    Route{"GET",    "/api/v1/registry/{kind}/entries/{id}/history", "show_entry_history", "registry.read", show_entry_history},

    Route{"GET",    "/api/v1/procedures", "list_procedures", "procedure.read", list_procedures},
    Route{"GET",    "/api/v1/procedures/{procedure}", "show_procedure", "procedure.read", show_procedure},
    Route{"GET",    "/api/v1/cases", "list_cases", "case.read", list_cases, nothing, Kept::by_ledger},
    Route{"POST",   "/api/v1/cases", "open_case", "case.open", open_case, json_body},
    Route{"GET",    "/api/v1/cases/{case}", "show_case", "case.read", show_case},
    Route{"POST",   "/api/v1/cases/{case}/actions/{action}", "act_on_case", "case.act", act_on_case, json_body},
    Route{"POST",   "/api/v1/cases/{case}/comments", "comment_on_case", "case.comment", comment_on_case, json_body},
    Route{"POST",   "/api/v1/cases/{case}/documents", "attach_to_case", "case.attach", attach_to_case, json_body},
    Route{"POST",   "/api/v1/cases/{case}/links", "link_case", "case.link", link_case, json_body},
    Route{"PUT",    "/api/v1/cases/{case}/watch", "watch_case", "case.read", watch_case, json_body},
    Route{"GET",    "/api/v1/cases/{case}/timeline", "show_timeline", "case.read", show_timeline},
    Route{"GET",    "/api/v1/cases/{case}/print", "print_case", "case.read", print_case},
    Route{"GET",    "/api/v1/cases/{case}/documents/{sha256}", "download_document", "document.read", download_document},
    Route{"POST",   "/api/v1/documents", "upload_document", "case.attach", upload_document, bytes},

    Route{"POST",   "/api/v1/public/reports", "open_report", "", open_report, json_body},
    Route{"GET",    "/api/v1/public/reports/{number}", "show_report", "", show_report},
    Route{"POST",   "/api/v1/public/documents", "upload_report_document", "", upload_report_document, bytes},

    Route{"GET",    "/api/v1/notices", "list_notices", "notice.read", list_notices},
    Route{"POST",   "/api/v1/notices/{notice}/read", "read_notice", "notice.acknowledge", read_notice},
    Route{"POST",   "/api/v1/notices/{notice}/acknowledge", "acknowledge_notice", "notice.acknowledge", acknowledge_notice},
    Route{"POST",   "/api/v1/notices/{notice}/retry", "retry_notice", "notice.retry", retry_notice},

    Route{"GET",    "/api/v1/ledger", "show_ledger", "ledger.verify", show_ledger},
    Route{"GET",    "/api/v1/ledger/acts", "list_acts", "ledger.read", list_acts},
    Route{"POST",   "/api/v1/ledger/verify", "verify_ledger", "ledger.verify", verify_ledger},

    Route{"GET",    "/api/v1/live", "live", "case.read", nullptr},
    Route{"GET",    "/api/v1/openapi.yaml", "show_openapi", "", show_openapi},
    Route{"GET",    "/healthz", "show_health", "", show_health},
    Route{"GET",    "/readyz", "show_readiness", "", show_readiness},
    Route{"GET",    "/metrics", "show_metrics", "", show_metrics},
};
// clang-format on

}  // namespace

std::span<const Route> routes() { return table; }

}  // namespace haidang::api
