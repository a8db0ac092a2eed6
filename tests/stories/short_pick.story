# Units that a picker did not find, and promises that move to another place.

story units that are not found are looked for, and the order is served from elsewhere
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001   -> allocated
  when   short order 1001  SHOE x2 at MAIN   -> short, raises recount_needed
  then   SHOE at MAIN  on_hand 2  sellable 0  suspect 2  reserved 0  allocated 0
  then   order 1001 holds SHOE x2 at STORE
  then   order 1001 is confirmed

story units that are damaged need no count
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001   -> picked
  when   short order 1001  SHOE x1 at MAIN as damaged   -> short
  then   SHOE at MAIN  sellable 1  damaged 1  allocated 1  picked 1
  then   order 1001 holds SHOE x1 at MAIN, SHOE x1 at STORE

story a shelf that still covers its promises keeps them
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001   -> allocated
  when   short order 1001  SHOE x2 at MAIN   -> short, raises recount_needed
  then   order 1001 holds SHOE x2 at MAIN
  then   SHOE at MAIN  sellable 3  suspect 2  reserved 2  allocated 0

story what is nowhere else is promised where it was, at risk
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 1
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001   -> allocated
  when   short order 1001  SHOE x2 at MAIN   -> short, raises recount_needed, raises reservation_at_risk
  then   SHOE at MAIN  sellable 0  reserved 1  oversold 1
  then   SHOE at STORE  reserved 1
  then   order 1001 holds SHOE x1 at MAIN, SHOE x1 at STORE

story a short pick of cancelled units ends them
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001   -> allocated
  when   cancel order 1001  line 1 x1   -> cancelled
  when   short order 1001  SHOE x2 at MAIN   -> short, raises recount_needed
  then   order 1001 holds SHOE x1 at STORE
  when   cancel order 1001   -> cancelled
  then   order 1001 is cancelled

story a short pick that comes before the node was told leaves the promise as it is
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   short order 1001  SHOE x1 at MAIN   -> short, raises recount_needed
  then   order 1001 holds SHOE x1 at MAIN, SHOE x1 at STORE

story a short pick of more than the order has there asks a person
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001   -> allocated
  when   short order 1001  SHOE x3 at MAIN   -> short, raises recount_needed, raises beyond_promise
  then   SHOE at MAIN  sellable 6  suspect 3  reserved 2

story a short pick of an order that nobody knows is still a loss
  given  SHOE at MAIN  on_hand 2
  when   short order 1001  SHOE x3 at MAIN   -> short, raises recount_needed, raises negative_sellable
  then   SHOE at MAIN  sellable -1  suspect 3

story a channel that does not split moves all of a loss or none
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN, STORE without splitting
  when   order 1001 from web  SHOE x3   -> ordered
  when   allocate order 1001   -> allocated
  when   short order 1001  SHOE x3 at MAIN   -> short, raises recount_needed, raises reservation_at_risk
  then   order 1001 holds SHOE x3 at MAIN

story a promise is moved by hand to a place that has the units
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x3   -> ordered
  when   move order 1001  line 1 x2 at STORE   -> moved
  then   order 1001 holds SHOE x1 at MAIN, SHOE x2 at STORE
  then   SHOE at MAIN  reserved 1
  then   SHOE at STORE  reserved 2

story a promise is moved to wherever the pool has it
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 1
  given  SHOE at DEPOT  on_hand 5
  given  channel web sells from MAIN, STORE, DEPOT
  when   order 1001 from web  SHOE x3   -> ordered
  when   move order 1001  line 1 x3   -> moved
  then   order 1001 holds SHOE x3 at DEPOT
  when   move order 1001  line 1 x2   -> moved
  then   order 1001 holds SHOE x2 at MAIN, SHOE x1 at DEPOT

story what is oversold moves first
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 2
  given  SHOE at DEPOT  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x4   -> ordered
  when   sell SHOE x1 at STORE   -> sold, raises reservation_at_risk
  when   channel web sells from pool "pool of web"   -> recorded
  when   pool "pool of web" is MAIN, STORE, DEPOT   -> recorded
  when   move order 1001  line 1 x1   -> moved
  then   SHOE at STORE  oversold 0
  then   order 1001 holds SHOE x2 at MAIN, SHOE x1 at STORE, SHOE x1 at DEPOT

story an order may be moved onto safety stock, a hold may not
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 3  safety_stock 2
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x2   -> held
  when   move web-1  line 1 x2 at STORE   -> refused insufficient_stock, available_to_sell 1
  when   confirm web-1 order 1001   -> confirmed
  when   move order 1001  line 1 x2 at STORE   -> moved
  then   SHOE at STORE  reserved 2  oversold 0

story a place that does not have the units takes no promise
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 1
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x3   -> ordered
  when   move order 1001  line 1 x2 at STORE   -> refused insufficient_stock, available_to_sell 1
  when   move order 1001  line 1 x2   -> refused insufficient_stock, available_to_sell 1
  then   order 1001 holds SHOE x3 at MAIN

story a channel that does not split moves a line whole
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 2
  given  SHOE at DEPOT  on_hand 2
  given  channel web sells from MAIN, STORE, DEPOT without splitting
  when   order 1001 from web  SHOE x3   -> ordered
  when   move order 1001  line 1 x3   -> refused split_not_allowed, available_to_sell 2

story only reserved units of known lines move, and to other places
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  location MOON
  given  channel web sells from MAIN, STORE
  given  channel phone sells from nowhere
  when   order 1001 from web  SHOE x3   -> ordered
  when   move order 1001  line 1 x1 at MAIN   -> refused nothing_to_move
  when   move order 1001  line 1 x4 at STORE   -> refused nothing_to_move
  when   move order 1001  line 7 x1, line 1 x0   -> refused unknown_line, line 1 unknown_line, line 2 quantity_must_be_positive
  when   move order 1001  line 1 x1, line 1 x1   -> refused duplicate_line
  when   move order 1001  line 1 x1 at MOON   -> refused location_not_in_pool
  when   move order 1001  line 1 x1 at MARS   -> refused unknown_location
  when   move order 1001 nothing   -> refused no_lines
  when   move order 1002  line 1 x1   -> refused unknown_reservation
  when   allocate order 1001   -> allocated
  when   move order 1001  line 1 x1 at STORE   -> refused nothing_to_move
  when   reserve phone-1  SHOE x1 at MAIN   -> held
  when   move phone-1  line 1 x1   -> refused channel_has_no_pool
  when   release phone-1   -> released
  when   move phone-1  line 1 x1   -> refused reservation_ended
