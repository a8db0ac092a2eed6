# Orders that are fetched, and shipments that did not leave after all.

story an order is fetched where it waits
  given  SHOE at STORE  on_hand 3
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001   -> picked
  when   fetch order 1001  SHOE x2 at STORE   -> fetched
  then   SHOE at STORE  on_hand 1  allocated 0  picked 0
  then   order 1001 is fulfilled

story an order that is rung at a till was fetched, not sold once more
  given  SHOE at STORE  on_hand 3
  when   order 1001 from web  SHOE x2   -> ordered
  when   sell order 1001  SHOE x2 at STORE   -> fetched
  then   SHOE at STORE  on_hand 1  reserved 0
  then   order 1001 is fulfilled

story a sale that names an order nobody knows is a sale
  given  SHOE at STORE  on_hand 3
  when   sell order 1001  SHOE x2 at STORE   -> sold
  then   SHOE at STORE  on_hand 1

story only an order can be fetched
  given  SHOE at STORE  on_hand 3
  when   fetch order ""  SHOE x2 at STORE   -> refused order_required

story a shipment that did not leave is undone
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   pick order 1001  SHOE x2 at MAIN   -> picked
  when   erp holds order 1001   -> marked
  when   ship order 1001  SHOE x3 at MAIN document S-1   -> shipped
  then   SHOE at MAIN  on_hand 2  reserved 0  allocated 0  picked 0  erp_held 0
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 5  reserved 1  allocated 2  picked 2  erp_held 3
  then   order 1001 is confirmed
  when   ship order 1001  SHOE x3 at MAIN document S-2   -> shipped
  then   order 1001 is fulfilled

story a shipment is undone once
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   ship order 1001  SHOE x3 at MAIN document S-1   -> shipped
  when   void shipment S-1 key V1   -> unshipped
  when   void shipment S-1 key V1   -> repeated
  when   void shipment S-1 key V2   -> refused document_ended
  then   SHOE at MAIN  on_hand 5  reserved 3

story a void names a shipment that somebody told of
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  when   void shipment ""   -> refused document_required
  when   void shipment S-1   -> refused unknown_document

story a shipment told in several events is undone whole
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   ship order 1001  SHOE x1 at MAIN document S-1   -> shipped
  when   ship order 1001  SHOE x2 at MAIN document S-1   -> shipped
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 5  reserved 3

story a shipment of several orders is undone order by order
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x1   -> ordered
  when   order 1002 from web  SHOE x2   -> ordered
  when   order 1003 from web  SHOE x1   -> ordered
  when   ship order 1001  SHOE x1 at MAIN document S-1   -> shipped
  when   ship order 1002  SHOE x2 at MAIN document S-1   -> shipped
  when   void shipment S-1   -> refused order_required
  when   void shipment S-1 of order 1003   -> refused unknown_document
  when   void shipment S-1 of order 1004   -> refused unknown_order
  when   void shipment S-1 of order 1002   -> unshipped
  then   SHOE at MAIN  on_hand 4  reserved 3
  then   order 1001 is fulfilled
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 5  reserved 4

story goods that were nobody's come back to the shelf
  given  SHOE at MAIN  on_hand 5
  when   ship SHOE x3 at MAIN document S-1   -> shipped
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 5  reserved 0

story what leaves beyond the promise comes back to the shelf alone
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x1   -> ordered
  when   ship order 1001  SHOE x3 at MAIN document S-1   -> shipped, raises over_shipment
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 5  reserved 1

story a promise that comes back to an empty place is at risk
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   ship order 1001  SHOE x2 at STORE document S-1   -> shipped
  when   order 1002 from web  SHOE x2   -> ordered
  when   void shipment S-1   -> unshipped, raises reservation_at_risk
  then   SHOE at MAIN  reserved 4  oversold 2
  then   SHOE at STORE  on_hand 2

story a cancellation waits again when the shipment that it came too late for is undone
  given  SHOE at MAIN  on_hand 2
  when   order 1001 from web  SHOE x2   -> ordered
  when   pick order 1001   -> picked
  when   cancel order 1001   -> cancelled
  when   ship order 1001  SHOE x2 at MAIN document S-1   -> shipped, raises cancelled_too_late
  when   void shipment S-1   -> unshipped
  then   order 1001 is cancel_pending
  when   put back order 1001   -> put_back
  then   order 1001 is cancelled

story a hold that was shipped comes back as an order's
  given  SHOE at MAIN  on_hand 2
  when   reserve web-1  SHOE x2 order 1001   -> held
  when   ship order 1001  SHOE x2 at MAIN document S-1   -> shipped
  when   void shipment S-1   -> unshipped
  then   web-1 is confirmed
  when   1 day passes   -> nothing

story shipments may be undone for a week, and are forgotten in eleven days
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x1   -> ordered
  when   ship order 1001  SHOE x1 at MAIN document S-1   -> shipped
  when   7 days pass   -> nothing
  when   count SHOE x4 at MAIN   -> counted
  when   void shipment S-1   -> unshipped
  when   ship order 1001  SHOE x1 at MAIN document S-2   -> shipped
  when   11 days pass   -> nothing
  when   count SHOE x4 at MAIN   -> counted
  when   void shipment S-2   -> refused unknown_document

story a ledger remembers as many shipments as it has room for
  given  limit shipments 3
  given  SHOE at MAIN  on_hand 9
  when   ship SHOE x1 at MAIN document S-1   -> shipped
  when   ship SHOE x1 at MAIN, SHOE x1 at MAIN document S-2   -> shipped
  when   ship SHOE x1 at MAIN document S-3   -> refused table_full
  when   ship SHOE x1 at MAIN   -> shipped

story a shipment that a count had seen gone comes back to the shelf when it is voided
  given  SHOE at MAIN  on_hand 9
  when   count  SHOE x7 at MAIN  happened 1 hour ago   -> counted
  when   ship  SHOE x2 at MAIN  happened 2 hours ago  document S-1   -> shipped
  then   SHOE at MAIN  on_hand 7
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 9
