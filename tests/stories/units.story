# Units of measure: packs, pounds and cases become base units at the door.

story a line may speak in packs
  shows  rule 10
  given  SHOE at MAIN  on_hand 20
  when   item SHOE comes in pack of 6, case of 12   -> recorded
  when   reserve web-1  SHOE x2 unit pack   -> held
  then   SHOE at MAIN  reserved 12
  when   reserve web-2  SHOE x2 unit pack   -> refused insufficient_stock, available_to_sell 8
  when   sell  SHOE x1 unit pack at MAIN   -> sold
  then   SHOE at MAIN  on_hand 14

story a pound of loose goods is so many grams
  given  TEA at MAIN  on_hand 1000
  when   item TEA comes in pound of 454 , half-ounce of 1417 / 100   -> recorded
  when   reserve web-1  TEA x2 unit pound   -> held
  then   TEA at MAIN  reserved 908
  when   reserve web-2  TEA x1 unit half-ounce   -> refused quantity_not_whole
  when   adjust stock  TEA x-100 unit half-ounce at MAIN because waste   -> corrected, raises negative_sellable, raises reservation_at_risk
  then   TEA at MAIN  on_hand -417

story a step may speak in packs, whichever item its line holds
  given  SHOE at MAIN  on_hand 20
  when   item SHOE comes in pack of 6   -> recorded
  when   reserve web-1  SHOE x2 unit pack   -> held
  when   adjust web-1  line 1 x3 unit pack   -> adjusted
  then   SHOE at MAIN  reserved 18
  when   release web-1  line 1 x1 unit pack   -> released
  then   SHOE at MAIN  reserved 12
  when   release web-1  line 2 x1 unit pack   -> refused unknown_sku
  when   order 1001 confirms web-1   -> ordered
  when   cancel order 1001  line 1 x1 unit pack   -> cancelled
  then   SHOE at MAIN  reserved 6

story a unit that nobody entered is refused, line by line
  given  SHOE at MAIN  on_hand 20
  given  SOCK at MAIN  on_hand 20
  when   item SHOE comes in pack of 6   -> recorded
  when   reserve web-1  SHOE x1 unit pack, SOCK x1 unit pack, SHOE x1 unit crate, HAT x1 unit pack   -> refused unknown_unit, line 2 unknown_unit, line 3 unknown_unit, line 4 unknown_sku
  when   item SHOE comes in nothing else   -> recorded
  when   reserve web-2  SHOE x1 unit pack   -> refused unknown_unit

story another title leaves the units as they are
  given  SHOE at MAIN  on_hand 20
  when   item SHOE comes in pack of 6   -> recorded
  when   item SHOE is called "Running shoe"   -> recorded
  when   reserve web-1  SHOE x1 unit pack   -> held

story what was promised in packs stays promised when the pack changes
  given  SHOE at MAIN  on_hand 20
  when   item SHOE comes in pack of 6   -> recorded
  when   reserve web-1  SHOE x1 unit pack key K1   -> held
  when   item SHOE comes in pack of 4   -> recorded
  then   SHOE at MAIN  reserved 6
  when   reserve web-1  SHOE x1 unit pack key K1   -> repeated

story a unit has a code and a factor that can be counted with
  given  item SHOE
  when   item SHOE comes in "" of 6   -> refused code_not_allowed
  when   item SHOE comes in pack of 0   -> refused value_out_of_range
  when   item SHOE comes in pack of 6 / 1000001   -> refused value_out_of_range
  when   item SHOE comes in pack of 6, pack of 12   -> refused duplicate_line
