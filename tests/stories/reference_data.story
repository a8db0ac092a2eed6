# Items, locations, pools, channels, policies and keys.

story an item gets a name, and another one later
  when   item SHOE is added   -> recorded
  when   item SHOE is called "Running shoe"   -> recorded
  then   item SHOE is called "Running shoe"

story codes are short and printable
  when   item "" is added   -> refused code_not_allowed
  when   item "SHOE\n" is added   -> refused code_not_allowed
  when   item "SHOE 42" is added   -> recorded

story a pool is made of locations that exist, each once
  given  location MAIN
  given  location STORE
  when   pool web is MAIN, STORE   -> recorded
  when   pool web is MAIN, MARS    -> refused unknown_location
  when   pool web is MAIN, MAIN    -> refused duplicate_line

story a channel sells from a pool that exists
  given  location MAIN
  given  SHOE at MAIN  on_hand 3
  when   channel shop sells from pool p   -> refused unknown_pool
  when   pool p is MAIN   -> recorded
  when   channel shop sells from pool p   -> recorded
  then   shop may sell SHOE x3
  when   channel shop sells from nowhere   -> recorded
  then   shop may sell SHOE x0

story a pool that changes changes what its channels sell
  given  SHOE at MAIN  on_hand 3
  given  SHOE at STORE  on_hand 4
  when   pool p is MAIN   -> recorded
  when   channel shop sells from pool p   -> recorded
  then   shop may sell SHOE x3
  when   pool p is STORE, MAIN   -> recorded
  then   shop may sell SHOE x7
  when   reserve shop-1  SHOE x1   -> held
  then   shop-1 holds SHOE x1 at STORE

story the most specific policy wins
  given  SHOE at MAIN  on_hand 20
  given  SHOE at STORE  on_hand 20
  given  SOCK at MAIN  on_hand 20
  when   safety_stock is 1   -> recorded
  then   SHOE at MAIN  safety_stock 1
  when   safety_stock at MAIN is 2   -> recorded
  then   SHOE at MAIN  safety_stock 2
  then   SHOE at STORE  safety_stock 1
  when   safety_stock SHOE is 3   -> recorded
  then   SHOE at MAIN  safety_stock 3
  then   SHOE at STORE  safety_stock 3
  then   SOCK at MAIN  safety_stock 2
  when   safety_stock SHOE at MAIN is 4   -> recorded
  then   SHOE at MAIN  safety_stock 4  available_to_sell 16
  then   SHOE at STORE  safety_stock 3

story a policy of zero is more than no policy
  given  SHOE at MAIN  on_hand 20
  when   safety_stock is 5   -> recorded
  when   safety_stock SHOE is 0   -> recorded
  then   SHOE at MAIN  safety_stock 0
  when   safety_stock SHOE is removed   -> recorded
  then   SHOE at MAIN  safety_stock 5

story safety stock and buffer do not mix
  given  SHOE at MAIN  on_hand 20
  when   safety_stock SHOE is 5   -> recorded
  when   buffer at MAIN is 2   -> recorded
  then   SHOE at MAIN  safety_stock 5  buffer 2  available_to_sell 13

story a policy names what exists, within its bound
  given  SHOE at MAIN  on_hand 20
  when   safety_stock HAT is 5   -> refused unknown_sku
  when   safety_stock at MARS is 5   -> refused unknown_location
  when   safety_stock is 1000000001   -> refused value_out_of_range
  when   buffer is 1000000000   -> recorded
  then   SHOE at MAIN  available_to_sell 0

story a raised safety stock keeps the promises that were made
  given  SHOE at MAIN  on_hand 5
  when   reserve web-1  SHOE x4   -> held
  when   safety_stock SHOE is 3   -> recorded
  then   SHOE at MAIN  reserved 4  free 1  available_to_sell 0
  when   confirm web-1   -> confirmed

story an API key is made once and revoked once
  when   api key 17 is created   -> recorded
  then   api key 17 is valid
  when   api key 17 is created   -> refused value_out_of_range
  when   api key 17 is revoked   -> revoked
  then   api key 17 is revoked
  when   api key 17 is revoked   -> refused unknown_api_key
  when   api key 18 is revoked   -> refused unknown_api_key

story an API key is made for a source that may have its name
  when   api key 17 is created for source till-1   -> recorded
  when   api key 18 is created for source "till\n1"   -> refused code_not_allowed

story who said it and why is kept
  given  SHOE at MAIN  on_hand 5
  when   adjust stock  SHOE x-1 at MAIN because theft by ana   -> corrected
  when   adjust stock  SHOE x-1 at MAIN because theft by ben   -> corrected
  then   SHOE at MAIN  on_hand 3
