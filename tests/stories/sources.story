# Sources that number what they say, lose some of it, and begin anew.

story a number that comes late is recorded once
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 5   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 3   -> sold
  then   source till-1 misses 2 , 4
  when   sell  SHOE x1 at STORE source till-1 number 3   -> refused already_recorded
  when   sell  SHOE x1 at STORE source till-1 number 2   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 4   -> sold
  then   source till-1 misses nothing
  then   SHOE at STORE  on_hand 4

story a gap that stays open becomes a case, once
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 4   -> sold
  when   report what is overdue   -> nothing
  when   15 minutes pass unnoticed
  when   report what is overdue   -> recorded, raises sequence_gap
  when   report what is overdue   -> nothing
  when   sell  SHOE x1 at STORE source till-1 number 2   -> sold
  then   source till-1 misses 3

story a gap that closes in time is nobody's business
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 3   -> sold
  when   10 minutes pass unnoticed
  when   sell  SHOE x1 at STORE source till-1 number 2   -> sold
  when   1 hour passes unnoticed
  when   report what is overdue   -> nothing

story what a source said before the hub was told of it is missed by nobody
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 918273   -> sold
  when   1 hour passes unnoticed
  when   report what is overdue   -> nothing
  when   sell  SHOE x1 at STORE source till-1 number 918272   -> sold

story a refused event leaves a gap that its repair closes
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  HAT x1 at STORE source till-1 number 2   -> refused unknown_sku
  when   sell  SHOE x1 at STORE source till-1 number 3   -> sold
  then   source till-1 misses 2
  when   item HAT is added   -> recorded
  when   sell  HAT x1 at STORE source till-1 number 2   -> sold, raises negative_sellable
  then   source till-1 misses nothing

story a number far ahead silences nobody
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 1000000000000   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 2   -> sold
  then   source till-1 misses 3 to 999999999999

story an epoch that nobody announced is taken, and somebody is told
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 40   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 1 epoch 1   -> sold, raises source_epoch_unannounced
  when   sell  SHOE x1 at STORE source till-1 number 2 epoch 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 41   -> refused stale_source_epoch
  then   source till-1 is at 2 epoch 1

story an epoch that is announced begins where it was said to begin
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 40   -> sold
  when   source till-1 begins epoch 1 with number 100   -> recorded
  when   sell  SHOE x1 at STORE source till-1 number 102 epoch 1   -> sold
  then   source till-1 misses 100 to 101
  when   sell  SHOE x1 at STORE source till-1 number 99 epoch 1   -> refused sequence_given_up

story a source whose epochs are announced speaks in no other
  given  SHOE at STORE  on_hand 9
  when   source erp begins epoch 1 announced only   -> recorded
  when   sell  SHOE x1 at STORE source erp number 1 epoch 1   -> sold
  when   sell  SHOE x1 at STORE source erp number 2 epoch 2   -> refused source_epoch_not_announced
  when   source erp begins epoch 2 announced only   -> recorded
  when   sell  SHOE x1 at STORE source erp number 1 epoch 2   -> sold

story a person gives up what will not come
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 9   -> sold
  when   source till-1 begins epoch 0 with number 10   -> recorded
  then   source till-1 misses nothing
  when   sell  SHOE x1 at STORE source till-1 number 5   -> refused sequence_given_up
  when   sell  SHOE x1 at STORE source till-1 number 10   -> sold

story what will not come is given up, and the rest is waited for
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 9   -> sold
  when   source till-1 will not send up to number 5   -> recorded
  then   source till-1 misses 6 to 8
  when   sell  SHOE x1 at STORE source till-1 number 4   -> refused sequence_given_up
  when   sell  SHOE x1 at STORE source till-1 number 7   -> sold
  when   source till-1 will not send up to number 9   -> recorded
  then   source till-1 misses nothing

story only what is missing is given up
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 3   -> sold
  when   source till-1 will not send up to number 4   -> refused value_out_of_range
  when   source till-1 will not send up to number 1   -> refused value_out_of_range
  when   source till-9 will not send up to number 1   -> refused unknown_source
  when   source till-1 will not send up to number 2 source till-1 number 4   -> refused value_out_of_range
  when   source till-1 will not send up to number 2   -> recorded
  when   source till-1 will not send up to number 2   -> refused value_out_of_range

story an announcement goes neither back nor over what was recorded
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 5 epoch 3   -> sold
  when   source till-1 begins epoch 2   -> refused stale_source_epoch
  when   source till-1 begins epoch 3 with number 5   -> refused value_out_of_range
  when   source till-1 begins epoch 4 with number 0   -> refused value_out_of_range
  when   source till-1 begins epoch 4 source till-1 number 6 epoch 3   -> refused value_out_of_range
  when   source "till\n1" begins epoch 4   -> refused code_not_allowed

story the case of a gap ends when what was missing came
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 4   -> sold
  when   15 minutes pass unnoticed
  when   report what is overdue   -> recorded, raises sequence_gap
  then   case 1  is sequence_gap from till-1
  when   sell  SHOE x1 at STORE source till-1 number 5   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 2   -> sold
  then   case 1  is open
  when   sell  SHOE x1 at STORE source till-1 number 3   -> sold
  then   case 1  is resolved as cause_removed
  then   case 1  tells opened, resolved

story the case of a gap ends when somebody gives up what is missing, and comes back with the next gap
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 1   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 4   -> sold
  when   15 minutes pass unnoticed
  when   report what is overdue   -> recorded, raises sequence_gap
  when   source till-1 will not send up to number 3   -> recorded
  then   case 1  is resolved as cause_removed
  when   sell  SHOE x1 at STORE source till-1 number 9   -> sold
  when   15 minutes pass unnoticed
  when   report what is overdue   -> recorded, raises sequence_gap
  then   case 1  is open  count 2  regressed 1
  when   source till-1 begins epoch 1   -> recorded
  then   case 1  is resolved as cause_removed

story what a source said before the hub knew it keeps no case open
  given  SHOE at STORE  on_hand 9
  when   sell  SHOE x1 at STORE source till-1 number 40   -> sold
  when   sell  SHOE x1 at STORE source till-1 number 42   -> sold
  when   15 minutes pass unnoticed
  when   report what is overdue   -> recorded, raises sequence_gap
  when   sell  SHOE x1 at STORE source till-1 number 41   -> sold
  then   case 1  is resolved as cause_removed
