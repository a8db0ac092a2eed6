# Which location gives the units.

story the first location of the pool that has the whole line gives it
  given  SHOE at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 4
  given  SHOE at OUTLET  on_hand 4
  given  channel web sells from MAIN, STORE, OUTLET
  when   reserve web-1  SHOE x3   -> held
  then   web-1 holds SHOE x3 at STORE

story the order of the pool decides between equals
  given  SHOE at MAIN  on_hand 4
  given  SHOE at STORE  on_hand 4
  given  channel web sells from STORE, MAIN
  when   reserve web-1  SHOE x3   -> held
  then   web-1 holds SHOE x3 at STORE

story a split takes from as few locations as possible, the fullest first
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 5
  given  SHOE at OUTLET  on_hand 3
  when   reserve web-1  SHOE x7   -> held
  then   web-1 holds SHOE x5 at STORE, SHOE x2 at OUTLET
  then   SHOE at MAIN  reserved 0

story one and one and one is not three where splitting is off
  given  SHOE at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 1
  given  SHOE at OUTLET  on_hand 1
  given  channel web sells from MAIN, STORE, OUTLET without splitting
  when   reserve web-1  SHOE x3   -> refused split_not_allowed, available_to_sell 1
  when   reserve web-2  SHOE x4   -> refused insufficient_stock, available_to_sell 1
  then   web may sell SHOE x1

story a channel that splits is told the sum
  given  SHOE at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 1
  then   web may sell SHOE x2
  then   web may sell SHOE x1 at STORE
  when   reserve web-1  SHOE x3   -> refused insufficient_stock, available_to_sell 2

story a line may name its location
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 2
  when   reserve web-1  SHOE x2 at STORE   -> held
  then   web-1 holds SHOE x2 at STORE
  when   reserve web-2  SHOE x1 at STORE   -> refused insufficient_stock, available_to_sell 0

story a line that names its location is served before the pool's lines
  given  SHOE at MAIN  on_hand 2
  when   reserve web-1  SHOE x1, SHOE x2 at MAIN   -> refused insufficient_stock, line 1 insufficient_stock available_to_sell 0
  when   reserve web-2  SHOE x1, SHOE x1 at MAIN   -> held

story a location outside the channel's pool is not sold
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN
  when   reserve web-1  SHOE x1 at STORE   -> refused location_not_in_pool
  then   web may sell SHOE x0 at STORE

story a location nobody entered is refused
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 at MARS   -> refused unknown_location

story a channel without pool sells only what a line names
  given  SHOE at MAIN  on_hand 5
  given  channel phone sells from nowhere
  when   reserve phone-1  SHOE x1   -> refused channel_has_no_pool
  when   reserve phone-2  SHOE x1 at MAIN   -> held
  then   phone may sell SHOE x0

story a basket leaves from one place when one place has it all
  given  SHOE at MAIN  on_hand 5
  given  SOCK at STORE  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x1, SOCK x1   -> held
  then   web-1 holds SHOE x1 at STORE, SOCK x1 at STORE
  when   reserve web-2  SHOE x1   -> held
  then   web-2 holds SHOE x1 at MAIN

story a basket that no place has whole is served line by line
  given  SHOE at MAIN  on_hand 5
  given  SOCK at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x1, SOCK x1   -> held
  then   web-1 holds SHOE x1 at MAIN, SOCK x1 at STORE

story safety stock is kept back
  shows  rule 2
  given  SHOE at MAIN  on_hand 5  safety_stock 2
  then   web may sell SHOE x3
  when   reserve web-1  SHOE x4   -> refused insufficient_stock, available_to_sell 3
  when   reserve web-2  SHOE x3   -> held
  then   SHOE at MAIN  on_hand 5  reserved 3  free 2  available_to_sell 0

story a buffer is kept back on top of safety stock
  given  SHOE at STORE  on_hand 5  safety_stock 1  buffer 2
  when   reserve web-1  SHOE x3   -> refused insufficient_stock, available_to_sell 2
  when   reserve web-2  SHOE x2   -> held

story a shelf below zero takes nothing from another one
  shows  rule 1
  given  SHOE at MAIN  on_hand 4
  given  SHOE at STORE  on_hand 0
  when   sell SHOE x3 at STORE   -> sold, raises negative_sellable
  then   SHOE at STORE  on_hand -3  oversold 3  available_to_sell 0
  then   web may sell SHOE x4
  when   reserve web-1  SHOE x4   -> held
  then   web-1 holds SHOE x4 at MAIN

story a closed location keeps its promises and makes no new ones
  shows  rule 23
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   location MAIN closes   -> recorded
  then   web may sell SHOE x0
  when   reserve web-2  SHOE x1 at MAIN   -> refused insufficient_stock, available_to_sell 0
  when   confirm web-1   -> confirmed
  when   location MAIN opens   -> recorded
  then   web may sell SHOE x3
