"""How an implementation in Python plugs in.

Subclass `Adapter`, declare what is offered, and open stores.

```python
class MyAdapter(Adapter):
    name, version = "mine", "1.0"
    stores = {"handoff": Offer(caps=("len", "prune"))}

    def open(self, store, profile, config):
        return MyHandoff(**config)          # an object with one method for each operation
```

An operation's method takes the fields of its request by name, answers with the value of `ok`, and
refuses by raising `Refused` with the documented code. Any other exception is reported as a crash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from onceproof_conformance.adapter.lanes import Meeting, race
from onceproof_conformance.protocol import (
    DRAWS_FIELD,
    PROTOCOL,
    Message,
    fields,
    fits,
    is_whole,
    needs,
)
from onceproof_spec import law
from onceproof_spec.table import Kind, Profile

TOKEN_ONLY = {"token": Kind.TOKEN}


class Refused(Exception):
    """A documented refusal, by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Offer:
    """What an adapter declares of one store; the fields are those of the protocol's `hello`."""

    caps: tuple[str, ...] = ()
    clock: str = "op"
    rng: str = "inject"
    errors: str = "exact"
    fixed: Mapping[str, int] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    def message(self) -> Message:
        """The offer as `hello` carries it."""
        message: Message = {"clock": self.clock, "rng": self.rng, "errors": self.errors}
        caps, profiles = (
            [*x] if isinstance(x, tuple | list) else x for x in (self.caps, self.profiles)
        )
        message |= {"caps": caps, "fixed": dict(self.fixed), "profiles": profiles}
        return message | ({"choices": dict(self.choices)} if self.choices else {})


class Adapter:
    """One implementation under test, answering the protocol's requests in this process."""

    name: ClassVar[str] = ""
    version: ClassVar[str] = ""
    stores: ClassVar[Mapping[str, Offer]] = {}

    def __init__(self) -> None:
        self._opened: tuple[str, object] | None = None
        self.meeting = Meeting()
        """Call it in a callback of the store (the clock, the draw, the verifier) to have races meet
        there."""

    def open(self, store: str, profile: str, config: Mapping[str, int]) -> object:
        """A fresh, empty store of that kind.

        `profile` is one that the offer lists, or empty if it lists none.

        Args:
            store: The name of the store.
            profile: The column of the law, where the offer names more than one.
            config: The limits by name.
        """
        raise NotImplementedError(f"{type(self).__name__} has no open(): return a fresh store")

    def answer(self, request: Message) -> Message:
        """The reply to one request."""
        reply: Message = {"id": request.get("id")}
        op = request.get("op")
        try:
            if op == "hello":
                reply["ok"] = self._hello()
            elif op == "open":
                reply |= self._open(request)
            elif op == "race":
                reply |= self._race(request)
            elif not isinstance(op, str):
                reply["err"] = "bad_request"
            else:
                reply |= self._call(op, request)
        except Refused as refusal:
            reply["err"] = refusal.code
        except KeyboardInterrupt:
            raise
        except (
            BaseException
        ) as error:  # whatever else the implementation raises, an exit too, is a crash of its own
            reply["crash"] = described(error)
        return reply

    def _hello(self) -> Message:
        offered = {store: offer.message() for store, offer in self.stores.items()}
        message: Message = {
            "protocol": PROTOCOL,
            "name": self.name or type(self).__name__,
            "version": self.version,
        }
        return message | {"language": "python", "stores": offered}

    def _open(self, request: Message) -> Message:
        self._opened = None
        store, config = request.get("store"), request.get("config")
        if not isinstance(store, str) or store not in self.stores or not isinstance(config, dict):
            return {"err": "bad_request"}
        table = law(store, Profile.HARDENED)
        profile = request.get("profile")
        if profile is not None and profile not in [str(known) for known in Profile]:
            return {"err": "bad_request"}
        if {*config} != {*table.limits} or not all(
            (is_whole(value) and value >= 0) or (value is None and name in table.optional)
            for name, value in config.items()
        ):
            return {"err": "bad_request"}
        self._opened = (store, self.open(store, profile or "", config))
        return {"ok": None}

    def _race(self, request: Message) -> Message:
        offered = [self._opened[0]] if self._opened else [*self.stores]
        if not any("race" in self.stores[store].caps for store in offered):
            return {"err": "unsupported"}
        if self._opened is None:
            return {"err": "bad_request"}
        try:
            return {"ok": race(request, self._alone, self.meeting)}
        except ValueError:
            return {"err": "bad_request"}

    def _alone(self, request: Message) -> Message:
        """The reply to one call of a race, without an id."""
        reply = self.answer({**request, "id": None})
        return {word: value for word, value in reply.items() if word != "id"}

    def _offers(self, store: str, op: str) -> bool:
        cap = needs(store).get(op)
        return cap is not None and (not cap or cap in self.stores[store].caps)

    def _call(self, op: str, request: Message) -> Message:
        offered = [self._opened[0]] if self._opened else [*self.stores]
        if not any(self._offers(store, op) for store in offered):
            return {"err": "unsupported"}
        if self._opened is None:
            return {"err": "bad_request"}
        store, opened = self._opened
        at = request.get("at")
        if not is_whole(at):
            return {"err": "bad_request"}
        values: dict[str, Any] = {"at": at}
        draws_itself = self.stores[store].rng == "own" and DRAWS_FIELD not in request
        for name, kind in fields(store).get(op, TOKEN_ONLY).items():
            if kind is Kind.DRAWS and draws_itself:
                continue
            value = request.get(name)
            if not fits(kind, value):
                return {"err": "bad_request"}
            values[name] = value
        return {"ok": getattr(opened, op)(**values)}


def described(error: BaseException) -> str:
    """An exception as text, even where its own text can't be had."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def draws(rng: list[str], raised: type[Exception] = RuntimeError) -> Any:
    """A random source that gives the draws of one request, and fails where it says so.

    Args:
        rng: The request's `rng`.
        raised: What it raises when a draw fails.

    Returns:
        A function from a number of bytes to that many bytes.
    """
    left = iter(rng)

    def source(size: int) -> bytes:
        drawn = next(left, "!")
        if drawn == "!":
            raise raised("the random source fails here")
        return bytes.fromhex(drawn)

    return source
