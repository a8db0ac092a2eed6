# Kits: what can be sold of them follows from their components, which are held all or none.

story a kit is sold from its components
  shows  rule 9
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 7
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  then   web may sell SET x3
  when   reserve web-1  SET x2   -> held
  then   web-1 holds SHOE x2 at MAIN, SOCK x4 at MAIN
  then   web may sell SET x1
  when   reserve web-2  SET x2   -> refused insufficient_stock, available_to_sell 1
  then   SHOE at MAIN  reserved 2
  when   sell  SOCK x2 at MAIN   -> sold
  then   web may sell SET x0

story kits and single items of one request are summed
  given  SHOE at MAIN  on_hand 3
  given  SOCK at MAIN  on_hand 8
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   reserve web-1  SHOE x2, SET x2   -> refused insufficient_stock, line 1 insufficient_stock available_to_sell 1
  when   reserve web-2  SHOE x1, SET x2   -> held
  then   SHOE at MAIN  reserved 3
  then   SOCK at MAIN  reserved 4

story the components of a kit leave together
  given  SHOE at MAIN  on_hand 3
  given  SOCK at STORE  on_hand 3
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  then   web may sell SET x0
  when   reserve web-1  SET x1   -> refused insufficient_stock, available_to_sell 0

story several kits may come from several places, each of them whole
  given  SHOE at MAIN  on_hand 2
  given  SOCK at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 1
  given  SOCK at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  given  channel mkt sells from MAIN, STORE without splitting
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  then   web may sell SET x3
  then   web may sell SET x1 at STORE
  then   mkt may sell SET x2
  when   reserve mkt-1  SET x3   -> refused split_not_allowed, available_to_sell 2
  when   reserve web-1  SET x3   -> held
  then   web-1 holds SHOE x2 at MAIN, SOCK x2 at MAIN, SHOE x1 at STORE, SOCK x1 at STORE

story kits find their place before single items do
  given  SHOE at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 1
  given  SOCK at MAIN  on_hand 1
  given  channel web sells from MAIN, STORE
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  when   reserve web-1  SHOE x1, SET x1   -> held
  then   web-1 holds SHOE x1 at STORE, SHOE x1 at MAIN, SOCK x1 at MAIN

story what is kept of a component for another channel is kept of the kit
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  given  channel web sells from MAIN
  given  channel mkt sells from MAIN
  when   group all is MAIN   -> recorded
  when   quota of mkt in all for SHOE is guarantee 3   -> recorded
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  then   web may sell SET x2
  then   mkt may sell SET x5
  when   reserve web-1  SET x3   -> refused quota_exhausted, available_to_sell 2

story steps that name a line count kits
  given  SHOE at MAIN  on_hand 9
  given  SOCK at MAIN  on_hand 9
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   reserve web-1  SET x2   -> held
  when   adjust web-1  line 1 x4   -> adjusted
  then   web-1 holds SHOE x4 at MAIN, SOCK x8 at MAIN
  when   adjust web-1  line 1 x5   -> refused insufficient_stock, available_to_sell 0
  when   adjust web-1  line 1 x3   -> adjusted
  when   release web-1  line 1 x4   -> refused nothing_to_release
  when   release web-1  line 1 x1   -> released
  then   web-1 holds SHOE x2 at MAIN, SOCK x4 at MAIN
  when   order 1001 confirms web-1   -> ordered
  when   cancel order 1001  line 1 x1   -> cancelled
  then   SHOE at MAIN  reserved 1
  then   SOCK at MAIN  reserved 2
  when   ship order 1001  SHOE x1 at MAIN, SOCK x2 at MAIN   -> shipped
  then   order 1001 is fulfilled
  then   SHOE at MAIN  on_hand 8  reserved 0
  then   SOCK at MAIN  on_hand 7  reserved 0

story an order of a kit may be moved to another place
  given  SHOE at MAIN  on_hand 1
  given  SOCK at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 1
  given  SOCK at STORE  on_hand 1
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  when   order 1001 from web  SET x1   -> ordered
  when   move order 1001  line 1 x1 at STORE   -> moved
  then   order 1001 holds SHOE x1 at STORE, SOCK x1 at STORE
  when   move order 1001  line 1 x2 at MAIN   -> refused nothing_to_move

story a hold of kits ends whole, and comes back whole
  given  SHOE at MAIN  on_hand 2
  given  SOCK at MAIN  on_hand 4
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   reserve web-1  SET x2   -> held
  when   15 minutes pass   -> expired
  then   SOCK at MAIN  reserved 0
  when   confirm web-1   -> confirmed
  then   web-1 holds SHOE x2 at MAIN, SOCK x4 at MAIN

story an order may want fewer kits than were held, or more
  given  SHOE at MAIN  on_hand 9
  given  SOCK at MAIN  on_hand 9
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   reserve web-1  SET x3   -> held
  when   order 1001 confirms web-1  SET x1   -> ordered
  then   order 1001 holds SHOE x1 at MAIN, SOCK x2 at MAIN
  when   reserve web-2  SET x1   -> held
  when   order 1002 confirms web-2  SET x3   -> ordered
  then   order 1002 holds SHOE x3 at MAIN, SOCK x6 at MAIN

