// Queries of targets: what is taken reads back from its own encoding, and the two readers of them
// agree.
#include <fmt/format.h>

#include "api/params.h"
#include "base/check.h"
#include "http/query.h"
#include "hub/endpoint.h"
#include "targets.h"

namespace holdfast::fuzz {
namespace {

std::string encoded(std::string_view text) {
    std::string out;
    for (const char c : text) out += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    return out;
}

void read_as_params(std::string_view text, const Result<http::Query>& query) {
    api::Params params;
    api::Fault fault;
    // `sku` may come again and again, the others once.
    if (!params.parse(text, {{"sku", true}, {"limit"}, {"cursor"}, {"min_seq"}}, fault)) {
        HOLDFAST_CHECK(fault.kind != nullptr && fault.kind->status == 400, "a refusal says why");
        return;
    }
    for (std::size_t i = 0; query && i < params.size(); ++i) {
        const auto value = query->find(params.name(i));
        HOLDFAST_CHECK(value && *value == params.value(i), "both readers read the same value");
    }
    std::uint32_t limit = 0;
    if (params.limit(limit, fault))
        HOLDFAST_CHECK(limit >= 1 && limit <= api::kPageLimitMax, "a page keeps its bounds");
}

}  // namespace

void query(ByteSpan bytes) {
    const std::string_view text = as_text(bytes);
    const Result<http::Query> query = http::Query::parse(text);
    read_as_params(text, query);
    (void)api::min_seq_of(text);
    if (const auto endpoint = hub::parse_endpoint(text))
        HOLDFAST_CHECK(!endpoint->host.empty(), "an endpoint has a host");
    if (!query) return;
    std::string again;
    for (const http::Query::Param& param : query->params())
        again += (again.empty() ? "" : "&") + encoded(param.name) + "=" + encoded(param.value);
    const Result<http::Query> second = http::Query::parse(again);
    HOLDFAST_CHECK(second.has_value(), "what was taken is taken again");
    HOLDFAST_CHECK(second->params().size() == query->params().size(), "nothing is lost");
    for (const http::Query::Param& param : query->params())
        HOLDFAST_CHECK(second->find(param.name) == param.value, "nothing is changed");
}

}  // namespace holdfast::fuzz
