# Units that are promised from supply that is to come: how many, for when, and who is served when it comes.

story what no stock serves waits for supply
  given  SHOE at MAIN  on_hand 2
  when   backorder_limit is 10   -> recorded
  when   schedule PO-7  SHOE x12 at MAIN  due in 3 days   -> scheduled
  then   SHOE at MAIN  backorderable 10
  when   order 1001 from web  SHOE x5   -> refused insufficient_stock, available_to_sell 2
  when   order 1001 from web  SHOE x5 on backorder   -> ordered
  then   SHOE at MAIN  reserved 2  backordered 3  free 0  available_to_sell 0  backorderable 7
  then   order 1001 waits for SHOE x3 at MAIN in 3 days
  then   order 1001 is confirmed
  when   order 1002 from web  SHOE x1 on backorder   -> ordered
  then   order 1002 is backordered

story a delivery serves those that wait before anybody else
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 10   -> recorded
  when   schedule PO-7  SHOE x9 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x3 on backorder   -> ordered
  when   order 1002 from mkt  SHOE x4 on backorder   -> ordered
  when   receive SHOE x5 at MAIN for PO-7   -> received
  then   order 1001 is confirmed
  then   order 1001 waits for nothing
  then   order 1002 waits for SHOE x2 at MAIN in 3 days
  then   SHOE at MAIN  on_hand 5  reserved 5  backordered 2  available_to_sell 0
  when   receive SHOE x4 at MAIN for PO-7   -> received
  then   SHOE at MAIN  on_hand 9  reserved 7  backordered 0  available_to_sell 2

story a purchase order that nobody told of serves them as well
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 10   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   receive SHOE x2 at MAIN   -> received
  then   SHOE at MAIN  reserved 2  backordered 0  inbound 2

story who was promised first is served first
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 10   -> recorded
  when   schedule PO-8  SHOE x5 at MAIN  due in 9 days   -> scheduled
  when   order 1001 from web  SHOE x5 on backorder   -> ordered
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   order 1002 from web  SHOE x2 on backorder   -> ordered
  then   order 1001 waits for SHOE x5 at MAIN in 9 days
  then   order 1002 waits for SHOE x2 at MAIN in 3 days
  when   receive SHOE x3 at MAIN for PO-7   -> received, raises over_receipt
  then   order 1002 waits for nothing
  then   order 1001 waits for SHOE x4 at MAIN in 9 days

story a date is promised on which everything promised before it is there too
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 20   -> recorded
  when   schedule PO-7  SHOE x4 at MAIN  due in 3 days   -> scheduled
  when   schedule PO-8  SHOE x6 at MAIN  due in 9 days   -> scheduled
  when   order 1001 from web  SHOE x3 on backorder   -> ordered
  when   order 1002 from web  SHOE x3 on backorder   -> ordered
  when   order 1003 from web  SHOE x1 on backorder   -> ordered
  then   order 1001 waits for SHOE x3 at MAIN in 3 days
  then   order 1002 waits for SHOE x3 at MAIN in 9 days
  then   order 1003 waits for SHOE x1 at MAIN in 3 days
  when   receive SHOE x4 at MAIN for PO-7   -> received
  then   order 1003 is confirmed
  then   order 1002 waits for SHOE x3 at MAIN in 9 days

story no more waits than the limit, and no more than will come
  given  SHOE at MAIN  on_hand 0
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x1 on backorder   -> refused backorder_limit_reached
  when   backorder_limit is 3   -> recorded
  then   SHOE at MAIN  backorderable 3
  when   order 1001 from web  SHOE x4 on backorder   -> refused backorder_limit_reached, line 1 backorder_limit_reached
  when   backorder_limit is 9   -> recorded
  then   SHOE at MAIN  backorderable 5
  when   order 1001 from web  SHOE x6 on backorder   -> refused backorder_limit_reached
  when   order 1001 from web  SHOE x5 on backorder   -> ordered
  then   SHOE at MAIN  backorderable 0

story supply beyond the horizon is no supply yet
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   backorder_horizon is 7   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 7 days   -> scheduled
  when   schedule PO-8  SHOE x5 at MAIN  due in 8 days   -> scheduled
  then   SHOE at MAIN  inbound 7  backorderable 2
  when   1 day pass   -> nothing
  then   SHOE at MAIN  backorderable 7

story what is oversold is served by supply first
  given  SHOE at MAIN  on_hand 1
  when   order 1001 already sold from mkt  SHOE x3   -> ordered, raises oversold_order
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  then   SHOE at MAIN  oversold 2  backorderable 3
  when   order 1002 from web  SHOE x3 on backorder   -> ordered
  when   receive SHOE x4 at MAIN for PO-7   -> received
  then   SHOE at MAIN  on_hand 5  oversold 0  backordered 1

