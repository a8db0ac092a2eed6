# Orders: over a hold, holding for themselves, or already sold somewhere else.

story an order confirms its hold
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   order 1001 confirms web-1   -> ordered
  then   web-1 is confirmed
  then   order 1001 holds SHOE x2 at MAIN
  when   1 day passes   -> nothing

story a hold made for an order is confirmed by that order
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2 order 1001   -> held
  when   order 1001 confirms web-1   -> ordered
  then   order 1001 is confirmed

story an order that wants less than was held gives the rest back
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   reserve web-1  SHOE x3, SOCK x2   -> held
  when   order 1001 confirms web-1  SHOE x2   -> ordered
  then   order 1001 holds SHOE x2 at MAIN
  then   SHOE at MAIN  reserved 2
  then   SOCK at MAIN  reserved 0

story an order that wants more than was held takes the excess by force
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   order 1001 confirms web-1  SHOE x5   -> ordered
  then   order 1001 holds SHOE x5 at MAIN
  then   SHOE at MAIN  reserved 5  oversold 0

story an excess that is not there is oversold
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x3   -> held
  when   order 1001 confirms web-1  SHOE x5   -> ordered, raises oversold_order
  then   SHOE at MAIN  reserved 5  oversold 2

story an order line that the hold did not have is promised by force
  given  SHOE at MAIN  on_hand 3
  given  SOCK at MAIN  on_hand 3
  when   reserve web-1  SHOE x3   -> held
  when   order 1001 confirms web-1  SHOE x3, SOCK x1   -> ordered
  then   order 1001 holds SHOE x3 at MAIN, SOCK x1 at MAIN

story an order line of another item than the held line takes its own item
  given  SHOE at MAIN  on_hand 3
  given  SOCK at MAIN  on_hand 3
  when   reserve web-1  SHOE x2   -> held
  when   order 1001 confirms web-1  SOCK x2   -> ordered
  then   order 1001 holds SOCK x2 at MAIN
  then   SHOE at MAIN  reserved 0

story an order over an expired hold gets its units back
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x3   -> held
  when   15 minutes pass   -> expired
  when   order 1001 confirms web-1   -> ordered
  then   order 1001 holds SHOE x3 at MAIN

story an order over an expired hold brings back only what it wants
  given  SHOE at MAIN  on_hand 3
  given  SOCK at MAIN  on_hand 3
  when   reserve web-1  SHOE x3, SOCK x1   -> held
  when   15 minutes pass   -> expired
  when   order 1001 confirms web-1  SHOE x2   -> ordered
  then   order 1001 holds SHOE x2 at MAIN
  then   SOCK at MAIN  reserved 0

story an order over an expired hold counts no unit twice
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x4   -> held
  when   15 minutes pass   -> expired
  when   order 1001 confirms web-1  SHOE x7   -> ordered, raises oversold_order
  then   SHOE at MAIN  reserved 7  oversold 2

story an order over an expired hold without stock asks a person
  given  SHOE at MAIN  on_hand 2
  when   reserve web-1  SHOE x2   -> held
  when   15 minutes pass   -> expired
  when   sell SHOE x2 at MAIN   -> sold
  when   order 1001 confirms web-1   -> ordered, raises late_confirm_without_stock
  then   SHOE at MAIN  reserved 2  oversold 2

story an order confirms only what can still be confirmed
  given  SHOE at MAIN  on_hand 5
  when   order 1001 confirms web-1   -> refused unknown_reservation
  when   reserve web-1  SHOE x1   -> held
  when   confirm web-1   -> confirmed
  when   order 1001 confirms web-1   -> refused reservation_already_confirmed
  when   release web-1   -> released
  when   order 1001 confirms web-1   -> refused reservation_ended

story an order without a hold takes its units at once, for good
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  then   order 1001 is confirmed
  then   SHOE at MAIN  reserved 2
  when   1 day passes   -> nothing

story an order without a hold may be refused
  given  SHOE at MAIN  on_hand 1
  when   order 1001 from web  SHOE x2   -> refused insufficient_stock, available_to_sell 1
  when   order 1001 from web  SHOE x1   -> ordered

story an order may be taken in part
  given  SHOE at MAIN  on_hand 1
  given  SOCK at MAIN  on_hand 9
  when   order 1001 from web  SHOE x2, SOCK x2 in part   -> ordered, sets aside line 1 insufficient_stock available_to_sell 1
  then   order 1001 holds SOCK x2 at MAIN

story an order that is taken without what nobody knows asks a person, once
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x1, HAT x1 in part source shop   -> ordered, raises unknown_code, sets aside line 2 unknown_sku
  then   case 1  is unknown_code from shop  count 1
  when   order 1002 from web  SHOE x1, HAT x1 in part source shop   -> ordered, raises unknown_code, sets aside line 2 unknown_sku
  then   case 1  is open  count 2
  then   the work list is case 1
  when   order 1003 from web  SHOE x1, HAT x1 source shop   -> refused unknown_sku, line 2 unknown_sku
  then   case 1  is open  count 2

story an order has a number, a channel and lines
  given  SHOE at MAIN  on_hand 5
  given  no channel nobody
  when   order "" from web  SHOE x1   -> refused order_required
  when   order 1001 SHOE x1   -> refused channel_required
  when   order 1001 from web nothing   -> refused no_lines
  when   order 1001 from web  SHOE x1   -> ordered
  when   order 1001 from web  SHOE x1   -> refused order_already_exists

