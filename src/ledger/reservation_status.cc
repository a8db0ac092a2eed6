#include "ledger/reservation_status.h"

namespace holdfast::ledger {
namespace {

std::string_view end_of(const ReservationTable& table, const Reservation& reservation) {
    Units shipped = 0;
    for (const Part& part : table.parts(reservation)) shipped += table.counts(part).shipped;
    const bool by_time = reservation.ended_by == FactType::reservation_expired;
    if (shipped > 0 && reservation.kind == PromiseKind::order && !by_time) return "fulfilled";
    switch (reservation.ended_by) {
        case FactType::reservation_expired: return "expired";
        // A node ends only what was cancelled.
        case FactType::order_cancelled:
        case FactType::transfer_cancelled:
        case FactType::allocation_released:
        case FactType::pick_returned:
        case FactType::pick_shorted: return "cancelled";
        case FactType::transfer_shipped: return "in_transit";
        case FactType::transfer_received: return "received";
        case FactType::transfer_completed: return "completed";
        default: return "released";
    }
}

/// An order that had left, or was cancelled, before anybody told of it.
std::string_view end_before_begin(const ReservationTable& table, const Reservation& reservation) {
    for (const Part& part : table.parts(reservation))
        if (table.counts(part).shipped > 0) return "fulfilled";
    return "cancelled";
}

}  // namespace

std::string_view reservation_status(const ReservationTable& table, const Reservation& reservation) {
    if (reservation.ended_by == FactType::parked_settled ||
        reservation.ended_by == FactType::order_created)
        return end_before_begin(table, reservation);
    if (reservation.ended()) return end_of(table, reservation);
    if (!reservation.confirmed) return "held";
    PartCounts sum;
    for (const Part& part : table.parts(reservation)) {
        const PartCounts counts = table.counts(part);
        sum.reserved += counts.reserved;
        sum.allocated += counts.allocated;
        sum.picked += counts.picked;
        sum.backordered += counts.backordered;
        sum.shipped += counts.shipped;
        sum.cancel_pending += counts.cancel_pending;
    }
    if (sum.open() == 0) return "in_transit";  // a transfer's units, all on their lane
    if (sum.cancel_pending == sum.open()) return "cancel_pending";
    if (sum.shipped > 0) return "partly_shipped";
    if (sum.picked == sum.open()) return "picked";
    if (sum.allocated == sum.open()) return "allocated";
    if (sum.backordered == sum.open()) return "backordered";
    return "confirmed";
}

}  // namespace holdfast::ledger
