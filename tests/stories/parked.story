# Events that come before the order that they are about.

story goods that left before their order count as shipped when it comes
  shows rule 3
  given  SHOE at MAIN  on_hand 5
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 3  reserved 0
  when   order 1001 already sold from mkt  SHOE x3   -> ordered
  then   order 1001 holds SHOE x1 at MAIN
  then   SHOE at MAIN  on_hand 3  reserved 1
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  then   order 1001 is fulfilled

story an order that had left whole promises nothing, and oversells nothing
  given  SHOE at MAIN  on_hand 2
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  then   SHOE at MAIN  on_hand 0  reserved 0  oversold 0
  when   cancel order 1001   -> refused nothing_to_cancel

story an order that was cancelled before it came promises nothing
  given  SHOE at MAIN  on_hand 5
  when   cancel order 1001   -> cancelled
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  then   SHOE at MAIN  reserved 0

story a line that was cancelled in part before its order came is promised in part
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   cancel order 1001  line 2 x1   -> cancelled
  when   order 1001 from web  SHOE x2, SOCK x3   -> ordered
  then   order 1001 holds SHOE x2 at MAIN, SOCK x2 at MAIN

story what left goes before what was cancelled, in whatever order they came
  given  SHOE at MAIN  on_hand 5
  when   cancel order 1001   -> cancelled
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  then   SHOE at MAIN  on_hand 4  reserved 0

story an order over a hold gives back what had left
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 3  reserved 3
  when   order 1001 confirms web-1   -> ordered
  then   SHOE at MAIN  on_hand 3  reserved 1
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 2  reserved 0

story who confirms a hold for an order tells of the order
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   confirm web-1 order 1001   -> ordered
  then   SHOE at MAIN  on_hand 3  reserved 1
  then   order 1001 holds SHOE x1 at MAIN

story an order over a hold that was cancelled before gives everything back
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   cancel order 1001   -> cancelled
  when   order 1001 confirms web-1   -> ordered
  then   SHOE at MAIN  reserved 0

story more left than was ordered
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   ship order 1001  SHOE x2 at MAIN, SOCK x1 at MAIN   -> shipped
  when   order 1001 already sold from mkt  SHOE x1   -> ordered, raises over_shipment
  then   SHOE at MAIN  on_hand 3  reserved 0

story a shipment that is voided before its order comes has not left
  given  SHOE at MAIN  on_hand 5
  when   ship order 1001  SHOE x2 at MAIN document S-1   -> shipped
  when   void shipment S-1   -> unshipped
  then   SHOE at MAIN  on_hand 5
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  then   order 1001 holds SHOE x2 at MAIN

story an event whose order does not come in time becomes a case, once
  given  SHOE at MAIN  on_hand 5
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   23 hours pass unnoticed
  when   report what is overdue   -> nothing
  when   1 hour passes unnoticed
  when   report what is overdue   -> recorded, raises event_without_cause
  when   report what is overdue   -> nothing

story an order that comes even later still settles
  given  SHOE at MAIN  on_hand 5
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   20 days pass unnoticed
  when   report what is overdue   -> recorded, raises event_without_cause
  then   case 1  is event_without_cause of SHOE at MAIN order 1001
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  then   SHOE at MAIN  on_hand 3  reserved 0
  then   case 1  is resolved as cause_removed

story what was told of is forgotten in the end
  given  SHOE at MAIN  on_hand 5
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   2 days pass unnoticed
  when   report what is overdue   -> recorded, raises event_without_cause
  when   50 days pass unnoticed
  when   count  SHOE x3 at MAIN   -> counted
  when   order 1001 already sold from mkt  SHOE x2   -> ordered
  then   SHOE at MAIN  on_hand 3  reserved 2

story where nothing more may wait the case is raised at once
  given  limit parked 1
  given  SHOE at MAIN  on_hand 5
  when   cancel order 1001   -> cancelled
  when   ship order 1002  SHOE x2 at MAIN   -> shipped, raises event_without_cause
  then   SHOE at MAIN  on_hand 3
  when   cancel order 1003   -> refused table_full
  when   order 1001 already sold from mkt  SHOE x1   -> ordered
  when   cancel order 1003   -> cancelled

story a cancellation that waits is looked at like any other
  when   cancel order 1001  line 1 x0   -> refused quantity_must_be_positive, line 1 quantity_must_be_positive

story an order that is refused leaves what waits for it
  given  SHOE at MAIN  on_hand 2
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  when   order 1001 from web  SHOE x5   -> refused insufficient_stock, available_to_sell 1
  when   order 1001 from web  SHOE x2   -> ordered
  then   SHOE at MAIN  on_hand 1  reserved 1
