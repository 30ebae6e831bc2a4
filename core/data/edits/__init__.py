"""Changes by hand: their journal, the rows as they stand with them, and finding rows among those."""
