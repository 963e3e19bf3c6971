"""Settings into a room. Opens no connection; loads the client only where a service is to be asked."""

import json

from triage.domain.asking import Answers, Ledger
from triage.llm import prompts
from triage.llm.breaker import Breaker
from triage.llm.budget import Bounds, Budget
from triage.llm.request import View
from triage.llm.room import Room, Service, Terms
from triage.settings import Settings


def parameters(settings: Settings) -> str:
    """What is sent besides the prompt, as JSON: a part of every answer's provenance and of its digest."""
    told = {
        "format": settings.llm_format,
        "temperature": settings.llm_temperature if settings.llm_temperature >= 0 else None,
        "max_completion_tokens": settings.llm_most_answer,
    }
    return json.dumps(told, sort_keys=True)


def service(settings: Settings) -> Service:
    """The service under its address."""
    from triage.llm import endpoint  # langchain and openai's client: heavy

    return endpoint.Endpoint(
        url=settings.llm_url,
        key=settings.llm_key.get_secret_value() if settings.llm_key else "",
        model=settings.llm_model,
        form=settings.llm_format,
        temperature=settings.llm_temperature if settings.llm_temperature >= 0 else None,
        timeout=settings.llm_timeout,
        most_answer=settings.llm_most_answer,
    )


def room(settings: Settings, *, ledger: Ledger, answers: Answers, asks: Service | None) -> Room:
    """A room with the settings' terms. asks: None where only kept answers count. Raises PromptError."""
    terms = Terms(
        model=settings.llm_model,
        parameters=parameters(settings),
        view=View(redaction=settings.llm_redaction, most_text=settings.llm_most_text),
        patience=settings.llm_patience,
        retries=settings.llm_retries,
        most_answer=settings.llm_most_answer,
        writes_prose=settings.llm_prose == "asked",
        concurrency=settings.llm_concurrency,
    )
    breaker = Breaker(failures=settings.llm_breaker_failures, pause=settings.llm_breaker_pause, clock=terms.clock)
    return Room(
        terms,
        prompts.load(settings.llm_prompts),
        service=asks,
        budget=budget(settings),
        ledger=ledger,
        answers=answers,
        breaker=breaker,
    )


def budget(settings: Settings) -> Budget:
    """The limits of the settings."""
    return Budget(
        message=Bounds(tokens=settings.llm_message_tokens, money=settings.llm_message_money),
        hour=Bounds(tokens=settings.llm_hour_tokens, money=settings.llm_hour_money),
        day=Bounds(tokens=settings.llm_day_tokens, money=settings.llm_day_money),
        company_day=Bounds(tokens=settings.llm_company_day_tokens, money=settings.llm_company_day_money),
        price_in=settings.llm_price_in,
        price_out=settings.llm_price_out,
    )
