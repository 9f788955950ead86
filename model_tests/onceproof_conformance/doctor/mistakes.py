"""What goes wrong with adapters: each mistake with the rule that it breaks and the mend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake of an adapter: what it is, the rule of the protocol, and what to do."""

    what: str
    rule: str
    mend: str


MISTAKES: Mapping[str, Mistake] = {
    "cannot_start": Mistake(
        "the command can't be started",
        "What stands behind -- is a program and its arguments; no shell is asked.",
        "Give the path of the program, and make it executable.",
    ),
    "ends_at_once": Mistake(
        "the process ends before it has answered hello",
        "An adapter answers until it reads bye, or the end of its input.",
        (
            "Read what it wrote on stderr, below; a loop over the lines of stdin must not end by "
            "itself."
        ),
    ),
    "not_flushed": Mistake(
        "the reply comes only when the input has ended",
        "The adapter flushes after each line.",
        "Flush stdout after each reply: print(…, flush=True), fflush(stdout), stdout().flush(). "
        "Read line by line too, not to the end of the input first.",
    ),
    "no_reply": Mistake(
        "a request is not answered",
        "One reply a request, in order, also to what is unknown or makes no sense.",
        "Answer every line, in an else of the last branch with unsupported or bad_request.",
    ),
    "dies": Mistake(
        "the process ends at a request that it should answer",
        (
            'What the store raises is answered with {"id":…,"crash":"what it said"}, and the '
            "adapter goes on."
        ),
        (
            "Catch every exception or panic around the store's call; what it wrote on stderr "
            "stands below."
        ),
    ),
    "no_newline": Mistake(
        "a reply is not ended by a newline",
        "One JSON object a line, ended by a newline.",
        r'Write "\n" behind each reply, then flush.',
    ),
    "prints_to_stdout": Mistake(
        "a line comes on stdout that is no JSON object",
        (
            "On stdout there are replies and nothing else, each on one line, in UTF-8; stderr is "
            "free text."
        ),
        "Print what you log to stderr, look for prints in the store and its libraries, "
        "and have your JSON writer neither indent nor leave an empty line behind.",
    ),
    "more_than_one_reply": Mistake(
        "more lines come than were asked for",
        "One reply a request.",
        "Write one line for each request, and flush it once.",
    ),
    "fraction": Mistake(
        "a number is not written as a whole one, or is too large",
        "Integers only, at most 2^53-1 in size, written without fraction or exponent.",
        "Convert to an integer before you write: times are whole milliseconds, counts are whole.",
    ),
    "id_as_text": Mistake(
        "the id comes back as text",
        "Echo the id unchanged: it is an integer.",
        "Keep the id as the number that was read; don't format it into a string.",
    ),
    "id_not_echoed": Mistake(
        "the reply carries another id, or none",
        "Echo the id unchanged, in every reply.",
        "Copy id from the request that is being answered, not from a counter of your own.",
    ),
    "no_verdict": Mistake(
        "the reply has none of ok, err and crash",
        'A reply has exactly one of them; null is "none", never "missing".',
        (
            'Write "ok": null where there is nothing to tell; some JSON writers drop fields '
            "without a value."
        ),
    ),
    "two_verdicts": Mistake(
        "the reply has more than one of ok, err and crash",
        "A reply is exactly one of them.",
        'Leave out "err" where there is an ok, also as null.',
    ),
    "no_text": Mistake(
        "err or crash carries no text",
        (
            "err carries the code of the refusal, crash a text that says what was caught; neither "
            "is empty."
        ),
        "Write the code itself, as a text; tell more in msg, which is never compared.",
    ),
    "hello": Mistake(
        "hello is not answered as it should be",
        "The reply is "
        '{"id":0,"ok":{"protocol":1,"name":"…","version":"…","language":"…",'
        '"stores":{"STORE":{"clock":'
        '"op","rng":"inject","errors":"exact","caps":["len"],"fixed":{}}}}}, with what is true of '
        "each store.",
        (
            "Compare your reply with this one, and with that of the adapter that onceproof init "
            "prints."
        ),
    ),
    "dies_on_unknown_op": Mistake(
        "an unknown op ends the process",
        "An op that is unknown, or not declared, gets unsupported; the adapter goes on.",
        "Answer unsupported in the last branch instead of raising.",
    ),
    "unknown_op": Mistake(
        "an unknown op is not answered with unsupported",
        (
            "An op that is unknown, that the store does not have, or whose capability is not "
            "declared gets unsupported."
        ),
        (
            "Look at the op first, before its fields and before whether a store is open; answer "
            "unsupported in an else."
        ),
    ),
    "nonsense": Mistake(
        "a request that makes no sense is not answered with bad_request",
        (
            "A field missing or of the wrong type, an unknown store, or a data request before "
            "open gets bad_request."
        ),
        "Check the fields before the store is asked; a crash is for what the store itself does.",
    ),
    "no_json": Mistake(
        "a line that is no JSON is not answered as it should be",
        'A line that is no JSON gets {"id":null,"err":"bad_request"}, and the adapter goes on.',
        "Catch what your JSON reader raises, around the reading alone.",
    ),
    "fields_refused": Mistake(
        "a call that makes sense is answered with bad_request",
        (
            "bad_request is for a field that is missing or of the wrong type, and for a call "
            "before open."
        ),
        (
            "Look for a field that is read by another name, for a list or a 0 taken for nothing, "
            "or for a check too many."
        ),
    ),
    "extra_field": Mistake(
        "a request with a field that is unknown is refused",
        "Unknown request fields are ignored.",
        "Look only at the fields that you know; don't let your JSON library refuse others.",
    ),
    "open": Mistake(
        "a store is not opened",
        "open gives a fresh, empty store with that configuration, and answers null.",
        (
            "Take every limit of the configuration by its name; declare under fixed what can't be "
            "configured."
        ),
    ),
    "capability": Mistake(
        "a capability that is declared is not there",
        "An op whose capability is declared is answered by the store.",
        "Take it off caps, or map the op to the store.",
    ),
    "op_missing": Mistake(
        "a call that every such store has is unsupported",
        "Only ops with a capability may be left out.",
        "Map the op to the store; its name is the one in the line sent.",
    ),
    "wrong_code": Mistake(
        "a refusal has a code that the store's calls don't have",
        "The codes of the refusals are those of the protocol, in lower case.",
        "Map each of your store's errors to its code; what is left over is a crash.",
    ),
    "crash_for_refusal": Mistake(
        "a refusal comes back as a crash",
        'A documented refusal is answered with {"err":"code"}; crash is for what is none.',
        (
            "Map the store's error to its code; if the store crashes here, check says which "
            "clause that breaks."
        ),
    ),
    "token_form": Mistake(
        "a token comes back in another form than the protocol's",
        (
            "Bytes are written in hex, two lower-case digits a byte, behind the prefix that the "
            "store itself gives."
        ),
        "Write the token's bytes in hex: no base64, no dashes, no printed form of an object.",
    ),
    "upper_case_hex": Mistake(
        "bytes come back in upper case",
        "Bytes are written in lower-case hex.",
        "Lower-case what you write; you may take upper case.",
    ),
    "rng_ignored": Mistake(
        "the store does not use the request's draws",
        'With "rng":"inject" the draws of a call come from the request\'s rng, in order.',
        'Give your store a random source that reads them, or declare "rng":"own".',
    ),
    "draws_that_fail": Mistake(
        'a draw "!" is not a failure of the random source',
        (
            'The draw "!" means that the random source fails on that draw, and so does running '
            "out of draws."
        ),
        "Have your random source raise there, as the system's does when it fails; "
        "if it does, and the store issues all the same, check says which clauses that breaks.",
    ),
    "clock_not_set": Mistake(
        "the store does not use the request's instant",
        (
            'With "clock":"op" the store\'s clock is set to at before each call, in milliseconds '
            "since open."
        ),
        "Give your store a clock that answers at (milliseconds, not seconds), or declare "
        '"clock":"real"; '
        "if its clock is set and it does not look at it, check says which clauses that breaks.",
    ),
    "kept_across_open": Mistake(
        "a store that was opened anew still holds what the one before it held",
        "open gives a fresh, empty store and drops the one before.",
        "The same calls are answered rightly by a fresh process: make a new store in open, and "
        "look "
        "for state that is shared: globals, statics, class attributes.",
    ),
    "value": Mistake(
        "a value is of another type than the call answers",
        "A call answers what the protocol says: true is not 1, a number is not a text.",
        "Write the value with its JSON type.",
    ),
    "many_at_once": Mistake(
        "with many requests on their way, some are not answered",
        "Up to 64 requests may be in flight; each is answered, in order.",
        "Read line by line: one read may bring several lines, or half of one.",
    ),
    "out_of_order": Mistake(
        "with many requests on their way, replies come in another order",
        "One reply a request, in order; up to 64 requests may be in flight.",
        "Answer one request before you look at the next; a plain read-reply loop is right.",
    ),
    "long_line": Mistake(
        "a long line is not read whole",
        "A line may have up to 1 MiB.",
        "Read up to the newline, whatever the length, instead of into a buffer of a fixed size.",
    ),
    "goodbye": Mistake(
        "the process does not end after bye",
        (
            "To bye there is no reply; the adapter exits with 0 within 2 s, and at the end of its "
            "input as well."
        ),
        "Leave the loop at bye and at the end of the input; don't wait for threads that never end.",
    ),
}
"""Every mistake that the doctor knows, by its name."""
