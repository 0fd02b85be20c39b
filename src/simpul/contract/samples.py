"""Make a text that a pattern accepts, for mock rows: literals, classes, groups, choices, repeats.

A small reader of the common part of RE2's syntax. What it can't read gives None, and the column's own
example is used instead; every sample is checked by the real pattern anyway.
"""

import random
import string

_DIGITS, _WORDS, _SPACE = string.digits, string.ascii_letters + string.digits + "_", " "
_ANY = string.ascii_letters + string.digits
_ESCAPES = {"d": _DIGITS, "w": _WORDS, "s": _SPACE, "D": string.ascii_letters, "W": "-", "S": _ANY}
_MAX_REPEAT = 3


class _Unreadable(Exception):
    pass


class _Sampler:
    def __init__(self, pattern: str, chance: random.Random) -> None:
        self.pattern, self.place, self.chance = pattern, 0, chance

    def peek(self) -> str:
        return self.pattern[self.place : self.place + 1]

    def take(self) -> str:
        sign = self.peek()
        if not sign:
            raise _Unreadable
        self.place += 1
        return sign

    def read_choices(self) -> str:
        """Read alternatives up to a closing bracket or the end; every one is sampled, one is chosen."""
        samples = [self.read_sequence()]
        while self.peek() == "|":
            self.take()
            samples.append(self.read_sequence())
        return self.chance.choice(samples)

    def read_sequence(self) -> str:
        made = ""
        while self.peek() and self.peek() not in "|)":
            start = self.place
            once = self.read_atom()
            least, most = self.read_repeat()
            count = self.chance.randint(least, most)
            after = self.place
            for number in range(count):
                # Each repetition is sampled anew, so that [0-9]{4} isn't one digit four times.
                self.place = start
                made += self.read_atom() if number else once
            self.place = after
        return made

    def read_atom(self) -> str:
        sign = self.take()
        if sign in "^$":
            return ""
        if sign == "(":
            return self._read_group()
        if sign == "[":
            return self.chance.choice(self._read_class())
        if sign == "\\":
            return self._read_escape()
        if sign in "*+?{":
            raise _Unreadable
        return self.chance.choice(_ANY) if sign == "." else sign

    def read_repeat(self) -> tuple[int, int]:
        sign = self.peek()
        if sign == "{":
            end = self.pattern.index("}", self.place)
            least, comma, most = self.pattern[self.place + 1 : end].partition(",")
            self.place = end + 1
            bounds = int(least), int(most) if most else int(least) + (_MAX_REPEAT if comma else 0)
        elif sign and sign in "*+?":
            self.take()
            bounds = {"*": (0, _MAX_REPEAT), "+": (1, _MAX_REPEAT), "?": (0, 1)}[sign]
        else:
            return 1, 1
        if self.peek() == "?":
            self.take()
        return bounds

    def _read_group(self) -> str:
        if self.pattern.startswith("?:", self.place):
            self.place += 2
        elif self.peek() == "?":
            raise _Unreadable
        made = self.read_choices()
        if self.take() != ")":
            raise _Unreadable
        return made

    def _read_escape(self) -> str:
        sign = self.take()
        if sign in "AzbB":
            return ""
        if sign in _ESCAPES:
            return self.chance.choice(_ESCAPES[sign])
        if sign.isalnum():
            raise _Unreadable
        return sign

    def _read_class(self) -> str:
        negated = self.peek() == "^"
        if negated:
            self.take()
        allowed = ""
        while not allowed or self.peek() != "]":
            sign = self.take()
            if sign == "\\":
                sign = self.take()
                if sign in _ESCAPES:
                    allowed += _ESCAPES[sign]
                    continue
            if self.peek() == "-" and self.pattern[self.place + 1 : self.place + 2] not in ("]", ""):
                self.take()
                allowed += "".join(chr(code) for code in range(ord(sign), min(ord(self.take()), ord(sign) + 200) + 1))
            else:
                allowed += sign
        self.take()
        return "".join(sign for sign in _ANY + " -" if sign not in allowed) if negated else allowed


def make_pattern_sample(pattern: str, chance: random.Random) -> str | None:
    """Make a text for a pattern; None when its syntax is beyond this reader.

    >>> len(make_pattern_sample("^[A-Z]{2}-[0-9]{3}$", random.Random(1)))
    6
    """
    sampler = _Sampler(pattern, chance)
    try:
        made = sampler.read_choices()
    except (_Unreadable, ValueError, IndexError, RecursionError):
        return None
    return made if sampler.place == len(pattern) else None
