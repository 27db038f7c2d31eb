"""The kinds of change on MySQL: one file is one family."""
