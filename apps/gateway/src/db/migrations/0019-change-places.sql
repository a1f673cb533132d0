-- Room on each page for the next version of a row, which then needs no entry in the index.
ALTER TABLE change_place SET (fillfactor = 70);
