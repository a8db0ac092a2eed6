# Orders that change after they were made, orders that are fetched at one place, carts that are checked again.

story an order that wants less is cancelled by the difference
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x5   -> ordered
  when   allocate order 1001  SHOE x2 at MAIN   -> allocated
  when   change order 1001  SHOE x3   -> adjusted
  then   SHOE at MAIN  reserved 1  allocated 2
  when   change order 1001  SHOE x1   -> adjusted
  then   SHOE at MAIN  reserved 0  allocated 2
  when   take back order 1001   -> taken_back
  then   order 1001 holds SHOE x1 at MAIN

story an order that wants more is held like a new one
  given  SHOE at MAIN  on_hand 4
  when   order 1001 from web  SHOE x3   -> ordered
  when   change order 1001  SHOE x4   -> adjusted
  then   order 1001 holds SHOE x4 at MAIN
  when   change order 1001  SHOE x5   -> refused insufficient_stock, available_to_sell 0
  then   order 1001 holds SHOE x4 at MAIN

story more of an order that was sold elsewhere is taken by force
  given  SHOE at MAIN  on_hand 4
  when   order 1001 already sold from mkt  SHOE x3   -> ordered
  when   change order 1001 already sold  SHOE x6   -> adjusted, raises oversold_order
  then   SHOE at MAIN  reserved 6  oversold 2

story what was shipped counts in what an order wants
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x5   -> ordered
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   change order 1001  SHOE x4   -> adjusted
  then   order 1001 holds SHOE x2 at MAIN
  when   change order 1001  SHOE x1   -> adjusted
  then   order 1001 is fulfilled
  when   change order 1001  SHOE x3   -> refused reservation_ended

story an order may get another line
  given  SHOE at MAIN  on_hand 9
  given  SOCK at MAIN  on_hand 9
  when   order 1001 from web  SHOE x1   -> ordered
  when   change order 1001  line 2 SOCK x2   -> adjusted
  then   order 1001 holds SHOE x1 at MAIN, SOCK x2 at MAIN
  when   change order 1001  line 1 SOCK x2   -> refused unknown_line
  when   change order 1001  line 1 SHOE x1   -> refused nothing_to_adjust

story more of a line is taken where the line is, else where the pool has it
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 9
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   change order 1001  SHOE x3   -> adjusted
  then   order 1001 holds SHOE x3 at MAIN
  when   change order 1001  SHOE x5   -> adjusted
  then   order 1001 holds SHOE x3 at MAIN, SHOE x2 at STORE
  when   change order 1001  SHOE x6 at MAIN   -> refused insufficient_stock, available_to_sell 0

story a change names an order that is known and lines that can be read
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x1   -> ordered
  when   change order ""  SHOE x1   -> refused order_required
  when   change order 1002  SHOE x1   -> refused unknown_order
  when   change order 1001 nothing   -> refused no_lines
  when   change order 1001  line 1 SHOE x-1, line 1 SHOE x2, BOOT x1, SHOE x1 at MARS   -> refused quantity_must_be_positive, line 1 quantity_must_be_positive, line 2 duplicate_line, line 3 unknown_sku, line 4 unknown_location

story an order that is fetched at a store is promised there alone
  given  SHOE at STORE  on_hand 2
  given  SHOE at MAIN  on_hand 9
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x3 at STORE pinned   -> refused insufficient_stock, available_to_sell 2
  when   order 1001 from web  SHOE x1 pinned   -> refused location_required
  when   order 1001 from web  SHOE x1 pinned event at STORE   -> ordered
  then   order 1001 holds SHOE x1 at STORE
  when   order 1002 already sold from web  SHOE x3 at STORE pinned   -> ordered, raises oversold_order
  then   order 1002 holds SHOE x3 at STORE

story a pinned line is never covered from elsewhere
  given  SHOE at STORE  on_hand 2
  given  SHOE at MAIN  on_hand 9
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2 at STORE pinned   -> ordered
  when   allocate order 1001   -> allocated
  when   short order 1001  SHOE x2 at STORE   -> short, raises recount_needed, raises reservation_at_risk
  then   order 1001 holds SHOE x2 at STORE
  when   move order 1001  line 1 x1 at MAIN   -> refused nothing_to_move
  when   change order 1001  SHOE x3   -> refused insufficient_stock, available_to_sell 0
  when   adjust order 1001  line 1 x3   -> refused insufficient_stock, available_to_sell 0

story a pinned line grows where it is
  given  SHOE at STORE  on_hand 3
  given  SHOE at MAIN  on_hand 9
  given  SOCK at STORE  on_hand 3
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2 at STORE pinned   -> ordered
  when   change order 1001  SHOE x3 at MAIN   -> adjusted
  then   order 1001 holds SHOE x3 at STORE
  when   change order 1001  line 2 SOCK x1   -> refused location_required
  when   change order 1001  line 2 SOCK x1 event at STORE   -> adjusted
  then   order 1001 holds SHOE x3 at STORE, SOCK x1 at STORE

story a pinned order over an expired hold comes back where it was
  given  SHOE at STORE  on_hand 1
  given  SHOE at MAIN  on_hand 9
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x1 at STORE   -> held
  when   15 minutes pass   -> expired
  when   sell SHOE x1 at STORE   -> sold
  when   order 1001 confirms web-1 pinned   -> ordered, raises late_confirm_without_stock
  then   order 1001 holds SHOE x1 at STORE

story a cart that is checked again takes its own units first
  shows  rule 11
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   reserve web-2  SHOE x4   -> refused insufficient_stock, available_to_sell 2
  when   reserve web-2  SHOE x4 replacing web-1   -> held
  then   SHOE at MAIN  reserved 4
  then   web-1 is released
  then   web-2 holds SHOE x4 at MAIN
  then   web-2 expires in 15 minutes

story a cart that cannot be held anew keeps what it had
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   reserve web-2  SHOE x6 replacing web-1   -> refused insufficient_stock, available_to_sell 5
  then   web-1 holds SHOE x3 at MAIN

story a cart keeps its order's number when it is checked again
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3 order 1001   -> held
  when   reserve web-2  SHOE x1 order 1001   -> refused order_already_exists
  when   reserve web-2  SHOE x1 order 1001 replacing web-1   -> held
  then   order 1001 holds SHOE x1 at MAIN

story a cart whose hold has ended is held anew
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   15 minutes pass   -> expired
  when   reserve web-2  SHOE x5 replacing web-1   -> held
  then   SHOE at MAIN  reserved 5
  when   reserve web-4  SHOE x1 replacing web-3   -> refused unknown_reservation

story an order's units are not a cart's to replace
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   confirm web-1   -> confirmed
  when   reserve web-2  SHOE x1 replacing web-1   -> refused reservation_already_confirmed

story more time for a cart changes nothing else
  shows  rule 11
  given  SHOE at MAIN  on_hand 1
  when   reserve web-1  SHOE x1   -> held
  when   14 minutes pass   -> nothing
  when   extend web-1   -> extended
  when   reserve web-2  SHOE x1   -> refused insufficient_stock, available_to_sell 0
