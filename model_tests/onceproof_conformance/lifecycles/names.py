"""The texts of tokens by their handles, and back."""

from __future__ import annotations

import re
from collections.abc import Callable

LOOKALIKES = ("a", "A", "a ", "á", "a\u0301", " a", "a\x00")


class Names:
    """The text of each token by its handle, and back.

    Neighbours differ as little as two tokens can.

    `strangers` are handles of texts that look like a token's and are none. `pattern` is what every
    token looks like that the store issues, and `named` what a call names one by; nothing, if that
    may be any text.
    """

    strangers: tuple[int, ...] = ()
    pattern = named = ""

    def text(self, handle: int) -> str:
        """The token as the wire writes it."""
        raise NotImplementedError

    def drawn(self, handle: int) -> str:
        """The draw that makes the token, as the wire writes it."""
        return self.text(handle)

    def stranger(self, handle: int, text: Callable[[int], str]) -> str | None:
        """The text of a stranger, made from the text of a token that it looks like.

        None if the handle is no such.
        """
        return None

    def handle(self, text: str) -> int | None:
        """The handle of a token, or None if no handle below 1,000 is written so."""
        known: dict[str, int] = self.__dict__.setdefault("_known", {})
        if not known:
            known.update({self.text(handle): handle for handle in range(1000)})
        return known.get(text)


class Bound(Names):
    """The tokens of a store that draws for itself: each is named at the reply that first shows it.

    Args:
        names: How tokens look.
    """

    def __init__(self, names: Names) -> None:
        self.names, self.strangers, self.pattern = names, names.strangers, names.pattern
        self._texts: dict[int, str] = {}
        self._handles: dict[str, int] = {}
        self.issued: set[str] = set()
        self.repeated = ""

    def opened(self) -> None:
        """Forget which handle had which text: the store is a fresh one."""
        self._texts, self._handles = {}, {}

    def bind(self, handle: int, text: str) -> None:
        """Name a token by what it was issued as.

        One that was issued before, in any store, is noted as repeated.
        """
        if not re.fullmatch(self.pattern, text):
            return
        if text in self.issued:
            self.repeated = self.repeated or text
            if text in self._handles:
                return
        self.issued.add(text)
        self._texts[handle] = text
        self._handles[text] = handle

    def text(self, handle: int) -> str:
        known = self._texts.get(handle)
        if known is not None:
            return known
        stranger = self.names.stranger(handle, self.text)
        if stranger is None:
            return self.names.text(handle)
        return f"{stranger}-" if stranger in self._handles else stranger

    def handle(self, text: str) -> int | None:
        return self._handles.get(text)


class Hex(Names):
    """Bytes in lower-case hex, those of the draw; some differ in the last alone, some in the first.

    Args:
        size: How many bytes.
        prefix: What stands before them.
    """

    def __init__(self, size: int = 16, prefix: str = "") -> None:
        self.size, self.prefix = size, prefix
        self.pattern = self.named = f"{re.escape(prefix)}[0-9a-f]{{{2 * size}}}"

    def text(self, handle: int) -> str:
        return self.prefix + self.drawn(handle)

    def drawn(self, handle: int) -> str:
        middle = [0xA5] * (self.size - 3)
        return bytes([handle >> 1 & 255, *middle, handle >> 9, handle & 1]).hex()


class Alike(Names):
    """Texts that a careless comparison takes for one another.

    Args:
        prefix: What all of them begin with.
    """

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def text(self, handle: int) -> str:
        return self.prefix + (LOOKALIKES[handle] if handle < len(LOOKALIKES) else str(handle))


class Listed(Names):
    """Texts from a list, named from 1 up; beyond it the last one with a number."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def text(self, handle: int) -> str:
        return (
            self.texts[handle - 1] if 0 < handle <= len(self.texts) else f"{self.texts[-1]}{handle}"
        )
