# The same thing said twice has one effect.

story a repeated request is answered again and changes nothing
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2 key K1   -> held
  when   reserve web-1  SHOE x2 key K1   -> repeated
  then   SHOE at MAIN  reserved 2

story a key with another body is refused
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x2 key K1   -> held
  when   reserve web-1  SHOE x3 key K1   -> refused key_reused_with_other_body
  then   SHOE at MAIN  reserved 2

story a refused request may be asked again with its key
  given  SHOE at MAIN  on_hand 1
  when   reserve web-1  SHOE x2 key K1   -> refused insufficient_stock, available_to_sell 1
  when   receive  SHOE x1 at MAIN   -> received
  when   reserve web-1  SHOE x2 key K1   -> held

story a key is forgotten after its time
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 for 30 days key K1   -> held
  when   7 days pass   -> nothing
  when   reserve web-1  SHOE x1 for 30 days key K1   -> repeated
  when   count  SHOE x5 at MAIN   -> counted
  when   4 days pass   -> nothing
  when   count  SHOE x5 at MAIN   -> counted
  when   4 days pass   -> nothing
  when   count  SHOE x5 at MAIN   -> counted
  when   reserve web-2  SHOE x1 for 30 days key K1   -> held

story a clock that jumps forward forgets no key
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 for 30 days key K1   -> held
  when   400 days pass unnoticed
  when   count  SHOE x5 at MAIN   -> counted
  when   reserve web-1  SHOE x1 for 30 days key K1   -> repeated
  then   SHOE at MAIN  reserved 1

story one business step that comes by two roads has one effect
  given  SHOE at MAIN  on_hand 5
  when   ship  SHOE x1 at MAIN key webhook-1 semantic delivery-80   -> shipped
  when   ship  SHOE x1 at MAIN key poll-77 semantic delivery-80   -> repeated
  then   SHOE at MAIN  on_hand 4

story one document with two contents is a conflict
  given  SHOE at MAIN  on_hand 5
  when   ship  SHOE x1 at MAIN key webhook-1 semantic delivery-80   -> shipped
  when   ship  SHOE x2 at MAIN key poll-77 semantic delivery-80   -> refused event_identity_conflict
  then   SHOE at MAIN  on_hand 4

story a source that counts its events is not heard twice
  shows  rule 16
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 2   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 2   -> refused already_recorded
  when   sell  SHOE x1 at STORE source till-1 number 1   -> refused already_recorded
  then   SHOE at STORE  on_hand 7
  then   source till-1 is at 2

story a source may leave numbers out
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 5   -> sold
  then   source till-1 is at 5
  then   source till-1 misses 2 to 4

story a refused event leaves the source where it was
  given  SHOE at STORE  on_hand 9
  when   sell  HAT x1 at STORE source till-1 number 1   -> refused unknown_sku
  then   source till-1 is at 0
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold

story a restored source counts anew in its next epoch
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 40 epoch 1   -> sold
  when   source till-1 begins epoch 2   -> recorded
  when   sell  SHOE x1 at STORE source till-1 number 1 epoch 2   -> sold
  then   source till-1 is at 1 epoch 2
  when   sell  SHOE x1 at STORE source till-1 number 41 epoch 1   -> refused stale_source_epoch
  then   SHOE at STORE  on_hand 7

story two sources count each for itself
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 7   -> sold
  when   sell  SHOE x1 at STORE source till-2 number 7   -> sold
  then   SHOE at STORE  on_hand 7

story a full table of keys refuses new keys by name
  given  limit keys 1
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 key K1   -> held
  when   reserve web-2  SHOE x1 key K2   -> refused table_full
  when   reserve web-1  SHOE x1 key K1   -> repeated
  when   reserve web-3  SHOE x1   -> held

story a full table of keys is no end: the first key of a new generation is taken
  given  limit keys 1
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1 for 30 days key K1   -> held
  when   reserve web-2  SHOE x1 for 30 days key K2   -> refused table_full
  when   4 days pass   -> nothing
  when   reserve web-2  SHOE x1 for 30 days key K2   -> held
  when   reserve web-3  SHOE x1 for 30 days key K3   -> refused table_full

story a reason that has no room among the names is kept with its fact
  given  limit reasons 1
  given  SHOE at MAIN  on_hand 5
  when   adjust stock  SHOE x-1 at MAIN because theft by anna   -> corrected
  when   adjust stock  SHOE x-1 at MAIN because damage by anna   -> corrected
  then   the last reason is damage
  then   SHOE at MAIN  on_hand 3

story a source that has no room among the names is refused
  given  limit sources 1
  given  SHOE at MAIN  on_hand 5
  when   sell  SHOE x1 at MAIN source till-1   -> sold
  when   sell  SHOE x1 at MAIN source till-2   -> refused table_full
  when   sell  SHOE x1 at MAIN source till-1   -> sold

story a full table of reservations refuses new ones by name
  given  limit reservations 1
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x1   -> held
  when   reserve web-2  SHOE x1   -> refused table_full
  when   confirm web-1   -> confirmed
