# What physically happens: recorded whatever the promises say.

story a shipment takes from the shelf and from the promise
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x3   -> ordered
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 3  reserved 1  available_to_sell 2
  then   order 1001 is partly_shipped
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  then   order 1001 is fulfilled

story a shipment from another place than was promised frees the promise
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x3   -> ordered
  then   order 1001 holds SHOE x3 at MAIN
  when   ship order 1001  SHOE x3 at STORE   -> shipped
  then   SHOE at MAIN  on_hand 5  reserved 0
  then   SHOE at STORE  on_hand 2  reserved 0

story a split order ships each part from its place
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x5   -> ordered
  when   ship order 1001  SHOE x2 at STORE   -> shipped
  then   order 1001 holds SHOE x3 at MAIN

story a shipment of a named line ends that line
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x2, SHOE x3   -> ordered
  when   ship order 1001  line 2 SHOE x3 at MAIN   -> shipped
  then   order 1001 holds SHOE x2 at MAIN

story a shipment without an order is still a shipment
  given  SHOE at MAIN  on_hand 5
  when   ship  SHOE x2 at MAIN   -> shipped
  when   ship order 7777  SHOE x1 at MAIN   -> shipped
  then   SHOE at MAIN  on_hand 2

story a shipment needs items and a place
  given  SHOE at MAIN  on_hand 5
  when   ship  SHOE x1   -> refused location_required
  when   ship  SHOE x1 at MARS   -> refused unknown_location
  when   ship  HAT x1 at MAIN   -> refused unknown_sku
  when   ship  SHOE x0 at MAIN, HAT x1 at MAIN   -> refused quantity_must_be_positive, line 1 quantity_must_be_positive, line 2 unknown_sku
  when   ship   -> refused no_lines

story a shipment that empties a promised shelf asks a person
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x3   -> held
  when   ship  SHOE x1 at MAIN   -> shipped, raises reservation_at_risk
  then   SHOE at MAIN  on_hand 2  reserved 3  oversold 1

story a count sets the shelf to what was counted
  given  SHOE at MAIN  on_hand 5
  when   count  SHOE x7 at MAIN   -> counted
  then   SHOE at MAIN  on_hand 7
  when   count  SHOE x0 at MAIN   -> counted
  then   SHOE at MAIN  on_hand 0
  when   count  SHOE x-1 at MAIN   -> refused quantity_must_be_positive

story a count that finds what was believed is still a fact
  given  SHOE at MAIN  on_hand 5
  when   count  SHOE x5 at MAIN   -> counted
  then   SHOE at MAIN  on_hand 5

story a count keeps the promises
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   count  SHOE x2 at MAIN   -> counted, raises reservation_at_risk
  then   SHOE at MAIN  on_hand 2  reserved 3  oversold 1

story a position is counted once in a count
  given  SHOE at MAIN  on_hand 5
  when   count  SHOE x5 at MAIN, SHOE x6 at MAIN   -> refused duplicate_line, line 2 duplicate_line
  then   SHOE at MAIN  on_hand 5

story a receipt puts goods where it says
  given  SHOE at MAIN  on_hand 0
  when   receive  SHOE x5 at MAIN, SHOE x1 at MAIN as damaged   -> received
  then   SHOE at MAIN  on_hand 6  sellable 5  damaged 1  available_to_sell 5

story an adjustment needs a reason
  given  SHOE at MAIN  on_hand 5
  when   adjust stock  SHOE x-2 at MAIN   -> refused reason_required
  when   adjust stock  SHOE x-2 at MAIN because breakage   -> corrected
  then   SHOE at MAIN  on_hand 3
  when   adjust stock  SHOE x1 at MAIN because found   -> corrected
  when   adjust stock  SHOE x1 at MAIN as suspect because found   -> corrected
  then   SHOE at MAIN  on_hand 5  sellable 4  suspect 1
  when   adjust stock  SHOE x0 at MAIN because found   -> refused nothing_to_adjust

story a till sells what the ledger does not have
  given  SHOE at STORE  on_hand 1
  when   sell  SHOE x1 at STORE   -> sold
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  then   SHOE at STORE  on_hand -1  available_to_sell 0
  when   void  SHOE x1 at STORE   -> voided
  then   SHOE at STORE  on_hand 0

story from minus one to zero nothing can be sold
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   receive  SHOE x1 at STORE   -> received
  then   web may sell SHOE x0
  when   reserve web-1  SHOE x1   -> refused insufficient_stock, available_to_sell 0

story a sale under a promise puts the promise at risk
  given  SHOE at STORE  on_hand 2
  when   reserve web-1  SHOE x2   -> held
  when   sell  SHOE x1 at STORE   -> sold, raises reservation_at_risk
  when   sell  SHOE x2 at STORE   -> sold, raises negative_sellable, raises reservation_at_risk

story a level has a bound either side of zero
  given  SHOE at MAIN  on_hand 0
  when   receive  SHOE x1000000000 at MAIN times 1000   -> received
  when   receive  SHOE x1 at MAIN   -> refused level_out_of_range
  then   SHOE at MAIN  on_hand 1000000000000

