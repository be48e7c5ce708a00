"""The stage `choose`: which answer is given instead of the plain one, how late, and how broken."""
