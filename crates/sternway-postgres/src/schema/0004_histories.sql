-- What outcomes add up to now holds with which errors they ended, and how they did block by block. What
-- was kept of it is added up again from the log, by whoever needs to know; and since what was judged is
-- kept as such a sum as well, everything is judged again.
UPDATE {s}.subject SET tally = NULL, tally_total = 0, judged = NULL, judged_total = 0;
