"""The commands of python -m embedcore: one file each, with `add(commands)`."""
