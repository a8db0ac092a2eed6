// `holdfast cases`: the work list on the command line. Lists and shows cases, and says what people
// do to them; with several cases at once it is one request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/client_options.h"

namespace holdfast::cli {

struct CaseListOptions {
    ClientOptions client;
    std::string state;  ///< empty: open ones
    std::string kind;
    std::string sku;
    std::string location;
    std::string assignee;
    bool nobodys = false;  ///< those that nobody looks after
    std::string order;
    std::string cursor;
    std::uint64_t limit = 20;
};
int case_list(const CaseListOptions& options);

struct CaseOptions {
    ClientOptions client;
    std::vector<std::string> cases;
    std::string comment;

    std::string assignee;  ///< assign
    bool nobody = false;   ///< assign: takes it from whoever has it

    std::string until;        ///< snooze: RFC 3339
    std::uint64_t for_s = 0;  ///< snooze: from now on; 0 = not given

    std::string resolution;  ///< resolve; empty: corrected
    std::string with;        ///< resolve: the action of a suggestion that is sent first
    bool dry_run = false;    ///< resolve: says what the suggestion would change, and sends nothing
};
int case_show(const CaseOptions& options);
int case_assign(const CaseOptions& options);
int case_snooze(const CaseOptions& options);
int case_resolve(const CaseOptions& options);
int case_reopen(const CaseOptions& options);
int case_comment(const CaseOptions& options);

}  // namespace holdfast::cli
