# What may be sold: items and nodes that are switched off, and groups of locations that keep stock together.

story a SKU that is not enabled at a location is not promised from there
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   enabled SHOE at MAIN is 0   -> recorded
  then   SHOE at MAIN  on_hand 5  available_to_sell 0
  then   web may sell SHOE x5
  then   web may sell SOCK x5
  when   reserve web-1  SHOE x1 at MAIN   -> refused insufficient_stock, available_to_sell 0
  when   reserve web-2  SHOE x1   -> held
  then   web-2 holds SHOE x1 at STORE
  when   enabled SHOE at MAIN is 1   -> recorded
  then   web may sell SHOE x9

story the most specific word about being enabled wins
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  when   enabled SHOE is 0   -> recorded
  then   web may sell SHOE x0
  when   enabled SHOE at STORE is 1   -> recorded
  then   web may sell SHOE x5
  when   enabled SHOE is removed   -> recorded
  then   web may sell SHOE x10
  when   enabled SHOE is 2   -> refused value_out_of_range

story what was promised before a SKU was switched off stays promised
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   enabled SHOE at MAIN is 0   -> recorded
  when   confirm web-1 order 1001   -> confirmed
  then   SHOE at MAIN  reserved 2  available_to_sell 0
  when   ship order 1001  SHOE x2 at MAIN   -> shipped

story a sold order does not empty a shelf that is switched off
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 1
  when   enabled SHOE at MAIN is 0   -> recorded
  when   order 1001 already sold from mkt  SHOE x2   -> ordered, raises oversold_order
  then   order 1001 holds SHOE x1 at STORE, SHOE x1 at MAIN

story a silent node keeps its promises and gives no new ones
  shows  rule 21
  given  SHOE at STORE  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   node STORE is offline   -> recorded, raises node_silent
  then   web may sell SHOE x0
  when   reserve web-2  SHOE x1   -> refused insufficient_stock, available_to_sell 0
  when   confirm web-1   -> confirmed
  then   SHOE at STORE  on_hand 5  reserved 2
  when   sell SHOE x1 at STORE   -> sold
  when   node STORE is online   -> recorded
  then   web may sell SHOE x2

story an offline buffer says what a silent node may still give
  given  SHOE at STORE  on_hand 5  safety_stock 1  buffer 1
  when   offline_buffer at STORE is 3   -> recorded
  then   web may sell SHOE x3
  when   node STORE is offline   -> recorded, raises node_silent
  then   web may sell SHOE x1
  when   offline_buffer SHOE at STORE is 0   -> recorded
  then   web may sell SHOE x3
  when   reserve web-1  SHOE x4   -> refused insufficient_stock, available_to_sell 3
  when   reserve web-2  SHOE x3   -> held

story a silent node is a case until it speaks again
  given  SHOE at STORE  on_hand 5
  given  location MAIN
  when   node STORE is offline   -> recorded, raises node_silent
  then   case 1  is node_silent at STORE
  when   node STORE is offline   -> recorded, raises node_silent
  then   case 1  is open  count 2
  when   sell SHOE x1 at STORE   -> sold
  when   node MAIN is online   -> recorded
  then   case 1  is open
  when   node STORE is online   -> recorded
  then   case 1  is resolved as cause_removed
  when   node STORE is offline   -> recorded, raises node_silent
  then   case 1  is open  count 3  regressed 1
  then   case 1  tells opened, resolved, regressed

story an order that is sold already may take from a silent node
  given  SHOE at STORE  on_hand 2
  given  SHOE at MAIN  on_hand 1
  given  channel web sells from STORE, MAIN
  when   node STORE is offline   -> recorded, raises node_silent
  when   order 1001 already sold from web  SHOE x2   -> ordered
  then   order 1001 holds SHOE x1 at MAIN, SHOE x1 at STORE

story a node is a location that somebody entered
  given  SHOE at STORE  on_hand 2
  when   node MARS is offline   -> refused unknown_location

