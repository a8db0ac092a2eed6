# What becomes of a hold: time, extension, growth, release, confirmation.

story a hold ends fifteen minutes after it was granted
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  then   web-1 expires in 15 minutes
  when   14 minutes pass   -> nothing
  then   web-1 is held
  when   1 minute passes   -> expired
  then   web-1 is expired
  then   SHOE at MAIN  reserved 0  available_to_sell 5

story a caller may ask for another length of time
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 for 2 minutes   -> held
  when   reserve web-2  SHOE x1 for 30 days     -> held
  when   reserve web-3  SHOE x1 for 31 days     -> refused time_to_live_out_of_range
  when   reserve web-4  SHOE x1 for -1 minutes  -> refused time_to_live_out_of_range
  when   2 minutes pass   -> expired
  then   web-1 is expired
  then   web-2 is held

story holds end in the order of their time
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 for 20 minutes   -> held
  when   reserve web-2  SHOE x1 for 10 minutes   -> held
  when   10 minutes pass   -> expired
  then   web-1 is held
  then   web-2 is expired

story an extended hold counts from now
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   10 minutes pass   -> nothing
  when   extend web-1   -> extended
  then   web-1 expires in 15 minutes
  when   14 minutes pass   -> nothing
  when   extend web-1 for 1 hour   -> extended
  when   59 minutes pass   -> nothing
  when   1 minute passes   -> expired
  when   extend web-1   -> refused reservation_ended

story a hold may be extended late as long as nobody ended it
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   20 minutes pass unnoticed
  when   extend web-1   -> extended
  when   14 minutes pass   -> nothing

story only a hold with an end can be extended
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   confirm web-1   -> confirmed
  when   extend web-1   -> refused reservation_already_confirmed
  when   extend web-2   -> refused unknown_reservation
  when   reserve web-3  SHOE x1   -> held
  when   extend web-3 for 31 days   -> refused time_to_live_out_of_range

story a confirmed hold does not end by time
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   confirm web-1 order 1001   -> confirmed
  when   1 day passes   -> nothing
  then   web-1 is confirmed
  then   order 1001 holds SHOE x2 at MAIN

story a hold is confirmed once
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   confirm web-1   -> confirmed
  when   confirm web-1   -> refused reservation_already_confirmed
  when   confirm web-7   -> refused unknown_reservation

story a released hold cannot be confirmed
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2   -> held
  when   release web-1   -> released
  then   web-1 is released
  when   confirm web-1   -> refused reservation_ended

story an order number belongs to one reservation
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   reserve web-2  SHOE x1   -> held
  when   confirm web-1 order 1001   -> confirmed
  when   confirm web-2 order 1001   -> refused order_already_exists
  when   confirm web-2 order 1002   -> confirmed

story a confirmation that comes before the end is noticed wins
  given  SHOE at MAIN  on_hand 2
  when   reserve web-1  SHOE x2   -> held
  when   20 minutes pass unnoticed
  when   confirm web-1   -> confirmed
  when   1 minute passes   -> nothing
  then   web-1 is confirmed

story a late confirmation gets its units back while they are there
  given  SHOE at MAIN  on_hand 2
  when   reserve web-1  SHOE x2   -> held
  when   15 minutes pass   -> expired
  when   confirm web-1   -> confirmed
  then   web-1 holds SHOE x2 at MAIN
  then   SHOE at MAIN  reserved 2  oversold 0

story a late confirmation goes elsewhere when its place is sold out
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 3
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x2   -> held
  when   15 minutes pass   -> expired
  when   sell SHOE x1 at MAIN   -> sold
  when   confirm web-1   -> confirmed
  then   web-1 holds SHOE x2 at STORE

story a late confirmation is spread over the pool when no place has it whole
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x3   -> held
  when   15 minutes pass   -> expired
  when   sell SHOE x2 at MAIN   -> sold
  when   confirm web-1   -> confirmed
  then   web-1 holds SHOE x1 at MAIN, SHOE x2 at STORE

story a late confirmation without stock is kept, and a person is asked
  given  SHOE at MAIN  on_hand 2
  when   reserve web-1  SHOE x2   -> held
  when   15 minutes pass   -> expired
  when   reserve web-2  SHOE x2   -> held
  when   confirm web-1   -> confirmed, raises late_confirm_without_stock
  then   web-1 holds SHOE x2 at MAIN
  then   SHOE at MAIN  reserved 4  oversold 2

