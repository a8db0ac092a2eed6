# Goods from one of our own places to another: asked for, sent, taken in, closed.

story goods that are sent are sold at neither end until they are taken in
  shows rule 6
  given  SHOE at MAIN  on_hand 10
  given  SHOE at STORE  on_hand 0
  when   transfer TO-1  SHOE x4 at MAIN  to STORE   -> requested
  then   SHOE at MAIN  on_hand 10  reserved 4  available_to_sell 6
  then   transfer TO-1 holds SHOE x4 at MAIN
  when   send TO-1  SHOE x4 at MAIN   -> sent
  then   SHOE at MAIN  on_hand 6  reserved 0  available_to_sell 6
  then   SHOE at STORE  on_hand 0  in_transit 4  available_to_sell 0
  when   take in TO-1  SHOE x4   -> taken_in
  then   SHOE at STORE  on_hand 4  in_transit 0  available_to_sell 4
  then   transfer TO-1 is received

story a transfer is checked like a hold
  given  SHOE at MAIN  on_hand 5  safety_stock 2
  given  SHOE at STORE  on_hand 0
  when   transfer TO-1  SHOE x4 at MAIN  to STORE   -> refused insufficient_stock, available_to_sell 3
  when   transfer TO-1  SHOE x2 at MAIN, SHOE x2 at MAIN  to STORE   -> refused insufficient_stock, line 2 insufficient_stock available_to_sell 1
  when   transfer TO-1  SHOE x3 at MAIN  to STORE   -> requested
  when   reserve web-1  SHOE x1   -> refused insufficient_stock, available_to_sell 0

story a transfer needs a number, goods and two places
  given  SHOE at MAIN  on_hand 5
  given  location STORE
  when   transfer ""  SHOE x1 at MAIN  to STORE   -> refused document_required
  when   transfer TO-1  SHOE x1 at MAIN   -> refused destination_required
  when   transfer TO-1  SHOE x1 at MAIN  to MARS   -> refused unknown_location
  when   transfer TO-1  nothing  to STORE   -> refused no_lines
  when   transfer TO-1  SHOE x1 at MAIN  to MAIN   -> refused same_location
  when   transfer TO-1  SHOE x0 at MAIN, HAT x1 at MAIN, SHOE x1, SHOE x9 at MAIN  to STORE   -> refused quantity_must_be_positive, line 1 quantity_must_be_positive, line 2 unknown_sku, line 3 location_required, line 4 insufficient_stock available_to_sell 5
  when   transfer TO-1  SHOE x1 at MAIN  to STORE   -> requested
  when   transfer TO-1  SHOE x1 at MAIN  to STORE   -> refused document_already_exists

story a transfer and an order of the same number have nothing to do with each other
  given  SHOE at MAIN  on_hand 5
  given  location STORE
  when   transfer 1001  SHOE x1 at MAIN  to STORE   -> requested
  when   order 1001 from web  SHOE x2   -> ordered
  when   cancel order 1001   -> cancelled
  then   transfer 1001 holds SHOE x1 at MAIN

story a transfer is called off, in part or altogether
  given  SHOE at MAIN  on_hand 5
  given  HAT at MAIN  on_hand 5
  given  location STORE
  when   transfer TO-1  SHOE x4 at MAIN, HAT x2 at MAIN  to STORE   -> requested
  when   call off transfer TO-1  SHOE x1   -> cancelled
  then   transfer TO-1 holds SHOE x3 at MAIN, HAT x2 at MAIN
  when   call off transfer TO-1  line 3 SHOE x1   -> refused unknown_line
  when   call off transfer TO-1   -> cancelled
  then   SHOE at MAIN  on_hand 5  reserved 0  available_to_sell 5
  then   transfer TO-1 is cancelled
  when   call off transfer TO-1   -> refused nothing_to_cancel
  when   call off transfer TO-2   -> refused unknown_document

story goods are sent and taken in by parts
  given  SHOE at MAIN  on_hand 10
  given  SHOE at STORE  on_hand 0
  when   transfer TO-1  SHOE x6 at MAIN  to STORE   -> requested
  when   send TO-1  SHOE x4 at MAIN   -> sent
  then   transfer TO-1 holds SHOE x2 at MAIN
  when   take in TO-1  SHOE x3   -> taken_in
  then   SHOE at STORE  on_hand 3  in_transit 1
  when   send TO-1  SHOE x2 at MAIN   -> sent
  when   take in TO-1  SHOE x2, SHOE x1 as damaged   -> taken_in
  then   SHOE at STORE  on_hand 6  damaged 1  in_transit 0  available_to_sell 5
  then   transfer TO-1 is received

story nobody asked for it and it is sent all the same
  given  SHOE at MAIN  on_hand 5
  given  location STORE
  when   send TO-9  SHOE x2 at MAIN   -> refused destination_required
  when   send TO-9  SHOE x2 at MAIN  to STORE   -> sent
  then   SHOE at MAIN  on_hand 3  reserved 0  free 3
  then   SHOE at STORE  in_transit 2
  when   take in TO-9  SHOE x2   -> taken_in
  then   SHOE at STORE  on_hand 2  in_transit 0

