# What somebody found on a shelf, and at which moment that was true.

story a count holds for the moment it was taken, and what happened later stays
  shows rule 12
  given  SHOE at MAIN  on_hand 10
  given  cut monday
  when   sell  SHOE x3 at MAIN   -> sold
  when   count  SHOE x9 at MAIN book 10  cut monday   -> counted
  then   SHOE at MAIN  on_hand 6

story a count without a moment holds for now
  given  SHOE at MAIN  on_hand 10
  when   sell  SHOE x3 at MAIN   -> sold
  when   count  SHOE x9 at MAIN   -> counted
  then   SHOE at MAIN  on_hand 9

story a count that is older than the last one is kept and moves nothing
  given  SHOE at MAIN  on_hand 10
  given  HAT at MAIN  on_hand 4
  given  cut monday
  when   sell  SHOE x1 at MAIN   -> sold
  given  cut tuesday
  when   count  SHOE x8 at MAIN book 9  cut tuesday   -> counted
  when   count  SHOE x5 at MAIN book 10, HAT x3 at MAIN book 4  cut monday   -> counted, sets aside line 1 older_than_last_count
  then   SHOE at MAIN  on_hand 8
  then   HAT at MAIN  on_hand 3
  when   count  SHOE x5 at MAIN book 10  cut monday   -> counted, sets aside line 1 older_than_last_count
  then   SHOE at MAIN  on_hand 8

story a count that says when it was taken is older than one of a later time
  given  SHOE at MAIN  on_hand 10
  when   count  SHOE x8 at MAIN  happened 1 hour ago   -> counted
  when   count  SHOE x9 at MAIN  happened 2 hours ago   -> counted, sets aside line 1 older_than_last_count
  then   SHOE at MAIN  on_hand 8
  when   count  SHOE x7 at MAIN  happened 30 minutes ago   -> counted
  then   SHOE at MAIN  on_hand 7

story a recount of the same moment replaces the first one
  given  SHOE at MAIN  on_hand 10
  given  cut monday
  when   sell  SHOE x1 at MAIN   -> sold
  when   count  SHOE x8 at MAIN book 10  cut monday   -> counted
  then   SHOE at MAIN  on_hand 7
  when   count  SHOE x9 at MAIN book 10  cut monday   -> counted
  then   SHOE at MAIN  on_hand 8

story the correction of a count belongs to its moment, not to its arrival
  given  SHOE at MAIN  on_hand 10
  given  cut monday
  given  cut tuesday
  when   sell  SHOE x1 at MAIN   -> sold
  given  cut wednesday
  when   count  SHOE x8 at MAIN book 10  cut monday   -> counted
  then   SHOE at MAIN  on_hand 7
  when   count  SHOE x7 at MAIN book 9  cut wednesday   -> counted
  then   SHOE at MAIN  on_hand 7

story too many counts of overlapping moments are evidence only
  given  SHOE at MAIN  on_hand 10
  given  cut monday
  when   count  SHOE x9 at MAIN book 10  cut monday   -> counted
  when   count  SHOE x8 at MAIN book 10  cut monday   -> counted
  when   count  SHOE x7 at MAIN book 10  cut monday   -> counted
  when   count  SHOE x6 at MAIN book 10  cut monday   -> counted
  when   count  SHOE x5 at MAIN book 10  cut monday   -> counted, sets aside line 1 older_than_last_count
  then   SHOE at MAIN  on_hand 6
  given  cut tuesday
  when   count  SHOE x5 at MAIN book 6  cut tuesday   -> counted
  then   SHOE at MAIN  on_hand 5

story a count from before everything that is remembered is evidence only
  given  SHOE at MAIN  on_hand 10
  given  cut monday
  when   sell  SHOE x1 at MAIN   -> sold
  when   4 days pass
  when   sell  SHOE x1 at MAIN   -> sold
  when   4 days pass
  when   sell  SHOE x1 at MAIN   -> sold
  when   4 days pass
  when   sell  SHOE x1 at MAIN   -> sold
  when   count  SHOE x9 at MAIN book 10  cut monday   -> counted, sets aside line 1 older_than_last_count
  then   SHOE at MAIN  on_hand 6

story a count speaks of the past, not of the future
  given  SHOE at MAIN  on_hand 10
  given  cut monday
  when   count  SHOE x9 at MAIN book 1000000000001  cut monday   -> refused level_out_of_range

story picked units are on the shelf still, or they are not
  shows rule 15
  given  SHOE at MAIN  on_hand 10
  when   order 1001 from web  SHOE x3   -> ordered
  when   allocate order 1001   -> allocated
  when   pick order 1001  SHOE x3 at MAIN   -> picked
  when   count  SHOE x10 at MAIN   -> counted
  then   SHOE at MAIN  on_hand 10  picked 3
  when   count  SHOE x7 at MAIN  picked aside   -> counted
  then   SHOE at MAIN  on_hand 10  picked 3
  when   count  SHOE x6 at MAIN  picked aside   -> counted
  then   SHOE at MAIN  on_hand 9  picked 3