story an order that was sold elsewhere waits before it is oversold
  given  SHOE at MAIN  on_hand 1
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   order 1001 already sold from mkt  SHOE x4 on backorder   -> ordered, raises oversold_order
  then   SHOE at MAIN  reserved 2  backordered 2  oversold 1

story an order over a hold may wait for what the hold does not have
  given  SHOE at MAIN  on_hand 1
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   reserve web-1  SHOE x1   -> held
  when   order 1001 confirms web-1  SHOE x3 on backorder   -> ordered
  then   SHOE at MAIN  reserved 1  backordered 2  oversold 0

story supply is sought where it comes first, and at one place before several
  given  SHOE at MAIN  on_hand 0
  given  SHOE at STORE  on_hand 0
  given  channel web sells from MAIN, STORE
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x4 at MAIN  due in 9 days   -> scheduled
  when   schedule PO-8  SHOE x4 at STORE  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x3 on backorder   -> ordered
  then   order 1001 waits for SHOE x3 at STORE in 3 days
  when   order 1002 from web  SHOE x5 on backorder   -> ordered
  then   order 1002 waits for SHOE x4 at MAIN in 9 days, SHOE x1 at STORE in 3 days

story a channel that does not split has stock and supply in one place
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 1
  given  channel web sells from MAIN, STORE without splitting
  when   backorder_limit is 9   -> recorded
  when   schedule PO-8  SHOE x2 at STORE  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x4 on backorder   -> refused backorder_limit_reached
  when   order 1001 from web  SHOE x3 on backorder   -> ordered
  then   order 1001 holds SHOE x3 at STORE
  then   order 1001 waits for SHOE x2 at STORE in 3 days

story a correction serves nobody
  shows  rule 8
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   sell SHOE x1 at MAIN   -> sold, raises negative_sellable
  when   adjust stock SHOE x1 at MAIN because recount   -> corrected
  then   SHOE at MAIN  on_hand 0  available_to_sell 0  backordered 2
  when   correct receipt SHOE x2 at MAIN   -> corrected
  then   SHOE at MAIN  on_hand 2  backordered 2
  then   order 1001 waits for SHOE x2 at MAIN in 3 days

story what came in damaged serves nobody
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   receive SHOE x1 at MAIN as damaged, SHOE x1 at MAIN for PO-7   -> received, raises backorder_uncovered
  then   SHOE at MAIN  damaged 1  reserved 1  backordered 1

story a transfer serves those that wait where it comes in
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  given  channel shop sells from STORE
  when   backorder_limit is 9   -> recorded
  when   transfer TO-1  SHOE x3 at MAIN to STORE due in 2 days   -> requested
  when   send TO-1  SHOE x3 at MAIN due in 2 days   -> sent
  then   SHOE at STORE  backorderable 3
  when   order 1001 from shop  SHOE x2 on backorder   -> ordered
  then   order 1001 waits for SHOE x2 at STORE in 2 days
  when   take in TO-1  SHOE x3   -> taken_in
  then   SHOE at STORE  on_hand 3  reserved 2  backordered 0  available_to_sell 1

story supply that will not come leaves back-orders uncovered
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x4 on backorder   -> ordered
  when   call off PO-7  SHOE x1   -> cancelled
  when   call off PO-7  SHOE x1   -> cancelled, raises backorder_uncovered, raises promise_slipped
  then   SHOE at MAIN  backordered 4  inbound 3  backorderable 0

story supply that slips breaks promises, and says so
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x4 on backorder   -> ordered
  when   change PO-7  SHOE x5 due in 6 days   -> changed, raises promise_slipped
  then   order 1001 waits for SHOE x4 at MAIN in 3 days
  when   change PO-7  SHOE x5 due in 2 days   -> changed
  when   change PO-7  SHOE x5 due in 3 days   -> changed

story a cancellation takes what waits first
  shows  rule 4
  given  SHOE at MAIN  on_hand 2
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x5 on backorder   -> ordered
  when   allocate order 1001  SHOE x1 at MAIN   -> allocated
  when   cancel order 1001  SHOE x2   -> cancelled
  then   SHOE at MAIN  reserved 1  allocated 1  backordered 1  backorderable 4
  when   cancel order 1001  SHOE x2   -> cancelled
  then   SHOE at MAIN  reserved 0  allocated 1  backordered 0
  when   cancel order 1001   -> cancelled
  then   order 1001 is cancel_pending

