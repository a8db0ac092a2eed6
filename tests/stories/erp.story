# Units that the ERP holds as well as the ledger.

story the ERP's mark ends with the unit
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x4   -> ordered
  when   erp holds order 1001  SHOE x3   -> marked
  then   SHOE at MAIN  erp_held 3  reserved 4
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  then   SHOE at MAIN  erp_held 2  reserved 2
  when   cancel order 1001   -> cancelled
  then   SHOE at MAIN  erp_held 0  reserved 0

story a mark reaches as far as the promise
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x2   -> ordered
  when   erp holds order 1001  SHOE x5   -> marked, raises beyond_promise
  then   SHOE at MAIN  erp_held 2
  when   erp holds order 1001   -> marked
  then   SHOE at MAIN  erp_held 2

story a mark that comes after the goods left holds nothing
  given  SHOE at MAIN  on_hand 9
  when   order 1001 from web  SHOE x2   -> ordered
  when   ship order 1001  SHOE x2 at MAIN   -> shipped
  when   erp holds order 1001  SHOE x2   -> marked
  then   SHOE at MAIN  erp_held 0

story a promise that moves leaves the ERP's mark behind
  given  SHOE at MAIN  on_hand 5
  given  SHOE at STORE  on_hand 5
  given  channel web sells from MAIN, STORE
  when   order 1001 from web  SHOE x2   -> ordered
  when   erp holds order 1001   -> marked
  when   move order 1001  line 1 x2 at STORE   -> moved
  then   SHOE at MAIN  erp_held 0  reserved 0
  then   SHOE at STORE  erp_held 0  reserved 2