story what was missing is settled by a count
  given  SHOE at MAIN  on_hand 10
  when   adjust stock  SHOE x2 at MAIN as suspect because missing   -> corrected
  then   SHOE at MAIN  on_hand 12  suspect 2
  when   count  SHOE x11 at MAIN   -> counted
  then   SHOE at MAIN  on_hand 11  suspect 0

story what went missing after the count stays missing
  given  SHOE at MAIN  on_hand 10
  when   adjust stock  SHOE x2 at MAIN as suspect because missing   -> corrected
  given  cut monday
  when   adjust stock  SHOE x1 at MAIN as suspect because missing   -> corrected
  when   count  SHOE x11 at MAIN book 10 missing 2  cut monday   -> counted
  then   SHOE at MAIN  sellable 11  suspect 1

story a sale that is told after the count that saw it moves nothing
  shows rule 17
  given  SHOE at STORE  on_hand 10
  when   count  SHOE x8 at STORE  happened 1 hour ago   -> counted
  when   sell  SHOE x2 at STORE  happened 2 hours ago   -> sold
  then   SHOE at STORE  on_hand 8
  when   sell  SHOE x1 at STORE  happened 30 minutes ago   -> sold
  then   SHOE at STORE  on_hand 7
  when   sell  SHOE x1 at STORE   -> sold
  then   SHOE at STORE  on_hand 6

story a count that does not say when it was taken has seen nothing
  given  SHOE at STORE  on_hand 10
  when   count  SHOE x8 at STORE   -> counted
  when   sell  SHOE x2 at STORE  happened 2 hours ago   -> sold
  then   SHOE at STORE  on_hand 6

story a till's count says which receipts are in it
  shows rule 14
  given  SHOE at STORE  on_hand 10
  when   sell  SHOE x1 at STORE  source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE  source till-1 number 5   -> sold
  when   count  SHOE x5 at STORE  including till-1 up to 4   -> counted
  then   SHOE at STORE  on_hand 5
  when   sell  SHOE x2 at STORE  source till-1 number 3   -> sold
  then   SHOE at STORE  on_hand 5
  when   sell  SHOE x1 at STORE  source till-1 number 6   -> sold
  then   SHOE at STORE  on_hand 4
  when   count  SHOE x5 at STORE  including till-9 up to 4   -> refused unknown_source
  when   count  SHOE x5 at STORE  including till-1 up to 4 including till-1 up to 5   -> refused duplicate_line

story the number of a source is believed before any clock
  given  SHOE at STORE  on_hand 10
  when   sell  SHOE x1 at STORE  source till-1 number 5   -> sold
  when   count  SHOE x7 at STORE  happened 1 hour ago including till-1 up to 5   -> counted
  when   sell  SHOE x1 at STORE  happened 2 hours ago source till-1 number 6   -> sold
  then   SHOE at STORE  on_hand 6

story goods received before the count and booked after it are counted once
  given  SHOE at MAIN  on_hand 5
  when   schedule PO-7  SHOE x4 at MAIN  due in 1 day   -> scheduled
  when   count  SHOE x9 at MAIN  happened 1 hour ago   -> counted
  then   SHOE at MAIN  on_hand 9  inbound 4
  when   receive  SHOE x4 at MAIN  for PO-7 happened 2 hours ago   -> received
  then   SHOE at MAIN  on_hand 9  inbound 0

story a shipment that the count saw frees its promise and leaves the shelf alone
  given  SHOE at MAIN  on_hand 10
  when   order 1001 from web  SHOE x3   -> ordered
  when   count  SHOE x7 at MAIN  happened 1 hour ago   -> counted
  then   SHOE at MAIN  on_hand 7  reserved 3  available_to_sell 4
  when   ship order 1001  SHOE x3 at MAIN  happened 2 hours ago   -> shipped
  then   SHOE at MAIN  on_hand 7  reserved 0  available_to_sell 7

story damaged and quarantined goods are not what a count of the shelf has seen
  given  SHOE at MAIN  on_hand 10
  when   count  SHOE x10 at MAIN  happened 1 hour ago   -> counted
  when   return order 1001  SHOE x1 at MAIN as damaged  happened 2 hours ago   -> returned
  then   SHOE at MAIN  on_hand 11  damaged 1

story a short pick that the count had seen moves the promise all the same
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 3
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x3   -> ordered
  when   allocate order 1001   -> allocated
  when   count  SHOE x1 at MAIN  happened 1 hour ago   -> counted, raises reservation_at_risk
  when   short order 1001  SHOE x2 at MAIN as damaged  happened 2 hours ago   -> short
  then   SHOE at MAIN  sellable 1  damaged 2  reserved 0  allocated 1  oversold 0
  then   order 1001 holds SHOE x1 at MAIN, SHOE x2 at STORE