story units change their state where they lie
  given  SHOE at MAIN  on_hand 5
  when   turn  SHOE x2 at MAIN out of sellable as damaged   -> turned
  then   SHOE at MAIN  on_hand 5  sellable 3  damaged 2  available_to_sell 3
  when   turn  SHOE x1 at MAIN out of damaged as sellable   -> turned
  then   SHOE at MAIN  on_hand 5  sellable 4  damaged 1  available_to_sell 4
  when   turn  SHOE x1 at MAIN out of sellable as sellable   -> refused value_out_of_range
  when   turn  SHOE x1 at MAIN out of sellable as reserved   -> refused value_out_of_range
  when   turn  SHOE x0 at MAIN out of sellable as damaged   -> refused quantity_must_be_positive

story what breaks under a promise puts the promise at risk
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x3   -> held
  when   turn  SHOE x1 at MAIN out of sellable as damaged   -> turned, raises reservation_at_risk
  then   SHOE at MAIN  on_hand 3  sellable 2  reserved 3  oversold 1

story more than there was changes its state and a person is asked
  given  SHOE at MAIN  on_hand 5
  when   turn  SHOE x1 at MAIN out of quarantine as damaged   -> turned, raises negative_bucket
  then   SHOE at MAIN  on_hand 5  quarantine -1  damaged 1

story what is found after a count is counted again
  given  SHOE at MAIN  on_hand 5
  when   adjust stock  SHOE x1 at MAIN as suspect because missing   -> corrected
  when   turn  SHOE x1 at MAIN out of suspect as sellable   -> turned, raises recount_needed
  then   SHOE at MAIN  on_hand 6  suspect 0

story what was found before the count is in the count
  given  SHOE at MAIN  on_hand 5
  when   count  SHOE x6 at MAIN  happened 1 hour ago   -> counted
  when   adjust stock  SHOE x1 at MAIN as suspect because missing   -> corrected
  when   turn  SHOE x1 at MAIN out of suspect as sellable  happened 2 hours ago   -> turned
  then   SHOE at MAIN  sellable 6  suspect 1

story goods go back to their supplier
  given  SHOE at MAIN  on_hand 5  damaged 2
  when   send back  SHOE x2 at MAIN as damaged, SHOE x1 at MAIN  document SR-1 because defect   -> sent_back
  then   SHOE at MAIN  on_hand 4  sellable 4  damaged 0
  when   send back  SHOE x1 at MAIN  document SR-2   -> refused reason_required
  when   send back  SHOE x1 at MAIN  because defect   -> refused document_required
  when   send back  SHOE x1 at MAIN as reserved  document SR-2 because defect   -> refused value_out_of_range

story units become another item
  given  SHOE at MAIN  on_hand 5  damaged 2
  given  SECOND at MAIN  on_hand 0
  when   regrade  SHOE x2 at MAIN into SECOND   -> regraded
  then   SHOE at MAIN  on_hand 5  sellable 3  available_to_sell 3
  then   SECOND at MAIN  on_hand 2  available_to_sell 2
  when   regrade  SHOE x1 at MAIN as damaged into SECOND   -> regraded
  then   SECOND at MAIN  on_hand 3  damaged 1
  when   regrade  SHOE x1 at MAIN into SHOE   -> refused value_out_of_range
  when   regrade  SHOE x1 at MAIN into HAT   -> refused unknown_sku
  when   regrade  SHOE x1 at MAIN as reserved into SECOND   -> refused value_out_of_range

story a kit is made of its components, all or none
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 9
  given  GIFT at MAIN  on_hand 0
  when   assemble  GIFT x2 at MAIN  made of SHOE x1 and SOCK x3   -> assembled
  then   GIFT at MAIN  on_hand 2  available_to_sell 2
  then   SHOE at MAIN  on_hand 3
  then   SOCK at MAIN  on_hand 3
  when   assemble  GIFT x2 at MAIN  made of SHOE x1 and SOCK x3   -> assembled, raises negative_sellable
  then   GIFT at MAIN  on_hand 4
  then   SHOE at MAIN  on_hand 1
  then   SOCK at MAIN  on_hand -3

story a kit is taken apart again
  given  SHOE at MAIN  on_hand 0
  given  SOCK at MAIN  on_hand 0
  given  GIFT at MAIN  on_hand 2
  when   reserve web-1  GIFT x2   -> held
  when   take apart  GIFT x1 at MAIN  made of SHOE x1 and SOCK x3   -> taken_apart, raises reservation_at_risk
  then   GIFT at MAIN  on_hand 1  oversold 1
  then   SHOE at MAIN  on_hand 1
  then   SOCK at MAIN  on_hand 3

story a kit says what it is made of
  given  SHOE at MAIN  on_hand 5
  given  GIFT at MAIN  on_hand 0
  when   assemble  GIFT x1 at MAIN   -> refused components_required
  when   assemble  GIFT x1 at MAIN  made of HAT x1   -> refused unknown_sku
  when   assemble  GIFT x1 at MAIN  made of SHOE x0   -> refused quantity_must_be_positive
  when   assemble  GIFT x1 at MAIN  made of SHOE x1 and SHOE x1   -> refused duplicate_line
  when   assemble  GIFT x1 at MAIN  made of GIFT x1   -> refused value_out_of_range
  when   assemble  GIFT x1 at MAIN, SHOE x1 at MAIN  made of SHOE x1   -> refused value_out_of_range
  when   assemble  GIFT x2 at MAIN  made of SHOE x1000000000   -> refused quantity_too_large
  when   assemble  GIFT x1 at MAIN times 1001  made of SHOE x1   -> refused too_many_lines
  then   SHOE at MAIN  on_hand 5
