"""The methods of an interface as they travel: generated from the Protocol, nothing by hand.

Arguments travel by name and without those that have their default's value. So a provider that
is older than its caller is only told of a new argument where it matters, and then refuses what
it would not have understood; and one that is newer fills in what an older caller does not say.
Fields of dataclasses that the other side does not know are left out of account.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from modules.kernel.contracts import Repeating, interface_of, repeating_of
from modules.kernel.interfaces.problems import SentProblem

Encode = Callable[[Any], bytes]
Decode = Callable[[bytes], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """This is a method in one of the formats.

    Raises (both of the decoders):
        msgspec.MsgspecError: the bytes are not what the method is given, or answers.
    """

    encode: Encode
    decode_arguments: Decode
    decode_result: Decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """This is one method of an interface.

    Attributes:
        path: ``module/Interface/method``.
        arguments: a struct of its arguments, which refuses those that there are not.
        positional: names of the arguments that may be given without one, in order.
        msgpack, json: how it is written, by format.
    """

    name: str
    path: str
    arguments: type[msgspec.Struct]
    positional: tuple[str, ...]
    repeating: Repeating
    msgpack: Coding
    json: Coding

    def given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> msgspec.Struct:
        """This gives the arguments of a call. Raises: TypeError, as the method itself would."""
        if args:
            if len(args) > len(self.positional):
                raise TypeError(f"{self.name}() takes {len(self.positional)} positional arguments")
            named = dict(zip(self.positional, args, strict=False))
            if twice := named.keys() & kwargs.keys():
                raise TypeError(f"{self.name}() got {sorted(twice)[0]!r} twice")
            kwargs = named | kwargs
        return self.arguments(**kwargs)

    def keywords(self, arguments: msgspec.Struct) -> dict[str, Any]:
        """This gives the arguments by name, to call the method with."""
        return msgspec.structs.asdict(arguments)

    def is_repeatable(self, arguments: msgspec.Struct) -> bool:
        """This says whether a call with these arguments may be made again."""
        key = self.repeating.key
        return self.repeating.safe or bool(key and getattr(arguments, key))


encode_problem: Encode = msgspec.msgpack.Encoder().encode
decode_problem: Callable[[bytes], SentProblem] = msgspec.msgpack.Decoder(SentProblem).decode
encode_problem_json: Encode = msgspec.json.Encoder().encode


@cache
def methods_of(protocol: type) -> Mapping[str, Method]:
    """This gives the methods of an interface by name."""
    contract = interface_of(protocol)
    return {
        name: _method(f"{contract.module}/{contract.name}", name, function)
        for name, function in vars(protocol).items()
        if inspect.isfunction(function) and not name.startswith("_")
    }


def _method(place: str, name: str, function: Callable[..., Any]) -> Method:
    hints = typing.get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    fields: list[Any] = [
        (one.name, hints[one.name])
        if one.default is one.empty
        else (one.name, hints[one.name], one.default)
        for one in parameters
    ]
    arguments = msgspec.defstruct(
        f"{name}_arguments",
        fields,
        kw_only=True,
        frozen=True,
        omit_defaults=True,
        forbid_unknown_fields=True,
    )
    result = hints["return"]
    return Method(
        name=name,
        path=f"{place}/{name}",
        arguments=arguments,
        positional=tuple(
            one.name for one in parameters if one.kind is not inspect.Parameter.KEYWORD_ONLY
        ),
        repeating=repeating_of(function),
        msgpack=Coding(
            encode=msgspec.msgpack.Encoder().encode,
            decode_arguments=msgspec.msgpack.Decoder(arguments).decode,
            decode_result=msgspec.msgpack.Decoder(result).decode,
        ),
        json=Coding(
            encode=msgspec.json.Encoder().encode,
            decode_arguments=msgspec.json.Decoder(arguments).decode,
            decode_result=msgspec.json.Decoder(result).decode,
        ),
    )