story more is sent than was asked for
  given  SHOE at MAIN  on_hand 5
  given  HAT at MAIN  on_hand 1
  given  location STORE
  when   transfer TO-1  SHOE x2 at MAIN  to STORE   -> requested
  when   send TO-1  SHOE x3 at MAIN, HAT x1 at MAIN   -> sent
  then   SHOE at MAIN  on_hand 2  reserved 0  free 2
  then   SHOE at STORE  in_transit 3
  then   HAT at STORE  in_transit 1

story goods leave from another place than was promised
  given  SHOE at MAIN  on_hand 5
  given  SHOE at OUTLET  on_hand 5
  given  location STORE
  when   transfer TO-1  SHOE x2 at MAIN  to STORE   -> requested
  when   send TO-1  SHOE x2 at OUTLET   -> sent
  then   SHOE at MAIN  on_hand 5  reserved 0
  then   SHOE at OUTLET  on_hand 3  reserved 0
  then   SHOE at STORE  in_transit 2
  when   send TO-1  SHOE x2 at STORE   -> refused same_location
  when   send TO-1  SHOE x2 at MAIN  to OUTLET   -> refused value_out_of_range

story what was sent from a shelf that is empty has left all the same
  given  SHOE at MAIN  on_hand 1
  given  location STORE
  when   send TO-1  SHOE x2 at MAIN  to STORE   -> sent, raises negative_sellable
  then   SHOE at MAIN  on_hand -1

story goods are taken in before anybody said that they were sent
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   take in TO-1  SHOE x2   -> refused unknown_document
  when   take in TO-1  SHOE x2  to STORE   -> refused location_required
  when   take in TO-1  SHOE x2 at MAIN  to STORE   -> taken_in, raises negative_bucket
  then   SHOE at STORE  on_hand 2  in_transit -2  available_to_sell 2
  when   send TO-1  SHOE x2 at MAIN   -> sent
  then   SHOE at MAIN  on_hand 3
  then   SHOE at STORE  on_hand 2  in_transit 0
  then   transfer TO-1 is in_transit

story goods are taken in elsewhere than they were sent to
  given  SHOE at MAIN  on_hand 5
  given  location STORE
  given  location OUTLET
  when   send TO-1  SHOE x2 at MAIN  to STORE   -> sent
  when   take in TO-1  SHOE x2  to OUTLET   -> taken_in
  then   SHOE at STORE  on_hand 0  in_transit 0
  then   SHOE at OUTLET  on_hand 2
  when   take in TO-1  SHOE x1 as suspect   -> refused value_out_of_range

story a transfer is closed and what is missing is lost
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   transfer TO-1  SHOE x4 at MAIN  to STORE   -> requested
  when   send TO-1  SHOE x3 at MAIN   -> sent
  when   take in TO-1  SHOE x2   -> taken_in
  when   close transfer TO-1  SHOE x1   -> refused value_out_of_range
  when   close transfer TO-1   -> closed, raises transfer_residue
  then   SHOE at MAIN  on_hand 2  reserved 0
  then   SHOE at STORE  on_hand 2  in_transit 0
  then   transfer TO-1 is completed
  when   close transfer TO-1   -> refused document_ended
  when   close transfer TO-2   -> refused unknown_document

story late units come back from loss
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   send TO-1  SHOE x3 at MAIN  to STORE   -> sent
  when   take in TO-1  SHOE x2   -> taken_in
  when   close transfer TO-1   -> closed, raises transfer_residue
  when   take in TO-1  SHOE x1   -> taken_in
  then   SHOE at STORE  on_hand 3  in_transit 0
  then   transfer TO-1 is completed

story a transfer that is closed after more came than was sent
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   send TO-1  SHOE x3 at MAIN  to STORE   -> sent
  when   take in TO-1  SHOE x4   -> taken_in, raises negative_bucket
  then   SHOE at STORE  on_hand 4  in_transit -1
  when   close transfer TO-1   -> closed, raises transfer_residue
  then   SHOE at STORE  on_hand 4  in_transit 0

story goods on their way are expected on the day that was told
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   transfer TO-1  SHOE x4 at MAIN  to STORE  due in 2 days   -> requested
  then   expected of SHOE at STORE within 9 days is 0
  when   send TO-1  SHOE x3 at MAIN   -> sent
  then   expected of SHOE at STORE within 1 day is 0
  then   expected of SHOE at STORE within 2 days is 3
  when   send TO-1  SHOE x1 at MAIN  due in 5 days   -> sent
  then   expected of SHOE at STORE within 2 days is 0
  then   expected of SHOE at STORE within 5 days is 4
  when   take in TO-1  SHOE x4   -> taken_in
  then   expected of SHOE at STORE within 5 days is 0

story goods on their way without a date are expected on none
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   send TO-1  SHOE x3 at MAIN  to STORE   -> sent
  then   SHOE at STORE  in_transit 3
  then   expected of SHOE at STORE within 90 days is 0

story goods at sea for months are not forgotten
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   send TO-1  SHOE x3 at MAIN  to STORE   -> sent
  when   80 days pass
  when   receive  SHOE x1 at MAIN   -> received
  when   take in TO-1  SHOE x3   -> taken_in
  then   SHOE at STORE  on_hand 3  in_transit 0
