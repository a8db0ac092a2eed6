# Quotas: what of a group a channel is guaranteed, and the most that it may be promised.

story a guarantee keeps units for its channel, whoever comes first
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 3
  given  channel web sells from MAIN, STORE
  given  channel mkt sells from MAIN, STORE
  when   group north is MAIN, STORE   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  then   mkt may sell SHOE x6
  then   web may sell SHOE x2
  then   web may sell SHOE x2 at MAIN
  when   reserve web-1  SHOE x3   -> refused quota_exhausted, available_to_sell 2
  when   reserve web-2  SHOE x3 at STORE   -> refused quota_exhausted, available_to_sell 2
  when   reserve web-3  SHOE x2   -> held
  then   web may sell SHOE x0
  then   mkt may sell SHOE x4
  when   reserve mkt-1  SHOE x4   -> held
  then   quota of mkt in north for SHOE  used 4
  when   reserve mkt-2  SHOE x1   -> refused insufficient_stock, available_to_sell 0

story a guarantee is used up by what its channel was promised
  given  SHOE at MAIN  on_hand 10
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   reserve mkt-1  SHOE x3   -> held
  then   web may sell SHOE x6
  when   reserve mkt-2  SHOE x3   -> held
  then   quota of mkt in north for SHOE  used 6
  then   web may sell SHOE x4
  then   mkt may sell SHOE x4

story what is released or expires counts against the quota no longer
  given  SHOE at MAIN  on_hand 10
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   reserve mkt-1  SHOE x3   -> held
  when   reserve mkt-2  SHOE x1   -> held
  when   release mkt-1  line 1 x2   -> released
  then   quota of mkt in north for SHOE  used 2
  when   15 minutes pass   -> expired
  then   quota of mkt in north for SHOE  used 0
  then   web may sell SHOE x6

story what ships stays used, and what is fetched from a till counts
  given  SHOE at MAIN  on_hand 10
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   order 1001 from mkt  SHOE x2   -> ordered
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  then   quota of mkt in north for SHOE  used 2
  then   web may sell SHOE x6
  when   sell SHOE x1 at MAIN from mkt   -> sold
  then   quota of mkt in north for SHOE  used 3
  when   void SHOE x1 at MAIN from mkt   -> voided
  then   quota of mkt in north for SHOE  used 2
  when   sell SHOE x1 at MAIN   -> sold
  then   quota of mkt in north for SHOE  used 2

story a cap is the most that a channel is promised
  given  SHOE at MAIN  on_hand 10
  when   group north is MAIN   -> recorded
  when   quota of mkt in north is cap 3   -> recorded
  then   mkt may sell SHOE x3
  then   web may sell SHOE x10
  when   reserve mkt-1  SHOE x4   -> refused quota_exhausted, available_to_sell 3
  when   reserve mkt-2  SHOE x3   -> held
  then   mkt may sell SHOE x0
  then   web may sell SHOE x7

story a move changes what is guaranteed, a refill starts anew
  given  SHOE at MAIN  on_hand 10
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4 cap 4   -> recorded
  when   order 1001 from mkt  SHOE x4   -> ordered
  then   mkt may sell SHOE x0
  when   quota of mkt in north for SHOE is guarantee 6 cap 6   -> recorded
  then   quota of mkt in north for SHOE  used 4
  then   mkt may sell SHOE x2
  then   web may sell SHOE x4
  when   quota of mkt in north for SHOE is guarantee 6 cap 6, refilled   -> recorded
  then   quota of mkt in north for SHOE  used 0
  then   mkt may sell SHOE x6
  then   web may sell SHOE x0
  when   cancel order 1001   -> cancelled
  then   quota of mkt in north for SHOE  used 0
  then   web may sell SHOE x4

story where guarantees are more than there is, priority decides
  given  SHOE at MAIN  on_hand 5
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4 priority 2   -> recorded
  when   quota of b2b in north for SHOE is guarantee 3 priority 1   -> recorded, raises quota_overcommitted
  then   b2b may sell SHOE x3
  then   mkt may sell SHOE x2
  then   web may sell SHOE x0
  when   receive SHOE x3 at MAIN   -> received
  then   mkt may sell SHOE x5
  then   web may sell SHOE x1

story a quota of all SKUs is the word for each SKU that has none of its own
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   group north is MAIN   -> recorded
  when   quota of mkt in north is guarantee 2   -> recorded
  when   quota of mkt in north for SOCK is guarantee 4   -> recorded
  then   web may sell SHOE x3
  then   web may sell SOCK x1
  when   quota of mkt in north for SOCK is removed   -> recorded
  then   web may sell SOCK x3
  when   quota of mkt in north is removed   -> recorded
  then   web may sell SOCK x5

