"""What every store checks of what it is given."""

from __future__ import annotations


def whole(name: str, value: object) -> int:
    """`value`, if it is an int and no bool; the TypeError names the fix."""
    if type(value) is int:
        return value
    fix = "pass a whole number"
    if name.endswith("_ms"):
        fix = "pass whole milliseconds as an int"
        if hasattr(value, "total_seconds"):
            fix += ", such as delta // timedelta(milliseconds=1)"
        elif isinstance(value, float):
            fix += ", such as round(seconds * 1000)"
    raise TypeError(f"{name} is {type(value).__name__}, not int: {fix}")


def limit(name: str, value: object) -> int:
    """A limit, a lifetime or a count: a whole number, negative ones refused, zero read as 1."""
    number = whole(name, value)
    if number < 0:
        raise ValueError(f"{name} is {number}: pass 1 or more (0 is read as 1)")
    return number or 1


def function(name: str, value: object) -> None:
    """Refuse what can't be called."""
    if not callable(value):
        raise TypeError(f"{name} is {type(value).__name__}, which can't be called: pass a function")
