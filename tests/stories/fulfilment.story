# An order in the hands of a node: handed over, picked, taken back, put back, shipped.

story an order goes from the promise through the node's hands to the customer
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   allocate order 1001  SHOE x3 at MAIN   -> allocated
  then   SHOE at MAIN  on_hand 5  reserved 0  allocated 3  available_to_sell 2
  then   order 1001 is allocated
  when   pick order 1001  SHOE x3 at MAIN   -> picked
  then   SHOE at MAIN  on_hand 5  allocated 3  picked 3
  then   order 1001 is picked
  when   ship order 1001  SHOE x3 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 2  allocated 0  picked 0  available_to_sell 2
  then   order 1001 is fulfilled

story each step may be made for a part of a line
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x4   -> ordered
  when   allocate order 1001  SHOE x3 at MAIN   -> allocated
  when   pick order 1001  SHOE x2 at MAIN   -> picked
  then   SHOE at MAIN  reserved 1  allocated 3  picked 2
  then   order 1001 is confirmed
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 4  reserved 1  allocated 2  picked 1
  then   order 1001 is partly_shipped
  then   order 1001 holds SHOE x3 at MAIN

story an event without lines is about all that the order has there
  given  SHOE at MAIN  on_hand 3
  given  SOCK at MAIN  on_hand 3
  given  SOCK at STORE  on_hand 9
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x1, SOCK x5   -> ordered
  when   allocate order 1001 event at MAIN   -> allocated
  then   SHOE at MAIN  allocated 1
  then   SOCK at STORE  reserved 5  allocated 0
  when   allocate order 1001   -> allocated
  then   SOCK at STORE  reserved 0  allocated 5
  then   order 1001 is allocated

story a pick that comes before the node was told hands the units over first
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001  SHOE x2 at MAIN   -> picked
  then   SHOE at MAIN  reserved 0  allocated 2  picked 2

story a step that was passed moves nothing
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001  SHOE x2 at MAIN   -> picked
  when   allocate order 1001  SHOE x2 at MAIN   -> allocated
  then   SHOE at MAIN  reserved 0  allocated 2  picked 2
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   pick order 1001  SHOE x2 at MAIN   -> picked
  then   SHOE at MAIN  on_hand 3  allocated 0  picked 0

story a node that works on more than the order has there asks a person
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001  SHOE x3 at MAIN   -> allocated, raises beyond_promise
  then   SHOE at MAIN  reserved 0  allocated 2
  when   pick order 1001  SHOE x2 at STORE   -> picked, raises beyond_promise
  then   SHOE at STORE  allocated 0  picked 0

story what a node works on does not expire
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2 order 1001   -> held
  when   allocate order 1001  SHOE x1 at MAIN   -> allocated
  then   web-1 is confirmed
  when   1 day passes   -> nothing
  then   SHOE at MAIN  reserved 1  allocated 1

story units that the node gives back are promised again
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   pick order 1001  SHOE x3 at MAIN   -> picked
  when   take back order 1001  SHOE x2 at MAIN   -> taken_back
  then   SHOE at MAIN  on_hand 5  reserved 2  allocated 1  picked 1
  then   order 1001 is confirmed

story nothing can be given back that is not with the node
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   take back order 1001  SHOE x1 at MAIN   -> refused nothing_allocated
  when   put back order 1001   -> refused nothing_allocated
  when   allocate order 1001  SHOE x1 at MAIN   -> allocated
  when   put back order 1001  SHOE x1 at MAIN   -> refused nothing_allocated
  when   take back order 1001  SHOE x2 at MAIN   -> taken_back, raises beyond_promise
  then   SHOE at MAIN  reserved 3  allocated 0

story a node speaks of orders, items and places that exist
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   allocate order ""   -> refused order_required
  when   allocate order 1002   -> refused unknown_order
  when   allocate order 1001  BOOT x1 at MAIN, SHOE x0 at MAIN, SHOE x1 at MARS   -> refused unknown_sku, line 1 unknown_sku, line 2 quantity_must_be_positive, line 3 unknown_location
  when   pick order 1001 event at MARS   -> refused unknown_location
  when   short order 1001 nothing   -> refused no_lines
  when   short order 1001  SHOE x1   -> refused location_required
  when   short order 1001  SHOE x1 at MAIN as quarantine   -> refused value_out_of_range

story more than was ordered leaves, and a person is asked
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  when   ship order 1001  SHOE x3 at MAIN   -> shipped, raises over_shipment
  then   SHOE at MAIN  on_hand 2  reserved 0
  when   order 1002 from web  SHOE x1   -> ordered
  when   ship order 1002  SOCK x1 at MAIN   -> shipped, raises over_shipment
  then   SOCK at MAIN  on_hand 4
  then   SHOE at MAIN  reserved 1

story what is cancelled is taken from what nobody has worked on first
  shows  rule 4
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x6   -> ordered
  when   allocate order 1001  SHOE x4 at MAIN   -> allocated
  when   pick order 1001  SHOE x2 at MAIN   -> picked
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  then   SHOE at MAIN  reserved 2  allocated 3  picked 1
  when   cancel order 1001  line 1 x3   -> cancelled
  then   SHOE at MAIN  reserved 0  allocated 3  picked 1
  then   order 1001 is partly_shipped
  when   cancel order 1001  line 1 x9   -> cancelled
  then   order 1001 is cancel_pending
  when   cancel order 1001   -> refused nothing_to_cancel
  when   take back order 1001  SHOE x2 at MAIN   -> taken_back
  when   put back order 1001  SHOE x1 at MAIN   -> put_back
  then   order 1001 is fulfilled
  then   SHOE at MAIN  on_hand 8  reserved 0  allocated 0  picked 0

story a cancelled unit that the node gives back is released
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   allocate order 1001   -> allocated
  when   cancel order 1001  line 1 x1   -> cancelled
  then   SHOE at MAIN  allocated 3  available_to_sell 2
  when   take back order 1001  SHOE x2 at MAIN   -> taken_back
  then   SHOE at MAIN  reserved 1  allocated 1  available_to_sell 3

story a cancelled unit that was picked goes back to the shelf
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001   -> picked
  when   cancel order 1001   -> cancelled
  when   put back order 1001   -> put_back
  then   SHOE at MAIN  on_hand 5  allocated 0  picked 0  available_to_sell 5
  then   order 1001 is cancelled

story a cancellation that comes too late is told
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001   -> picked
  when   cancel order 1001   -> cancelled
  then   order 1001 is cancel_pending
  when   ship order 1001  SHOE x2 at MAIN   -> shipped, raises cancelled_too_late
  then   order 1001 is fulfilled
  then   SHOE at MAIN  on_hand 3  allocated 0

story a shipment takes what is still wanted before what was cancelled
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x2   -> ordered
  when   allocate order 1001   -> allocated
  when   cancel order 1001  line 1 x1   -> cancelled
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  then   order 1001 is cancel_pending
  when   take back order 1001   -> taken_back
  then   order 1001 is fulfilled
