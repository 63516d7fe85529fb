"""What a call between processes looks like in HTTP: paths, headers and statuses, for both sides.

``POST {url}/internal/v1/{module}/{Interface}/{method}`` with the arguments by name, in
MessagePack or JSON. 200 has the result, 422 an error of the interface's contract; both are
answers. All other statuses say that the call failed, and how.
"""

from http import HTTPStatus

PREFIX = "/internal/v1/"

MSGPACK = "application/msgpack"
JSON = "application/json"

AUTHORIZATION = "Authorization"
BEARER = "Bearer "
#: How long the caller still waits, in milliseconds: a point in time would need equal clocks.
TIMEOUT = "Quarry-Timeout-Ms"
CORRELATION = "Quarry-Correlation-Id"
TRACE = "traceparent"
#: The move that brought the module to where it is called, as the caller knows it.
EPOCH = "Quarry-Epoch"
#: A call that came to where the module was, and was passed on from there: not again.
PASSED_ON = "Quarry-Passed-On"
#: A question to a module that is in charge elsewhere, only to compare the answer.
SHADOW = "Quarry-Shadow"

RESULT = HTTPStatus.OK
#: An error of the contract. One status for all, whatever their kind: what stands between the
#: two processes must not take an answer for a failure, and try it again.
PROBLEM = HTTPStatus.UNPROCESSABLE_ENTITY
#: The arguments are none of the method's.
BAD_CALL = HTTPStatus.BAD_REQUEST
BAD_TOKEN = HTTPStatus.UNAUTHORIZED
CALLER_NOT_ALLOWED = HTTPStatus.FORBIDDEN
NO_SUCH_METHOD = HTTPStatus.NOT_FOUND
MOVED = HTTPStatus.MISDIRECTED_REQUEST
TOO_LATE = HTTPStatus.SERVICE_UNAVAILABLE
BROKE = HTTPStatus.INTERNAL_SERVER_ERROR
#: Of a call that was passed on: whether it was done is not known.
LOST = HTTPStatus.BAD_GATEWAY
NO_ANSWER = HTTPStatus.GATEWAY_TIMEOUT


def in_environ(header: str) -> str:
    """This gives the name that WSGI has for a header."""
    return f"HTTP_{header.upper().replace('-', '_')}"
