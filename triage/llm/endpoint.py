"""The call itself, by langchain's client for the OpenAI protocol, which any compatible service speaks.

One call, one answer as text, within limits of time and size. Tracing is off, whatever the environment says; nothing
but the prompt leaves, redirects are not followed, and the key never stands in an error.
"""

import email.utils
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
import openai
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from langsmith.run_helpers import tracing_context
from pydantic import SecretStr

from triage.domain.asking import Answer
from triage.errors import ModelRefusedError, ModelUnavailableError
from triage.llm.request import Request

_MOST_BYTES = 2_000_000  # of one answer
_NO_LIST = (404, 405, 501)  # of services that list no models
_CONNECT = 10.0  # seconds at most for a connection


class _Stream(httpx2.SyncByteStream):
    """A body that ends when it is too large or too late: a service that drips for ever is cut off."""

    def __init__(self, inner: httpx2.SyncByteStream, ends: float) -> None:
        self._inner, self._ends = inner, ends

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._inner:
            size += len(chunk)
            if size > _MOST_BYTES:
                raise httpx2.ReadError("the answer is too large")
            if time.monotonic() > self._ends:
                raise httpx2.ReadTimeout("the answer takes too long")
            yield chunk

    def close(self) -> None:
        self._inner.close()


class _Transport(httpx2.BaseTransport):
    """The ordinary transport with bounded answers."""

    def __init__(self, timeout: float) -> None:
        self._inner = httpx2.HTTPTransport()
        self._timeout = timeout

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        ends = time.monotonic() + self._timeout
        response = self._inner.handle_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise httpx2.ReadError("the answer is compressed, though none such was asked for")
        assert isinstance(response.stream, httpx2.SyncByteStream)
        stream = _Stream(response.stream, ends)
        return httpx2.Response(response.status_code, headers=response.headers, stream=stream)

    def close(self) -> None:
        self._inner.close()


class Endpoint:
    """A service under its address. Opens no connection before the first question."""

    def __init__(
        self,
        *,
        url: str,
        key: str,
        model: str,
        form: str,
        temperature: float | None,
        timeout: float,
        most_answer: int,
    ) -> None:
        self._form = form
        self._client = httpx2.Client(
            transport=_Transport(timeout),
            timeout=httpx2.Timeout(timeout, connect=min(timeout, _CONNECT)),
            headers={"Accept-Encoding": "identity"},
            follow_redirects=False,
        )
        self._url, self._key = url, key
        self._chat = ChatOpenAI(
            model=model,
            base_url=url,
            api_key=SecretStr(key or "none"),
            temperature=temperature,
            timeout=timeout,
            max_retries=0,
            max_completion_tokens=most_answer,
            http_client=self._client,
            use_responses_api=False,
            cache=False,
        )

    def ask(self, request: Request) -> Answer:
        """Raises ModelUnavailableError where trying again can help, ModelRefusedError where it can't."""
        messages = [SystemMessage(request.system), HumanMessage(request.user)]
        extra = self._response_format(request)
        try:
            with tracing_context(enabled=False):
                told = self._chat.invoke(messages, **extra)
        except openai.LengthFinishReasonError as error:
            return _cut(error)
        except openai.OpenAIError as error:
            raise _translated(error) from None
        # What a service sends that is no answer of the protocol ends in one of these inside the client.
        except (httpx2.HTTPError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise ModelUnavailableError(f"its answer is none of the protocol ({type(error).__name__})") from None
        if not isinstance(told, AIMessage):
            raise ModelUnavailableError("its answer is none of the protocol")
        usage = told.usage_metadata or {"input_tokens": 0, "output_tokens": 0}
        text = told.content if isinstance(told.content, str) else json.dumps(told.content)
        return Answer(text=text, tokens_in=usage["input_tokens"], tokens_out=usage["output_tokens"])

    def answers(self) -> bool:
        """True where the service answers at all: asked before what waited for it is read again."""
        try:
            found = self._client.get(
                f"{self._url.rstrip('/')}/models", headers={"Authorization": f"Bearer {self._key or 'none'}"}
            )
        except httpx2.HTTPError:
            return False
        return found.status_code < 400 or found.status_code in _NO_LIST

    def _response_format(self, request: Request) -> dict[str, Any]:
        if self._form == "json_schema":
            body = {"name": request.name, "strict": True, "schema": request.schema}
            return {"response_format": {"type": "json_schema", "json_schema": body}}
        return {"response_format": {"type": "json_object"}} if self._form == "json_object" else {}

    def close(self) -> None:
        self._client.close()


def _cut(error: openai.LengthFinishReasonError) -> Answer:
    """An answer that was cut at its longest: as it came; it will not keep its schema."""
    usage = error.completion.usage
    text = error.completion.choices[0].message.content or "" if error.completion.choices else ""
    return Answer(
        text=text,
        tokens_in=usage.prompt_tokens if usage else 0,
        tokens_out=usage.completion_tokens if usage else 0,
    )


def _translated(error: openai.OpenAIError) -> ModelUnavailableError | ModelRefusedError:
    if isinstance(error, openai.APITimeoutError):
        return ModelUnavailableError("it does not answer in time")
    if isinstance(error, openai.APIConnectionError):
        return ModelUnavailableError("it can't be reached, or its answer breaks off")
    if isinstance(error, openai.APIStatusError):
        status = error.status_code
        if status in (408, 409, 425, 429) or status >= 500:
            return ModelUnavailableError(f"it answers {status}", wait=wait_of(error.response.headers))
        return ModelRefusedError(
            f"it refuses the request with {status}",
            of_request=status in (400, 413, 422),
            way_out="Check TRIAGE_LLM_URL, TRIAGE_LLM_KEY_FILE, TRIAGE_LLM_MODEL and TRIAGE_LLM_FORMAT.",
        )
    return ModelUnavailableError(f"its answer can't be used ({type(error).__name__})")


def wait_of(headers: Mapping[str, str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> float | None:
    """Seconds that Retry-After asks to wait, as a number or a date (RFC 9110, 10.2.3); None where there is none."""
    written = headers.get("retry-after", "").strip()
    if not written:
        return None
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", written):
        return float(written)
    try:
        moment = email.utils.parsedate_to_datetime(written)
    except ValueError:
        return None
    return max((moment - now()).total_seconds(), 0.0) if moment.tzinfo else None
