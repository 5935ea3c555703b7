"""From a table as a program exports it to one row per product or purchase: what each row is, values that stand once."""