story an order sold elsewhere is never refused for lack of stock
  given  SHOE at MAIN  on_hand 1
  when   order 1001 already sold from mkt  SHOE x3   -> ordered, raises oversold_order
  then   order 1001 is confirmed
  then   SHOE at MAIN  on_hand 1  reserved 3  oversold 2  available_to_sell 0

story a sold order takes what can be promised along the pool first
  given  SHOE at MAIN  on_hand 3  safety_stock 1
  given  SHOE at STORE  on_hand 3  safety_stock 1
  given  channel mkt sells from MAIN, STORE
  when   order 1001 already sold from mkt  SHOE x4   -> ordered
  then   order 1001 holds SHOE x2 at MAIN, SHOE x2 at STORE

story a sold order takes safety stock before it is oversold
  given  SHOE at MAIN  on_hand 3  safety_stock 1
  given  SHOE at STORE  on_hand 3  safety_stock 1
  given  channel mkt sells from MAIN, STORE
  when   order 1001 already sold from mkt  SHOE x6   -> ordered
  then   SHOE at MAIN  reserved 3  oversold 0
  then   SHOE at STORE  reserved 3  oversold 0

story what nobody has is oversold at the first location of the pool
  given  SHOE at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 1
  given  channel mkt sells from MAIN, STORE
  when   order 1001 already sold from mkt  SHOE x5   -> ordered, raises oversold_order
  then   SHOE at MAIN  reserved 4  oversold 3
  then   SHOE at STORE  reserved 1  oversold 0

story a sold order that names its place is promised there alone
  given  SHOE at MAIN  on_hand 9
  given  SHOE at STORE  on_hand 1
  when   order 1001 already sold from mkt  SHOE x2 at STORE   -> ordered, raises oversold_order
  then   order 1001 holds SHOE x2 at STORE

story a sold order passes a closed location by
  given  SHOE at MAIN  on_hand 9
  given  SHOE at STORE  on_hand 9
  given  channel mkt sells from MAIN, STORE
  given  location MAIN is closed
  when   order 1001 already sold from mkt  SHOE x3   -> ordered
  then   order 1001 holds SHOE x3 at STORE

story a sold order needs some place to be promised from
  given  SHOE at MAIN  on_hand 9
  when   order 1001 already sold  SHOE x1   -> refused location_required
  when   order 1001 already sold  SHOE x1 event at MARS   -> refused unknown_location
  when   order 1001 already sold  SHOE x1 event at MAIN   -> ordered
  then   order 1001 holds SHOE x1 at MAIN

story a cancelled order gives back what it holds
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   cancel order 1001   -> cancelled
  then   order 1001 is cancelled
  then   SHOE at MAIN  reserved 0

story an order is cancelled once
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   cancel order 1001   -> cancelled
  when   cancel order 1001   -> refused nothing_to_cancel
  when   cancel order ""     -> refused order_required

story a cancellation of more than is open takes what is open
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  when   cancel order 1001  line 1 x9   -> cancelled
  then   SHOE at MAIN  on_hand 4  reserved 0

story an order may be cancelled line by line
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3, SOCK x2   -> ordered
  when   cancel order 1001  line 1 x1, line 2 x2   -> cancelled
  then   order 1001 holds SHOE x2 at MAIN

story a line that an order never had is told and keeps nothing from being cancelled
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   cancel order 1001  line 1 x1, line 8 x1   -> cancelled, sets aside line 2 unknown_line
  when   cancel order 1001  line 8 x1   -> refused unknown_line
  then   order 1001 holds SHOE x2 at MAIN

story channels number their orders each for itself
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x1   -> ordered
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  when   order 1001 from web  SHOE x1   -> refused order_already_exists
  then   order 1001 of web holds SHOE x1 at MAIN
  then   order 1001 of mkt holds SHOE x2 at MAIN
  when   cancel order 1001 from mkt   -> cancelled
  then   order 1001 of web is confirmed
  then   order 1001 of mkt is cancelled

story an event that names no channel means the only order of the number
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x1   -> ordered
  when   allocate order 1001   -> allocated
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  when   pick order 1001   -> refused channel_required
  when   ship order 1001  SHOE x1 at MAIN   -> refused channel_required
  when   sell order 1001  SHOE x1 at MAIN   -> refused channel_required
  when   ship order 1001  SHOE x1 at MAIN from web   -> shipped
  then   order 1001 of web is fulfilled
  then   order 1001 of mkt is confirmed

story an order that came without a channel may be any channel's
  given  SHOE at MAIN  on_hand 9
  given  channel phone sells from MAIN
  given  no channel radio
  when   order 1001 already sold  SHOE x1 at MAIN   -> ordered
  when   order 1001 from phone  SHOE x1   -> refused order_already_exists
  when   ship order 1001  SHOE x1 at MAIN from radio   -> refused unknown_channel
  when   ship order 1001  SHOE x1 at MAIN from phone   -> shipped
  then   order 1001 is fulfilled
  when   order 1002 from phone  SHOE x1   -> ordered
  when   order 1002 already sold  SHOE x1 at MAIN   -> refused order_already_exists