story kits that a marketplace has sold are promised whatever the stock
  given  SHOE at MAIN  on_hand 1
  given  SOCK at MAIN  on_hand 9
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   order 1001 already sold from mkt  SET x2   -> ordered, raises oversold_order
  then   SHOE at MAIN  reserved 2  oversold 1
  then   SOCK at MAIN  reserved 4

story a promise keeps the recipe by which it was made
  given  SHOE at MAIN  on_hand 9
  given  SOCK at MAIN  on_hand 9
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   reserve web-1  SET x2   -> held
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  then   SOCK at MAIN  reserved 4
  when   release web-1  line 1 x1   -> released
  then   web-1 holds SHOE x1 at MAIN, SOCK x2 at MAIN
  when   adjust web-1  line 1 x2   -> refused kit_not_allowed
  when   order 1001 confirms web-1  SET x1   -> ordered
  then   order 1001 holds SHOE x1 at MAIN, SOCK x2 at MAIN
  when   reserve web-2  SET x1   -> held
  then   web-2 holds SHOE x1 at MAIN, SOCK x1 at MAIN

story a kit has no stock of its own
  given  SHOE at MAIN  on_hand 9
  when   item SET is made of SHOE x2   -> recorded
  when   sell  SET x1 at MAIN   -> refused kit_not_allowed
  when   receive  SHOE x1, SET x1 event at MAIN   -> refused kit_not_allowed, line 2 kit_not_allowed
  when   count  SET x1 at MAIN   -> refused kit_not_allowed
  when   item SHOE is made of SET x1   -> refused kit_not_allowed, line 1 kit_not_allowed
  when   item BAG is added   -> recorded
  when   item SHOE is made of BAG x1   -> refused kit_not_allowed
  when   item SET is no kit   -> recorded
  when   item SHOE is made of BAG x1   -> refused kit_not_allowed
  when   receive  SET x1 event at MAIN   -> received
  then   web may sell SET x1

story a kit is made of items that are there, each of them once
  given  item SHOE
  given  item SOCK
  when   item SET is made of SHOE x0, HAT x1, SHOE x1, SOCK x1000001   -> refused quantity_must_be_positive, line 1 quantity_must_be_positive, line 2 unknown_sku, line 3 duplicate_line, line 4 quantity_too_large
  when   item SET is made of SET x1   -> refused unknown_sku, line 1 unknown_sku
  when   item SET is made of SHOE x1000, SOCK x1   -> recorded
  when   reserve web-1  SET x1000001   -> refused quantity_too_large

story a kit that is made before it is sold has stock of its own
  given  SHOE at MAIN  on_hand 9
  when   item BOX is assembled from SHOE x2   -> recorded
  then   web may sell BOX x0
  when   receive  BOX x1 event at MAIN   -> received
  then   web may sell BOX x1
  when   item BOX is made of SHOE x2   -> refused kit_not_allowed
  when   reserve web-1  BOX x1   -> held
  then   SHOE at MAIN  reserved 0
  when   assemble  BOX x2 at MAIN   -> assembled
  then   SHOE at MAIN  on_hand 5
  then   BOX at MAIN  on_hand 3

story what is sold from its components is neither made nor a component of what is
  given  SHOE at MAIN  on_hand 9
  given  BOX at MAIN  on_hand 0
  when   item SET is made of SHOE x2   -> recorded
  when   assemble  SET x1 at MAIN   -> refused kit_not_allowed
  when   assemble  BOX x1 at MAIN  made of SET x1   -> refused kit_not_allowed

story another title leaves a kit as it is
  given  SHOE at MAIN  on_hand 4
  when   item SET is made of SHOE x2   -> recorded
  when   item SET is called "Pair of shoes"   -> recorded
  then   web may sell SET x2

story what left of a kit before its order came is not promised again
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 9
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   ship order 1001  SHOE x1 at MAIN, SOCK x2 at MAIN   -> shipped
  when   order 1001 already sold from mkt  SET x2   -> ordered
  then   order 1001 holds SHOE x1 at MAIN, SOCK x2 at MAIN
  then   SHOE at MAIN  on_hand 4  reserved 1
  when   cancel order 1001  line 1 x1   -> cancelled
  then   SHOE at MAIN  reserved 0
  then   SOCK at MAIN  on_hand 7  reserved 0

story a cancellation that came before its order counts kits
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 9
  when   item SET is made of SHOE x1, SOCK x2   -> recorded
  when   cancel order 1001  line 1 x1   -> cancelled
  when   order 1001 from web  SET x3   -> ordered
  then   order 1001 holds SHOE x2 at MAIN, SOCK x4 at MAIN

story policies and quotas are of the components, not of the kit
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  given  channel web sells from MAIN
  when   group north is MAIN   -> recorded
  when   item SET is made of SHOE x1, SOCK x1   -> recorded
  when   safety_stock SET is 2   -> refused kit_not_allowed
  when   safety_stock SET is removed   -> recorded
  when   quota of web in north for SET is guarantee 2   -> refused kit_not_allowed
  when   safety_stock SOCK is 2   -> recorded
  then   web may sell SET x3
