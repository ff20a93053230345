// What each route does; one function an operation of api/openapi.yaml, grouped by file.
#pragma once

#include "api/call.hpp"

namespace haidang::api {

// routes_session.cpp
Result<Reply> log_in(Call& call);
Result<Reply> show_session(Call& call);
Result<Reply> log_out(Call& call);
Result<Reply> change_password(Call& call);
Result<Reply> begin_totp(Call& call);
Result<Reply> confirm_totp(Call& call);

// routes_accounts.cpp
Result<Reply> list_roles(Call& call);
Result<Reply> list_accounts(Call& call);
Result<Reply> create_account(Call& call);
Result<Reply> show_account(Call& call);
Result<Reply> change_account(Call& call);
Result<Reply> reset_password(Call& call);
Result<Reply> unlock_account(Call& call);
Result<Reply> end_sessions(Call& call);
Result<Reply> remove_totp(Call& call);
Result<Reply> list_tokens(Call& call);
Result<Reply> issue_token(Call& call);
Result<Reply> revoke_token(Call& call);

// routes_registry.cpp
Result<Reply> list_kinds(Call& call);
Result<Reply> list_role_holders(Call& call);
Result<Reply> list_entries(Call& call);
Result<Reply> show_entry(Call& call);
Result<Reply> put_entry(Call& call);
Result<Reply> end_entry(Call& call);
Result<Reply> show_entry_history(Call& call);
Result<Reply> import_entries(Call& call);
Result<Reply> export_entries(Call& call);

// routes_cases.cpp
Result<Reply> list_procedures(Call& call);
Result<Reply> show_procedure(Call& call);
Result<Reply> list_cases(Call& call);
Result<Reply> open_case(Call& call);
Result<Reply> show_case(Call& call);
Result<Reply> act_on_case(Call& call);
Result<Reply> comment_on_case(Call& call);
Result<Reply> attach_to_case(Call& call);
Result<Reply> link_case(Call& call);
Result<Reply> watch_case(Call& call);
Result<Reply> show_timeline(Call& call);
Result<Reply> print_case(Call& call);
Result<Reply> upload_document(Call& call);
Result<Reply> download_document(Call& call);

// routes_public.cpp
Result<Reply> open_report(Call& call);
Result<Reply> show_report(Call& call);
Result<Reply> upload_report_document(Call& call);

// routes_notices.cpp
Result<Reply> list_notices(Call& call);
Result<Reply> read_notice(Call& call);
Result<Reply> acknowledge_notice(Call& call);
Result<Reply> retry_notice(Call& call);

// routes_ledger.cpp
Result<Reply> show_ledger(Call& call);
Result<Reply> list_acts(Call& call);
Result<Reply> verify_ledger(Call& call);

// routes_program.cpp
Result<Reply> show_openapi(Call& call);
Result<Reply> show_health(Call& call);
Result<Reply> show_readiness(Call& call);
Result<Reply> show_metrics(Call& call);

}  // namespace haidang::api