story a late confirmation brings back what expired, not what was released
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x5   -> held
  when   release web-1  line 1 x2   -> released
  when   15 minutes pass   -> expired
  when   confirm web-1   -> confirmed
  then   web-1 holds SHOE x3 at MAIN

story a hold that ended long ago is still confirmed if nothing was recorded since
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   15 minutes pass   -> expired
  when   40 days pass unnoticed
  when   confirm web-1   -> confirmed
  then   web-1 is confirmed

story a hold that ended is forgotten after some days
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   15 minutes pass   -> expired
  when   40 days pass   -> nothing
  when   count SHOE x5 at MAIN   -> counted
  then   web-1 is forgotten
  when   confirm web-1   -> refused unknown_reservation

story a release gives back everything that is open
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   reserve web-1  SHOE x2, SOCK x1   -> held
  when   release web-1 because changed_mind   -> released
  then   SHOE at MAIN  reserved 0
  then   SOCK at MAIN  reserved 0
  when   release web-1   -> refused reservation_ended
  when   release web-5   -> refused unknown_reservation

story a release may give back a part
  given  SHOE at MAIN  on_hand 5
  given  SOCK at MAIN  on_hand 5
  when   reserve web-1  SHOE x3, SOCK x2   -> held
  when   release web-1  line 1 x1, line 2 x2   -> released
  then   web-1 is held
  then   web-1 holds SHOE x2 at MAIN
  when   release web-1  line 1 x2   -> released
  then   web-1 is released

story a release names lines that exist and units that are there
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   release web-1  line 9 x1   -> refused unknown_line
  when   release web-1  line 1 x4   -> refused nothing_to_release
  when   release web-1  line 1 x0   -> refused quantity_must_be_positive
  when   release web-1  line 1 x2, line 1 x2   -> refused nothing_to_release, line 2 nothing_to_release
  then   web-1 holds SHOE x3 at MAIN

story a confirmed reservation can be released too
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x3   -> held
  when   confirm web-1   -> confirmed
  when   release web-1   -> released
  then   SHOE at MAIN  reserved 0

story a hold that shrinks gives back from its last place first
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 2
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x5   -> held
  then   web-1 holds SHOE x3 at MAIN, SHOE x2 at STORE
  when   adjust web-1  line 1 x2   -> adjusted
  then   web-1 holds SHOE x2 at MAIN

story a hold grows where it stands
  given  SHOE at MAIN  on_hand 1
  given  SHOE at STORE  on_hand 9
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x2   -> held
  then   web-1 holds SHOE x2 at STORE
  when   adjust web-1  line 1 x3   -> adjusted
  then   web-1 holds SHOE x3 at STORE

story a hold grows from the pool when its place has no more
  given  SHOE at MAIN  on_hand 2
  given  SHOE at STORE  on_hand 9
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x2   -> held
  when   adjust web-1  line 1 x5   -> adjusted
  then   web-1 holds SHOE x2 at MAIN, SHOE x3 at STORE

story a hold that cannot grow stays as it was
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x2   -> held
  when   adjust web-1  line 1 x4   -> refused insufficient_stock, available_to_sell 1
  then   web-1 holds SHOE x2 at MAIN

story two lines that grow share what is left
  given  SHOE at MAIN  on_hand 6
  given  SHOE at STORE  on_hand 4
  given  channel web sells from MAIN, STORE
  when   reserve web-1  SHOE x1, SHOE x1   -> held
  when   adjust web-1  line 1 x4, line 2 x4   -> adjusted
  then   web-1 holds SHOE x4 at MAIN, SHOE x1 at MAIN, SHOE x3 at STORE

story a hold adjusted to nothing has ended
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x2   -> held
  when   adjust web-1  line 1 x0   -> adjusted
  then   web-1 is released
  when   adjust web-1  line 1 x1   -> refused reservation_ended

story an adjustment must change something that is there
  given  SHOE at MAIN  on_hand 3
  when   reserve web-1  SHOE x2   -> held
  when   adjust web-1  line 1 x2   -> refused nothing_to_adjust
  when   adjust web-1  line 2 x2   -> refused unknown_line
  when   adjust web-1  line 1 x-1   -> refused quantity_must_be_positive
  when   adjust web-1  line 1 x1, line 1 x3   -> refused duplicate_line, line 2 duplicate_line
  when   adjust web-1 nothing   -> refused no_lines
  when   adjust web-2  line 1 x2   -> refused unknown_reservation
