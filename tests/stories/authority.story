# Who may say what: the source that is believed, and what becomes of what the others say.

story with no rows every source is believed
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1   -> sold
  when   sell  SHOE x1 at STORE source erp   -> sold
  then   SHOE at STORE  on_hand 7

story a source that is not believed moves nothing, and somebody is told that it differs
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1   -> sold
  when   authority over pos.sale at STORE is till-1   -> recorded
  when   sell  SHOE x2 at STORE source erp   -> noted, raises ownership_conflict
  then   SHOE at STORE  on_hand 8
  when   sell  SHOE x1 at STORE source till-1   -> sold

story a count that agrees with the book is no conflict
  given  SHOE at MAIN  on_hand 9
  when   count  SHOE x9 at MAIN source wms   -> counted
  when   authority over stock.counted is wms   -> recorded
  when   count  SHOE x9 at MAIN source erp   -> noted
  when   count  SHOE x7 at MAIN source erp   -> noted, raises ownership_conflict
  then   SHOE at MAIN  on_hand 9
  when   count  SHOE x7 at MAIN source wms   -> counted
  then   SHOE at MAIN  on_hand 7

story an order of a source that is not believed promises nothing
  given  SHOE at MAIN  on_hand 5
  when   source shop begins epoch 1   -> recorded
  when   authority over order.created is shop   -> recorded
  when   order 1001 already sold from mkt  SHOE x2 source legacy   -> noted, raises ownership_conflict
  then   SHOE at MAIN  reserved 0
  when   order 1001 already sold from mkt  SHOE x2 source shop   -> ordered
  then   order 1001 holds SHOE x2 at MAIN

story the narrowest row wins
  given  SHOE at MAIN  on_hand 9
  given  SHOE at STORE  on_hand 9
  when   source erp begins epoch 1   -> recorded
  when   source wms begins epoch 1   -> recorded
  when   source till-1 begins epoch 1   -> recorded
  when   authority over everything is erp   -> recorded
  when   authority over everything at MAIN is wms   -> recorded
  when   authority over pos.sale is till-1   -> recorded
  when   receive  SHOE x1 at STORE source erp   -> received
  when   receive  SHOE x1 at MAIN source erp   -> noted, raises ownership_conflict
  when   receive  SHOE x1 at MAIN source wms   -> received
  when   sell  SHOE x1 at MAIN source till-1   -> sold
  when   sell  SHOE x1 at MAIN source wms   -> noted, raises ownership_conflict

story a cutover is one change, and so is its way back
  given  SHOE at MAIN  on_hand 9
  when   source old begins epoch 1   -> recorded
  when   source new begins epoch 1   -> recorded
  when   authority over receipt.posted is old   -> recorded
  when   receive  SHOE x1 at MAIN source new   -> noted, raises ownership_conflict
  when   authority over receipt.posted is new   -> recorded
  when   receive  SHOE x1 at MAIN source new   -> received
  when   receive  SHOE x1 at MAIN source old   -> noted, raises ownership_conflict
  when   authority over receipt.posted is old because rollback   -> recorded
  when   receive  SHOE x1 at MAIN source old   -> received
  when   authority over receipt.posted is nobody   -> recorded
  when   receive  SHOE x1 at MAIN source new   -> received
  then   SHOE at MAIN  on_hand 12

story a business step that the wrong source tells first is still the owner's to record
  given  SHOE at MAIN  on_hand 9
  when   source wms begins epoch 1   -> recorded
  when   authority over receipt.posted is wms   -> recorded
  when   receive  SHOE x5 at MAIN key e1 semantic GR-1 source erp   -> noted, raises ownership_conflict
  when   receive  SHOE x5 at MAIN key w1 semantic GR-1 source wms   -> received
  when   receive  SHOE x5 at MAIN key e2 semantic GR-1 source erp   -> repeated
  when   receive  SHOE x5 at MAIN key e1 semantic GR-1 source erp   -> repeated
  then   SHOE at MAIN  on_hand 14

story a business step that the wrong source tells otherwise is a conflict to be looked at
  given  SHOE at MAIN  on_hand 9
  when   source wms begins epoch 1   -> recorded
  when   authority over receipt.posted is wms   -> recorded
  when   receive  SHOE x5 at MAIN semantic GR-1 source wms   -> received
  when   receive  SHOE x4 at MAIN semantic GR-1 source erp   -> noted, raises ownership_conflict
  then   SHOE at MAIN  on_hand 14

story what is wrong in itself is refused whoever says it
  given  SHOE at MAIN  on_hand 9
  when   source wms begins epoch 1   -> recorded
  when   authority over receipt.posted is wms   -> recorded
  when   receive  HAT x5 at MAIN source erp   -> refused unknown_sku

story only a source that was heard can be believed
  given  SHOE at MAIN  on_hand 9
  when   authority over pos.sale is tlil-1   -> refused unknown_source
  when   authority over item.upserted is nobody   -> refused value_out_of_range
  when   authority over pos.sale at NOWHERE is nobody   -> refused unknown_location

story a number that carries what was recorded before is settled
  given  SHOE at MAIN  on_hand 9
  when   receive  SHOE x5 at MAIN semantic GR-1 source wms   -> received
  when   receive  SHOE x5 at MAIN semantic GR-1 source erp number 7   -> repeated
  then   source erp is at 7
  when   receive  SHOE x1 at MAIN semantic GR-2 source erp number 8   -> received
  then   source erp misses 1 to 6
  then   SHOE at MAIN  on_hand 15
