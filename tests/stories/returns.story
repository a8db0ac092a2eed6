# Goods that customers send back: announced, taken in, looked at. Money is another matter.

story a refund, a return and restocking are three events
  shows rule 5
  given  SHOE at MAIN  on_hand 5
  when   announce return RMA-1  SHOE x2 at MAIN   -> announced
  then   SHOE at MAIN  on_hand 5  available_to_sell 5
  when   return  SHOE x2 at MAIN as quarantine  for RMA-1   -> returned
  then   SHOE at MAIN  on_hand 7  quarantine 2  available_to_sell 5
  when   look at return  SHOE x1 at MAIN as sellable, SHOE x1 at MAIN as damaged   -> looked_at
  then   SHOE at MAIN  on_hand 7  sellable 6  damaged 1  quarantine 0  available_to_sell 6

story a return goes where its disposition says
  given  SHOE at MAIN  on_hand 5
  when   return order 1001  SHOE x1 at MAIN as sellable     -> returned
  when   return order 1001  SHOE x1 at MAIN as damaged      -> returned
  when   return order 1001  SHOE x1 at MAIN as quarantine   -> returned
  then   SHOE at MAIN  on_hand 8  sellable 6  damaged 1  quarantine 1  available_to_sell 6

story a return comes to the place that received it
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 0
  when   announce return RMA-1  SHOE x1   -> announced
  when   return  SHOE x1 at STORE  for RMA-1   -> returned
  then   SHOE at STORE  on_hand 1
  then   SHOE at MAIN  on_hand 5

story a return that nobody announced is taken in and told
  given  SHOE at MAIN  on_hand 5
  given  HAT at MAIN  on_hand 5
  when   announce return RMA-1  SHOE x1   -> announced
  when   return  SHOE x1 at MAIN as damaged   -> returned, raises unreferenced_return
  when   return  SHOE x1 at MAIN  for RMA-7   -> returned, raises unreferenced_return
  when   return  HAT x1 at MAIN  for RMA-1   -> returned, raises unreferenced_return
  then   SHOE at MAIN  on_hand 7  damaged 1
  then   HAT at MAIN  on_hand 6

story an order's number is reference enough
  given  SHOE at MAIN  on_hand 5
  when   order 1001 from web  SHOE x1   -> ordered
  when   ship order 1001  SHOE x1 at MAIN   -> shipped
  when   return order 1001  SHOE x1 at MAIN as quarantine   -> returned
  then   SHOE at MAIN  on_hand 5  quarantine 1
  then   order 1001 is fulfilled

story more comes back than was announced
  given  SHOE at MAIN  on_hand 5
  when   announce return RMA-1  SHOE x1, SHOE x2   -> announced
  when   return  SHOE x2 at MAIN  for RMA-1   -> returned
  when   return  line 2 SHOE x1 at MAIN  for RMA-1   -> returned
  when   return  SHOE x1 at MAIN  for RMA-1   -> returned, raises over_receipt
  then   SHOE at MAIN  on_hand 9

story a return is announced line by line, each once
  given  SHOE at MAIN  on_hand 5
  when   announce return RMA-1  SHOE x1   -> announced
  when   announce return RMA-1  SHOE x1   -> refused document_already_exists
  when   announce return RMA-1  line 2 SHOE x1   -> announced
  when   announce return RMA-2  line 1 SHOE x1, line 1 SHOE x1   -> refused duplicate_line, line 2 duplicate_line
  when   announce return ""  SHOE x1   -> refused document_required
  when   announce return RMA-2  nothing   -> refused no_lines
  when   announce return RMA-2  HAT x1   -> refused unknown_sku
  when   announce return RMA-2  SHOE x0   -> refused quantity_must_be_positive

story an announced return is forgotten in the end
  given  SHOE at MAIN  on_hand 5
  when   announce return RMA-1  SHOE x1   -> announced
  when   100 days pass
  when   sell  SHOE x1 at MAIN   -> sold
  when   return  SHOE x1 at MAIN  for RMA-1   -> returned
  when   121 days pass
  when   sell  SHOE x1 at MAIN   -> sold
  when   return  SHOE x1 at MAIN  for RMA-1   -> returned, raises unreferenced_return

story what was looked at may be lost or go to the supplier
  given  SHOE at MAIN  on_hand 5  quarantine 3
  when   look at return  SHOE x1 at MAIN goes to loss, SHOE x1 at MAIN goes to supplier   -> looked_at
  then   SHOE at MAIN  on_hand 6  sellable 5  quarantine 1
  when   look at return  SHOE x1 at MAIN as quarantine   -> refused value_out_of_range
  when   look at return  SHOE x0 at MAIN as sellable   -> refused quantity_must_be_positive
  when   look at return  SHOE x2 at MAIN as damaged   -> looked_at, raises negative_bucket
  then   SHOE at MAIN  on_hand 6  damaged 2  quarantine -1

story goods are taken in where they can be kept
  given  SHOE at MAIN  on_hand 5
  when   return  SHOE x1 at MAIN as reserved   -> refused value_out_of_range
  when   return  SHOE x1 at MAIN as suspect   -> refused value_out_of_range
  when   return  SHOE x1 at MAIN goes to loss   -> refused value_out_of_range
  when   return  SHOE x1   -> refused location_required
  when   return  SHOE x0 at MAIN   -> refused quantity_must_be_positive
