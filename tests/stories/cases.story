# What a person is asked about: raised with the fact, looked after, resolved, and back again.

story a shelf below zero is a case in the same moment
  given  SHOE at STORE  on_hand 2
  when   sell  SHOE x5 at STORE   -> sold, raises negative_sellable
  then   case 1  is negative_sellable of SHOE at STORE
  then   case 1  is open  units 3  count 1  regressed 0  with nobody
  then   case 1  tells opened

story what is raised again joins the case that is there
  given  SHOE at STORE  on_hand 2
  given  item HAT
  when   sell  SHOE x3 at STORE   -> sold, raises negative_sellable
  when   sell  HAT x1 at STORE   -> sold, raises negative_sellable
  when   sell  SHOE x2 at STORE   -> sold, raises negative_sellable
  then   case 1  is open  units 3  count 2
  then   case 2  is negative_sellable of HAT at STORE
  then   case 2  is open  units 1  count 1
  then   case 1  tells opened

story a case follows the shelf, and resolves itself when its cause is gone
  given  SHOE at STORE  on_hand 1
  when   sell  SHOE x4 at STORE   -> sold, raises negative_sellable
  when   receive  SHOE x2 at STORE   -> received
  then   case 1  is open  units 1
  when   receive  SHOE x1 at STORE   -> received
  then   case 1  is resolved as cause_removed  units 1
  then   case 1  tells opened, resolved
  then   the work list is empty

story what costs most comes first, and what is as dear by age
  given  SHOE at STORE  on_hand 1
  given  HAT at STORE  on_hand 1
  given  SOCK at STORE  on_hand 1
  when   item SHOE is worth 9900   -> recorded
  when   item HAT is worth 2500   -> recorded
  when   sell  SOCK x3 at STORE   -> sold, raises negative_sellable
  when   sell  HAT x5 at STORE   -> sold, raises negative_sellable
  when   sell  SHOE x2 at STORE   -> sold, raises negative_sellable
  then   case 2  is open  units 4  money 10000
  then   the work list is case 2, case 3, case 1
  when   item SOCK is worth 5000   -> recorded
  then   case 1  is open  units 2  money 10000
  then   the work list is case 1, case 2, case 3

story every order has a case of its own
  given  SHOE at MAIN  on_hand 1
  when   order 1001 already sold from mkt  SHOE x2   -> ordered, raises oversold_order
  when   order 1002 already sold from mkt  SHOE x1   -> ordered, raises oversold_order
  then   case 1  is oversold_order of SHOE at MAIN order 1001
  then   case 2  is oversold_order of SHOE at MAIN order 1002
  then   case 2  is open  units 1
  when   cancel order 1002   -> cancelled
  then   case 2  is resolved as cause_removed
  then   case 1  is open  units 1

story what was not found waits for somebody who counts
  given  SHOE at MAIN  on_hand 2
  when   order 1001 from web  SHOE x1   -> ordered
  when   allocate order 1001  SHOE x1 at MAIN   -> allocated
  when   short order 1001  SHOE x1 at MAIN   -> short, raises recount_needed
  then   case 1  is recount_needed of SHOE at MAIN
  then   case 1  is open  units 1
  when   receive  SHOE x1 at MAIN   -> received
  then   case 1  is open  units 1
  when   count  SHOE x3 at MAIN   -> counted
  then   case 1  is resolved as cause_removed

story somebody looks after a case, and somebody else, and nobody
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   assign case 1 to mira by jo   -> assigned
  then   case 1  is open  with mira
  when   assign case 1 to ben saying "you are in the store" by mira   -> assigned
  then   case 1  is open  with ben
  when   assign case 1 to nobody   -> assigned
  then   case 1  is open  with nobody
  then   case 1  tells opened, assigned, commented, assigned, assigned

story a snoozed case wakes when its time has come
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   snooze case 1 for 8 hours saying "after the delivery"   -> snoozed
  then   case 1  is snoozed  units 1
  when   7 hours pass   -> nothing
  when   1 hour passes   -> woken
  then   case 1  is open  units 1
  then   case 1  tells opened, snoozed, woken

story a snoozed case wakes when it gets worse, and not when it does not
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x3 at STORE   -> sold, raises negative_sellable
  when   snooze case 1 for 8 hours   -> snoozed
  when   receive  SHOE x1 at STORE   -> received
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  then   case 1  is snoozed  units 3  count 2
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  then   case 1  is open  units 4  count 3
  then   case 1  tells opened, snoozed, woken