story the safety stock of a group is kept back once, wherever the units are
  shows  rule 2
  given  SHOE at MAIN  on_hand 3  safety_stock 2
  given  SHOE at STORE  on_hand 4  safety_stock 2
  then   web may sell SHOE x3
  when   group north is MAIN, STORE   -> recorded
  when   group_safety_stock SHOE in north is 3   -> recorded
  then   SHOE at MAIN  safety_stock 0
  then   web may sell SHOE x4
  then   web may sell SHOE x3 at MAIN
  when   reserve web-1  SHOE x5   -> refused insufficient_stock, available_to_sell 4
  when   reserve web-2  SHOE x4   -> held
  then   web-2 holds SHOE x4 at STORE
  then   web may sell SHOE x0 at MAIN
  when   reserve web-3  SHOE x1 at MAIN   -> refused insufficient_stock, available_to_sell 0

story the safety stock of a group counts what other channels cannot sell
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 4
  given  channel web sells from MAIN
  when   group north is MAIN, STORE   -> recorded
  when   group_safety_stock SHOE is 5   -> recorded
  then   web may sell SHOE x2
  when   sell SHOE x3 at STORE   -> sold
  then   web may sell SHOE x0

story a shelf below zero takes nothing from the others of its group
  given  SHOE at MAIN  on_hand 4
  given  SHOE at STORE  on_hand 0
  when   group north is MAIN, STORE   -> recorded
  when   group_safety_stock SHOE in north is 1   -> recorded
  when   sell SHOE x3 at STORE   -> sold, raises negative_sellable
  then   web may sell SHOE x3

story a line is split within what each group gives
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 3
  given  SHOE at OUTLET  on_hand 2
  when   group north is MAIN, STORE   -> recorded
  when   group_safety_stock SHOE in north is 2   -> recorded
  then   web may sell SHOE x6
  when   reserve web-1  SHOE x6   -> held
  then   web-1 holds SHOE x3 at MAIN, SHOE x1 at STORE, SHOE x2 at OUTLET

story an order that is sold already leaves the safety stock of a group for last
  given  SHOE at MAIN  on_hand 3
  given  SHOE at OUTLET  on_hand 2
  given  channel mkt sells from MAIN, OUTLET
  when   group north is MAIN   -> recorded
  when   group_safety_stock SHOE in north is 2   -> recorded
  when   order 1001 already sold from mkt  SHOE x4   -> ordered
  then   order 1001 holds SHOE x2 at MAIN, SHOE x2 at OUTLET
  when   order 1002 already sold from mkt  SHOE x2   -> ordered, raises oversold_order
  then   SHOE at MAIN  reserved 4  oversold 1

story a location is in one group at most
  given  location MAIN
  given  location STORE
  when   group north is MAIN, STORE   -> recorded
  when   group south is STORE   -> refused location_in_two_groups
  when   group south is MAIN, MAIN, MARS   -> refused location_in_two_groups, line 1 location_in_two_groups, line 2 location_in_two_groups, line 3 unknown_location
  when   group north is MAIN   -> recorded
  when   group south is STORE   -> recorded
  when   group north is MAIN, MAIN   -> refused duplicate_line
  when   group "" is MAIN   -> refused code_not_allowed

story a location that leaves a group keeps its own safety stock again
  given  SHOE at MAIN  on_hand 5  safety_stock 2
  when   group north is MAIN   -> recorded
  when   group_safety_stock SHOE in north is 1   -> recorded
  then   web may sell SHOE x4
  when   group north is empty   -> recorded
  then   web may sell SHOE x3

story a policy of a group names a group, and no other policy does
  given  SHOE at MAIN  on_hand 5
  when   group_safety_stock SHOE in north is 1   -> refused unknown_group
  when   group north is MAIN   -> recorded
  when   group_safety_stock SHOE at MAIN is 1   -> refused value_out_of_range
  when   safety_stock SHOE in north is 1   -> refused value_out_of_range