story oversold units may wait instead
  given  SHOE at MAIN  on_hand 1
  when   order 1001 already sold from mkt  SHOE x4   -> ordered, raises oversold_order
  when   back-order 1001  SHOE x2   -> refused backorder_limit_reached
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x3 at MAIN  due in 3 days   -> scheduled
  when   back-order 1001  SHOE x4   -> refused backorder_limit_reached
  when   back-order 1001  SHOE x5   -> refused backorder_limit_reached
  when   back-order 1001  SHOE x3   -> waiting
  then   SHOE at MAIN  reserved 1  backordered 3  oversold 0
  then   order 1001 waits for SHOE x3 at MAIN in 3 days
  when   schedule PO-8  SHOE x9 at MAIN  due in 9 days   -> scheduled
  when   back-order 1001  SHOE x2   -> refused nothing_to_move

story units may wait where supply is due
  given  SHOE at STORE  on_hand 1
  given  SHOE at MAIN  on_hand 0
  given  SHOE at MARS  on_hand 0
  given  channel web sells from STORE, MAIN
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x3 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x1   -> ordered
  when   order 1002 from web  SHOE x1 at STORE pinned   -> refused insufficient_stock, available_to_sell 0
  when   back-order 1001  SHOE x1 at MARS   -> refused location_not_in_pool
  when   back-order 1001  SHOE x1 at MAIN   -> waiting
  then   SHOE at STORE  available_to_sell 1
  then   order 1001 waits for SHOE x1 at MAIN in 3 days
  when   order 1002 from web  SHOE x1 at STORE pinned   -> ordered
  when   back-order 1002  SHOE x1 at MAIN   -> refused nothing_to_move

story what waits may be promised from stock after all
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x3 on backorder   -> ordered
  when   fill order 1001   -> refused insufficient_stock
  when   return SHOE x2 at MAIN   -> returned, raises unreferenced_return
  then   SHOE at MAIN  backordered 3  available_to_sell 2
  when   fill order 1001  SHOE x3   -> refused insufficient_stock, available_to_sell 2
  when   fill order 1001  SHOE x4   -> refused nothing_backordered
  when   fill order 1001   -> filled
  then   SHOE at MAIN  reserved 2  backordered 1  available_to_sell 0
  when   fill order 1002   -> refused unknown_order
  when   fill order ""   -> refused order_required
  when   back-order 1001 nothing   -> refused no_lines
  when   order 1003 already sold from web  SHOE x1   -> ordered, raises oversold_order
  when   fill order 1003   -> refused nothing_backordered

story units that wait may leave from elsewhere, and wait again when they did not
  given  SHOE at MAIN  on_hand 0
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   ship order 1001  SHOE x2 at STORE document S-1   -> shipped
  then   order 1001 is fulfilled
  then   SHOE at MAIN  backordered 0  backorderable 2
  when   void shipment S-1   -> unshipped
  then   order 1001 waits for SHOE x2 at MAIN some day

story a hold that ends gives back what waits
  given  SHOE at MAIN  on_hand 1
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x2 at MAIN  due in 3 days   -> scheduled
  when   reserve web-1  SHOE x1 order 1001   -> held
  when   back-order 1001  SHOE x1   -> waiting
  then   SHOE at MAIN  reserved 0  backordered 1  available_to_sell 1
  when   15 minutes pass   -> expired
  then   SHOE at MAIN  backordered 0

story more wait than one delivery serves
  given  limit fills 1
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   order 1002 from web  SHOE x2 on backorder   -> ordered
  when   receive SHOE x5 at MAIN for PO-7   -> received, raises backorder_unfilled, raises backorder_uncovered
  when   fill order 1002   -> filled
  then   SHOE at MAIN  reserved 4  backordered 0  available_to_sell 1

story the ledger holds so many that wait and no more
  given  limit backorders 1
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   order 1002 from web  SHOE x2 on backorder   -> refused table_full

story goods that a count had seen on the shelf serve nobody a second time
  given  SHOE at MAIN  on_hand 0
  when   backorder_limit is 9   -> recorded
  when   schedule PO-7  SHOE x5 at MAIN  due in 3 days   -> scheduled
  when   order 1001 from web  SHOE x2 on backorder   -> ordered
  when   count  SHOE x2 at MAIN  happened 1 hour ago   -> counted
  when   receive  SHOE x2 at MAIN  for PO-7  happened 2 hours ago   -> received
  then   SHOE at MAIN  on_hand 2  backordered 2  inbound 3
  when   fill order 1001   -> filled
  then   SHOE at MAIN  reserved 2  backordered 0
