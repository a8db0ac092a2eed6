# What suppliers are to deliver, and what comes of it. Nothing here can be sold before it is there.

story a purchase order tells what is expected and when
  given  SHOE at MAIN  on_hand 1
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  then   SHOE at MAIN  on_hand 1  inbound 10  available_to_sell 1
  then   expected of SHOE at MAIN within 2 days is 0
  then   expected of SHOE at MAIN within 3 days is 10

story lines of one purchase order may be due on different days
  given  SHOE at MAIN  on_hand 0
  given  HAT at MAIN  on_hand 0
  when   schedule PO-7  line 10 SHOE x10 at MAIN, line 20 HAT x4 at MAIN  due in 3 days   -> scheduled
  when   schedule PO-7  line 30 SHOE x5 at MAIN  due in 9 days   -> scheduled
  then   SHOE at MAIN  inbound 15
  then   expected of SHOE at MAIN within 5 days is 10
  then   expected of SHOE at MAIN within 9 days is 15
  when   schedule PO-7  line 20 HAT x1 at MAIN  due in 1 day   -> refused document_already_exists
  then   HAT at MAIN  inbound 4

story a purchase order needs a number, a date, items and a place
  given  SHOE at MAIN  on_hand 0
  when   schedule ""  SHOE x1 at MAIN  due in 1 day   -> refused document_required
  when   schedule PO-7  SHOE x1 at MAIN   -> refused due_required
  when   schedule PO-7  nothing  due in 1 day   -> refused no_lines
  when   schedule PO-7  SHOE x1  due in 1 day   -> refused location_required
  when   schedule PO-7  SHOE x0 at MAIN, HAT x1 at MAIN, SHOE x1 at MARS  due in 1 day   -> refused quantity_must_be_positive, line 1 quantity_must_be_positive, line 2 unknown_sku, line 3 unknown_location
  when   schedule PO-7  line 1 SHOE x1 at MAIN, line 1 SHOE x1 at MAIN  due in 1 day   -> refused duplicate_line, line 2 duplicate_line
  then   SHOE at MAIN  inbound 0

story a delivery slips and shrinks
  given  SHOE at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  when   change PO-7  SHOE x8  due in 6 days   -> changed
  then   SHOE at MAIN  inbound 8
  then   expected of SHOE at MAIN within 5 days is 0
  then   expected of SHOE at MAIN within 6 days is 8
  when   change PO-7  SHOE x12   -> changed
  then   expected of SHOE at MAIN within 6 days is 12
  when   change PO-7  SHOE x12   -> refused nothing_to_adjust
  when   change PO-7  line 2 SHOE x12   -> refused unknown_line
  when   change PO-8  SHOE x12   -> refused unknown_document

story a receipt takes what was expected, as far as it goes
  given  SHOE at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  when   receive  SHOE x4 at MAIN  for PO-7   -> received
  then   SHOE at MAIN  on_hand 4  inbound 6  available_to_sell 4
  when   change PO-7  SHOE x9   -> changed
  then   SHOE at MAIN  on_hand 4  inbound 5
  when   receive  SHOE x5 at MAIN  for PO-7   -> received
  then   SHOE at MAIN  on_hand 9  inbound 0
  when   change PO-7  SHOE x20   -> refused document_ended

story more than was ordered is taken in and flagged
  shows rule 7
  given  SHOE at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  when   receive  SHOE x12 at MAIN  for PO-7   -> received, raises over_receipt
  then   SHOE at MAIN  on_hand 12  inbound 0
  when   receive  HAT x1 at MAIN  for PO-7   -> refused unknown_sku

story something else than was ordered is taken in and flagged
  given  SHOE at MAIN  on_hand 0
  given  HAT at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  when   receive  HAT x1 at MAIN  for PO-7   -> received, raises over_receipt
  then   SHOE at MAIN  inbound 10
  then   HAT at MAIN  on_hand 1

story a purchase order that nobody told of is no reason to refuse or flag goods
  given  SHOE at MAIN  on_hand 0
  when   receive  SHOE x4 at MAIN  for PO-7   -> received
  then   SHOE at MAIN  on_hand 4

story a receipt serves the line that is due first where the goods came in
  given  SHOE at MAIN  on_hand 0
  given  SHOE at STORE  on_hand 0
  when   schedule PO-7  line 10 SHOE x2 at STORE  due in 1 day   -> scheduled
  when   schedule PO-7  line 20 SHOE x3 at MAIN  due in 9 days   -> scheduled
  when   schedule PO-7  line 30 SHOE x3 at MAIN  due in 5 days   -> scheduled
  when   receive  SHOE x4 at MAIN  for PO-7   -> received
  then   expected of SHOE at MAIN within 5 days is 0
  then   expected of SHOE at MAIN within 9 days is 2
  when   receive  SHOE x3 at MAIN  for PO-7   -> received
  then   SHOE at MAIN  on_hand 7  inbound 0
  then   SHOE at STORE  on_hand 0  inbound 1
  when   receive  line 10 SHOE x1 at STORE  for PO-7   -> received
  then   SHOE at STORE  on_hand 1  inbound 0

story a receipt was booked wrong
  given  SHOE at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  when   receive  SHOE x10 at MAIN  for PO-7   -> received
  when   correct receipt  SHOE x-2 at MAIN  for PO-7   -> corrected
  then   SHOE at MAIN  on_hand 8  inbound 2
  when   correct receipt  SHOE x3 at MAIN  for PO-7   -> corrected, raises over_receipt
  then   SHOE at MAIN  on_hand 11  inbound 0
  when   correct receipt  SHOE x-1 at MAIN  for PO-7   -> corrected
  then   SHOE at MAIN  on_hand 10  inbound 0
  when   correct receipt  SHOE x0 at MAIN  for PO-7   -> refused nothing_to_adjust
  when   correct receipt  SHOE x-1 at MAIN as damaged  for PO-7   -> corrected, raises negative_bucket
  then   SHOE at MAIN  damaged -1

story a delivery is called off in part, and then altogether
  given  SHOE at MAIN  on_hand 0
  given  HAT at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN, HAT x5 at MAIN  due in 3 days   -> scheduled
  when   receive  SHOE x4 at MAIN  for PO-7   -> received
  when   call off PO-7  line 2 HAT x2   -> cancelled
  then   HAT at MAIN  inbound 3
  when   call off PO-7   -> cancelled
  then   SHOE at MAIN  on_hand 4  inbound 0
  then   HAT at MAIN  inbound 0
  when   call off PO-7   -> refused document_ended
  when   call off PO-7  SHOE x1   -> refused document_ended
  when   call off PO-8   -> refused unknown_document
  when   receive  SHOE x6 at MAIN  for PO-7   -> received, raises over_receipt

story a purchase order that ended is forgotten after a month
  given  SHOE at MAIN  on_hand 0
  when   schedule PO-7  SHOE x10 at MAIN  due in 3 days   -> scheduled
  when   receive  SHOE x10 at MAIN  for PO-7   -> received
  when   46 days pass
  when   receive  SHOE x1 at MAIN   -> received
  when   receive  SHOE x1 at MAIN  for PO-7   -> received
  when   change PO-7  SHOE x12   -> refused unknown_document