story a refill of all SKUs refills each one
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   group north is MAIN   -> recorded
  when   quota of mkt in north is guarantee 2   -> recorded
  when   order 1001 from mkt  SHOE x1, SOCK x2   -> ordered
  when   quota of mkt in north is guarantee 2, refilled   -> recorded
  then   quota of mkt in north for SHOE  used 0
  then   quota of mkt in north for SOCK  used 0
  then   web may sell SHOE x2

story an order that is sold already takes what is kept for another channel, and a case is raised
  given  SHOE at MAIN  on_hand 5
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   order 1001 already sold from web  SHOE x1   -> ordered
  when   order 1002 already sold from web  SHOE x1   -> ordered, raises quota_overcommitted
  then   mkt may sell SHOE x3

story an order that is sold already looks first where its channel may sell
  given  SHOE at MAIN  on_hand 5
  given  SHOE at OUTLET  on_hand 5
  given  channel web sells from MAIN, OUTLET
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   order 1001 already sold from web  SHOE x4   -> ordered
  then   order 1001 holds SHOE x1 at MAIN, SHOE x3 at OUTLET

story an order beyond a cap is recorded and raises a case
  given  SHOE at MAIN  on_hand 5
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is cap 2   -> recorded
  when   order 1001 already sold from mkt  SHOE x3   -> ordered, raises quota_overcommitted
  when   quota of mkt in north for SHOE is cap 2   -> recorded, raises quota_overcommitted

story a loss under a guarantee raises a case
  given  SHOE at MAIN  on_hand 5
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   adjust stock  SHOE x-1 at MAIN because theft   -> corrected
  when   adjust stock  SHOE x-1 at MAIN because theft   -> corrected, raises quota_overcommitted
  then   mkt may sell SHOE x3

story a transfer takes nothing that is guaranteed
  given  SHOE at MAIN  on_hand 5
  given  location STORE
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> recorded
  when   transfer TO-1  SHOE x2 at MAIN  to STORE   -> refused quota_exhausted, available_to_sell 1

story promises come into a group and leave it with their location
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel mkt sells from MAIN, STORE
  when   group north is MAIN   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4 cap 6   -> recorded
  when   order 1001 from mkt  SHOE x3 at STORE, SHOE x2 at MAIN   -> ordered
  then   quota of mkt in north for SHOE  used 2
  when   group north is MAIN, STORE   -> recorded
  then   quota of mkt in north for SHOE  used 5
  when   group north is STORE   -> recorded
  then   quota of mkt in north for SHOE  used 3
  when   order 1002 already sold from mkt  SHOE x4 at MAIN   -> ordered, raises oversold_order
  when   group north is MAIN, STORE   -> recorded, raises quota_overcommitted
  then   quota of mkt in north for SHOE  used 9

story a channel that does not split is refused for its quota only where one place has the units
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN, STORE without splitting
  given  channel mkt sells from MAIN, STORE
  when   group north is MAIN, STORE   -> recorded
  when   quota of mkt in north for SHOE is guarantee 3   -> recorded
  then   web may sell SHOE x2
  when   reserve web-1  SHOE x3   -> refused quota_exhausted, available_to_sell 2
  when   reserve web-2  SHOE x4   -> refused insufficient_stock, available_to_sell 2

story a guarantee is for a channel that sells from the whole group
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel mkt sells from MAIN
  given  channel phone sells from nowhere
  when   group north is MAIN, STORE   -> recorded
  when   quota of mkt in north for SHOE is guarantee 4   -> refused group_outside_pool
  when   quota of phone in north for SHOE is guarantee 4   -> refused group_outside_pool
  when   quota of mkt in north for SHOE is cap 4   -> recorded
  then   mkt may sell SHOE x4

story a quota names what exists, within its bounds
  given  SHOE at MAIN  on_hand 5
  given  channel mkt sells from MAIN
  when   quota of mkt in north for SHOE is guarantee 4   -> refused unknown_group
  when   group north is MAIN   -> recorded
  given  no channel web
  when   quota of web in north for SHOE is guarantee 4   -> refused unknown_channel
  when   quota of mkt in north for HAT is guarantee 4   -> refused unknown_sku
  when   quota of mkt in north for SHOE is guarantee 4 cap 3   -> refused value_out_of_range
  when   quota of mkt in north for SHOE is cap 1000000001   -> refused value_out_of_range
  when   quota of mkt in north for SHOE is cap 3 priority 1001   -> refused value_out_of_range
