"""Words of the Values page that tests wait for."""

NO_VALUES = "This embedding has no vectors of values."
SIMILAR_USE = "Used in the same way"
TOO_FEW = "too few to be sure"
VALUE = "Value"
USE = "Use"


def dimensions(n: int) -> str:
    """The heading above the vector of a product."""
    return f"Its {n} dimensions"
