// Events that wait for their orders: what a person looks at when goods left and nobody told why.
#include <fmt/format.h>

#include <vector>

#include "api/handlers.h"
#include "api/page.h"
#include "api/render.h"

namespace holdfast::api {
namespace {

/// The seqs from the cursor on, one more than fits a page where there are so many.
std::vector<std::uint64_t> seqs_of_page(const ledger::State& state,
                                        std::optional<std::string_view> order, const Page& page) {
    std::vector<std::uint64_t> seqs;
    if (order) {
        if (const auto* of_order = state.parked.of_order(state.order_hash(*order))) {
            for (const std::uint64_t seq : *of_order) {
                if (seq >= page.from.first && seqs.size() <= page.limit) seqs.push_back(seq);
            }
        }
        return seqs;
    }
    const auto& rows = state.parked.rows();
    for (auto row = rows.lower_bound(page.from.first);
         row != rows.end() && seqs.size() <= page.limit; ++row) {
        seqs.push_back(row->first);
    }
    return seqs;
}

}  // namespace

void list_parked_events(Desk& desk, const Call& call) {
    if (!read_params(desk, call, {{"order"}, {"limit"}, {"cursor"}}) ||
        !desk.allowed(call, Action::events_read, kEverywhere)) {
        return;
    }
    const auto order = desk.params().find("order");
    const std::string list = fmt::format("parked-events/{}", order.value_or(""));
    Page page;
    if (!page_of_params(desk, call, list, page)) return;
    const ledger::State& state = desk.state();
    std::vector<std::uint64_t> seqs = seqs_of_page(state, order, page);
    std::optional<CursorKey> next;
    if (seqs.size() > page.limit) {
        next = CursorKey{seqs.back(), 0};
        seqs.pop_back();
    }
    std::string& body = desk.scratch();
    http::JsonWriter json(body);
    json.begin_object().key("data").begin_array();
    for (const std::uint64_t seq : seqs) render_parked_event(json, state.parked.at(seq), state);
    end_page(desk, json, list, next);
    // What is gone left no seq behind, so the answer waits until all that was decided is durable.
    desk.answer_read(call.token, state.seq, body);
}

}  // namespace holdfast::api
