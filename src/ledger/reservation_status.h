// One word for where a reservation stands, for people and for the API.
#pragma once

#include <string_view>

#include "ledger/reservation_table.h"

namespace holdfast::ledger {

/// A line's units may stand in several states at once; the word is that of the ones least far:
///
/// held            not confirmed: it may still expire
/// confirmed       something is promised that no node works on yet
/// backordered     all that is open waits for supply
/// allocated       nodes work on all that is open
/// picked          and have picked it
/// partly_shipped  some units have left, others have not
/// cancel_pending  all that is open was cancelled and waits for the node's word
/// fulfilled       everything that was still wanted left
/// in_transit      a transfer's units have left
/// received, completed  a transfer's units came, or it was closed
/// released, expired, cancelled  nothing is open, and this is how it ended
///
/// Source   docs/glossary.md, "Promises".
std::string_view reservation_status(const ReservationTable& table, const Reservation& reservation);

}  // namespace holdfast::ledger
