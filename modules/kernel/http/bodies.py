"""Bodies in JSON, as Django REST framework reads them: one that cannot be read is 400, not 500."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class JsonBody(JSONParser):
    """This reads a body; one of the settings' `DEFAULT_PARSER_CLASSES`."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            # A hundred thousand brackets, which are none of what is read here: not our mistake.
            raise ParseError("JSON parse error - it is nested too deeply") from error
