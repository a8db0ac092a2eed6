# Holding stock for a cart: what is granted, from where, and what is refused.

story a hold takes units from what can be sold, not from the shelf
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  then   SHOE at MAIN  on_hand 5  reserved 2  free 3  available_to_sell 3
  then   web-1 is held
  then   web-1 holds SHOE x2 at MAIN

story two channels race for the last pair
  given  SHOE-42 at MAIN  on_hand 1  safety_stock 0
  when   reserve web-1  SHOE-42 x1   -> held
  when   reserve mkt-9  SHOE-42 x1   -> refused insufficient_stock, available_to_sell 0
  then   SHOE-42 at MAIN  on_hand 1  reserved 1  available_to_sell 0

story a basket of several items is held whole
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 9
  when   reserve web-1  SHOE x1, SOCK x3   -> held
  then   SHOE at MAIN  reserved 1
  then   SOCK at MAIN  reserved 3

story one missing item refuses the whole basket
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 2
  when   reserve web-1  SHOE x1, SOCK x3   -> refused insufficient_stock, line 2 insufficient_stock available_to_sell 2
  then   SHOE at MAIN  reserved 0
  then   SOCK at MAIN  reserved 0

story the same item on two lines is summed before it is granted
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3, SHOE x3   -> refused insufficient_stock, line 2 insufficient_stock available_to_sell 2
  then   SHOE at MAIN  reserved 0

story the same item on two lines is held when the sum is there
  given  SHOE at MAIN  on_hand 6
  when   reserve web-1  SHOE x3, SHOE x3   -> held
  then   SHOE at MAIN  reserved 6  available_to_sell 0

story every failing line is told, not the first alone
  given  SHOE at MAIN  on_hand 1
  when   reserve web-1  SHOE x2, HAT x1, SHOE x0   -> refused insufficient_stock, line 1 insufficient_stock available_to_sell 1, line 2 unknown_sku, line 3 quantity_must_be_positive
  then   SHOE at MAIN  reserved 0

story a caller who allows it gets part of the basket
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 2
  when   reserve web-1  SHOE x1, SOCK x3 in part   -> held, sets aside line 2 insufficient_stock available_to_sell 2
  then   SHOE at MAIN  reserved 1
  then   SOCK at MAIN  reserved 0

story a part of nothing is refused
  given  SHOE at MAIN  on_hand 1
  when   reserve web-1  SHOE x2, HAT x1 in part   -> refused insufficient_stock, line 1 insufficient_stock available_to_sell 1, line 2 unknown_sku

story a partial hold keeps lines whole
  shows  rule 19
  given  SHOE at MAIN  on_hand 3
  given  HAT at MAIN  on_hand 1
  when   reserve web-1  SHOE x4, HAT x1 in part   -> held, sets aside line 1 insufficient_stock available_to_sell 3
  then   web-1 holds HAT x1 at MAIN

story a line that fails leaves its units to the next one
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x4, SHOE x2 in part   -> held, sets aside line 1 insufficient_stock available_to_sell 3
  then   web-1 holds SHOE x2 at MAIN

story a hold needs at least one line
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1 nothing   -> refused no_lines

story a hold has a largest number of lines
  given  SHOE at MAIN  on_hand 3000
  when   reserve web-1  SHOE x1 times 2000   -> held
  when   reserve web-2  SHOE x1 times 2001   -> refused too_many_lines

story an item nobody entered cannot be held
  given  SHOE at MAIN  on_hand 1
  when   reserve web-1  HAT x1   -> refused unknown_sku

story a channel nobody entered cannot hold
  given  SHOE at MAIN  on_hand 1
  given  no channel nobody
  when   reserve nobody-1  SHOE x1   -> refused unknown_channel

story quantities are at least one and within reason
  given  SHOE at MAIN  on_hand 1
  when   reserve web-1  SHOE x0    -> refused quantity_must_be_positive
  when   reserve web-1  SHOE x-1   -> refused quantity_must_be_positive
  when   reserve web-1  SHOE x1000000001   -> refused quantity_too_large
  when   reserve web-1  SHOE x1000000000   -> refused insufficient_stock, available_to_sell 1

story a line number is used once
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  line 4 SHOE x1, line 4 SHOE x1   -> refused duplicate_line, line 2 duplicate_line

story the position in the request is the number of a line that has none
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  line 2 SHOE x1, SHOE x1   -> refused duplicate_line, line 2 duplicate_line
  when   reserve web-1  line 7 SHOE x1, SHOE x2   -> held
  when   release web-1  line 2 x2   -> released
  then   web-1 holds SHOE x1 at MAIN

story an order number that is taken is not given to another hold
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 order 1001   -> held
  when   reserve web-2  SHOE x1 order 1001   -> refused order_already_exists
