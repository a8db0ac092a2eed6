#include "ledger/checkpoint_orders.h"

namespace holdfast::ledger {

void put_backorders(ByteWriter& out, const State& state) {
    out.put(state.backorders.size());
    for (const auto& [part, row] : state.backorders.rows()) {
        out.put(part.reservation);
        out.put(part.part);
        out.put(row.due);
        out.put(row.since);
    }
}

bool get_backorders(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(28);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        PartRef ref;
        ref.reservation = in.get<std::uint64_t>();
        ref.part = in.get<std::uint32_t>();
        BackorderRow row;
        row.due = in.get<std::int64_t>();
        row.since = in.get<std::uint64_t>();
        const Reservation* r = state.reservations.find(ReservationId{ref.reservation});
        if (r == nullptr || ref.part >= r->part_count) return false;
        const Part& part = state.reservations.parts(*r)[ref.part];
        row.sku = part.sku;
        row.location = part.location;
        row.units = state.reservations.counts(part).backordered;
        if (row.units <= 0 || state.backorders.find(ref) != nullptr) return false;
        state.backorders.restore(ref, row);
    }
    return in.good();
}

void put_shipments(ByteWriter& out, const State& state) {
    std::uint64_t documents = 0;
    state.shipments.for_each([&](std::uint64_t, const ShipmentRow&) { ++documents; });
    out.put(documents);
    state.shipments.for_each([&](std::uint64_t document, const ShipmentRow& row) {
        out.put(document);
        out.put(row.generation);
        out.put(std::uint64_t{row.changes.size()});
        for (const ShippedChange& change : row.changes) out.put(change);
    });
}

bool get_shipments(ByteReader& in, State& state) {
    const std::size_t count = in.get_count(24);
    for (std::size_t i = 0; i < count && in.good(); ++i) {
        const auto document = in.get<std::uint64_t>();
        ShipmentRow row;
        row.generation = in.get<std::int64_t>();
        const std::size_t changes = in.get_count(sizeof(ShippedChange));
        for (std::size_t c = 0; c < changes && in.good(); ++c)
            row.changes.push_back(in.get<ShippedChange>());
        if (state.shipments.find(document) != nullptr) return false;
        state.shipments.restore(document, std::move(row));
    }
    return in.good();
}

}  // namespace holdfast::ledger