story a snoozed case wakes when it gets worse though nothing raises it
  given  SHOE at MAIN  on_hand 2
  when   order 1001 from web  SHOE x2   -> ordered
  when   sell  SHOE x1 at MAIN   -> sold, raises reservation_at_risk
  then   case 1  is reservation_at_risk of SHOE at MAIN
  then   case 1  is open  units 1
  when   snooze case 1 for 8 hours   -> snoozed
  when   order 1002 already sold from web  SHOE x2   -> ordered, raises oversold_order
  then   case 1  is open  units 3
  then   case 1  tells opened, snoozed, woken

story a snooze ends by hand as well
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   snooze case 1 for 8 hours   -> snoozed
  when   reopen case 1   -> reopened
  then   case 1  is open  units 1
  when   9 hours pass   -> nothing

story somebody resolves a case, and says how
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   resolve case 1 as accepted saying "stolen, says the camera" by mira   -> resolved
  then   case 1  is resolved as accepted  units 1
  then   case 1  tells opened, resolved

story a resolved case comes back with its history when its cause does
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   assign case 1 to mira   -> assigned
  when   resolve case 1 as accepted   -> resolved
  when   sell  SHOE x2 at STORE   -> sold, raises negative_sellable
  then   case 1  is open  units 3  count 2  regressed 1  with mira
  then   case 1  tells opened, assigned, resolved, regressed

story a resolution can be taken back, with what is at risk now
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x4 at STORE   -> sold, raises negative_sellable
  when   resolve case 1 as false_alarm   -> resolved
  when   receive  SHOE x1 at STORE   -> received
  then   case 1  is resolved as false_alarm  units 4
  when   reopen case 1 saying "it was none"   -> reopened
  then   case 1  is open  units 3  count 1  regressed 0
  then   case 1  tells opened, resolved, reopened

story nobody opened the case
  when   comment on a case that nobody opened saying "hello"   -> refused unknown_case
  when   resolve a case that nobody opened as accepted   -> refused unknown_case

story what is resolved cannot be resolved or put aside
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   resolve case 1 as corrected   -> resolved
  when   resolve case 1 as duplicate   -> refused case_already_resolved
  when   snooze case 1 for 1 hour   -> refused case_already_resolved
  when   comment on case 1 saying "by the evening shift"   -> commented
  when   assign case 1 to mira   -> assigned
  then   case 1  is resolved as corrected  with mira

story what is open cannot be opened
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   reopen case 1   -> refused case_already_open

story a snooze ends in the future, and within ninety days
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   snooze case 1 for 0 minutes   -> refused wake_time_out_of_range
  when   snooze case 1 for 91 days   -> refused wake_time_out_of_range
  when   snooze case 1 for 90 days   -> snoozed

story a comment says something
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   comment on case 1   -> refused comment_required
  when   comment on case 1 saying ""   -> refused comment_required
  when   comment on case 1 saying "called the store"   -> commented
  then   case 1  tells opened, commented

story only the hub says that a cause is gone
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   resolve case 1 as cause_removed   -> refused value_out_of_range

story several cases at once, all of them or those that can
  given  SHOE at STORE  on_hand 0
  given  HAT at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   sell  HAT x1 at STORE   -> sold, raises negative_sellable
  when   resolve case 2 as accepted   -> resolved
  when   resolve case 1, case 2 as accepted   -> refused case_already_resolved, line 2 case_already_resolved
  when   resolve case 1, case 2, a case that nobody opened as accepted in part   -> resolved, sets aside line 2 case_already_resolved, line 3 unknown_case
  then   the work list is empty
  when   assign case 1, case 1 to mira   -> refused duplicate_line

story an answer that got lost is asked for again, and nothing is done twice
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   comment on case 1 saying "counted" key K1   -> commented
  when   comment on case 1 saying "counted" key K1   -> repeated
  when   comment on case 1 saying "counted again" key K1   -> refused key_reused_with_other_body
  then   case 1  tells opened, commented

story a resolved case is forgotten after thirty days
  given  SHOE at STORE  on_hand 0
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  when   resolve case 1 as accepted   -> resolved
  when   29 days pass   -> nothing
  when   comment on case 1 saying "still here"   -> commented
  when   1 day passes   -> nothing
  when   sell  SHOE x1 at STORE   -> sold, raises negative_sellable
  then   case 1  is open  units 2  regressed 1
  when   resolve case 1 as accepted   -> resolved
  when   30 days pass   -> nothing
  when   receive  SHOE x1 at STORE   -> received
  then   case 1  is forgotten
