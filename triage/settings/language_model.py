"""The settings of the language model: where it is, what it may see, what it may cost. Only mode `llm` uses them."""

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr


def _setting(default: object, help: str, unit: str = "", **limits: Any) -> Any:
    return Field(default=default, description=help, json_schema_extra={"unit": unit}, validate_default=False, **limits)


class LanguageModelSettings(BaseModel):
    """Fields named `llm_…`; mixed into the settings."""

    llm_url: str = _setting(
        "", "Address of any service that speaks the OpenAI protocol, up to and with `/v1`. Needed in mode `llm`."
    )
    llm_key: SecretStr | None = _setting(None, "Key of that service; a service on one's own machine may need none.")
    llm_model: str = _setting("", "Name of the model as the service knows it.")
    llm_format: Literal["json_schema", "json_object", "text"] = _setting(
        "json_schema", "How the service is told to answer in JSON; the answer is checked by us in any case."
    )
    llm_temperature: float = _setting(0.0, "Temperature; below 0: not sent, for models that refuse it.", "", le=2)
    llm_prompts: Path = _setting(Path("prompts"), "Folder with the prompt files.")
    llm_timeout: float = _setting(30.0, "How long one answer may take.", "seconds", gt=0, le=600)
    llm_patience: float = _setting(
        60.0, "How long all questions about one message may take, waiting and trying again included.", "seconds", gt=0
    )
    llm_retries: int = _setting(2, "Further tries after a passing fault.", "", ge=0, le=10)
    llm_concurrency: int = _setting(2, "Questions at a time in one process.", "", ge=1, le=64)
    llm_breaker_failures: int = _setting(5, "After so many failures in a row nothing is asked for a while.", "", ge=1)
    llm_breaker_pause: float = _setting(60.0, "That while; then one question tries.", "seconds", gt=0)
    llm_most_answer: int = _setting(1500, "Longest answer asked for.", "tokens", ge=16, le=32_000)
    llm_most_text: int = _setting(12_000, "Most text of a message that one question holds.", "characters", ge=200)
    llm_redaction: Literal["none", "names", "line"] = _setting(
        "names",
        "What is taken out before anything is sent: `none`; `names`, addresses, telephone and account numbers; "
        "`line`: those, and all but the lines in question.",
    )
    llm_prose: Literal["never", "asked"] = _setting(
        "asked", "Whether note and draft are put in words by the model, for messages that it was asked about anyway."
    )
    llm_price_in: Decimal = _setting(Decimal(0), "Price of a million tokens sent.", "money", ge=0)
    llm_price_out: Decimal = _setting(Decimal(0), "Price of a million tokens answered.", "money", ge=0)
    llm_message_tokens: int = _setting(30_000, "Budget of one message; 0: none.", "tokens", ge=0)
    llm_hour_tokens: int = _setting(1_000_000, "Budget of an hour; 0: none.", "tokens", ge=0)
    llm_day_tokens: int = _setting(5_000_000, "Budget of 24 hours; 0: none.", "tokens", ge=0)
    llm_company_day_tokens: int = _setting(0, "Budget of one company in 24 hours; 0: none.", "tokens", ge=0)
    llm_message_money: Decimal = _setting(Decimal(0), "Budget of one message; 0: none.", "money", ge=0)
    llm_hour_money: Decimal = _setting(Decimal(0), "Budget of an hour; 0: none.", "money", ge=0)
    llm_day_money: Decimal = _setting(Decimal(0), "Budget of 24 hours; 0: none.", "money", ge=0)
    llm_company_day_money: Decimal = _setting(Decimal(0), "Budget of one company in 24 hours; 0: none.", "money", ge=0)


def contradictions(
    settings: LanguageModelSettings, *, mode: str, task_time_limit: int, reading_time: float
) -> list[tuple[str, str, str, str]]:
    """(setting, other setting, problem, way out) of what is right alone and wrong together."""
    if mode != "llm":
        return []
    found = []
    if not settings.llm_url or not settings.llm_model:
        found.append(
            ("mode", "llm_url", "is llm, and no language model is set up",
             "Set TRIAGE_LLM_URL and TRIAGE_LLM_MODEL, or TRIAGE_MODE to local.")
        )  # fmt: skip
    elif not settings.llm_url.startswith(("http://", "https://")):
        found.append(("llm_url", "llm_url", "is no address", "It begins with http:// or https://."))
    if settings.llm_patience + settings.llm_timeout + reading_time >= task_time_limit:
        found.append(
            ("llm_patience", "task_time_limit",
             f"with TRIAGE_LLM_TIMEOUT and TRIAGE_READING_TIME is not below the task's limit ({task_time_limit} s)",
             "Lower it, or raise TRIAGE_TASK_TIME_LIMIT.")
        )  # fmt: skip
    money = [
        name for name, value in (
            ("llm_message_money", settings.llm_message_money), ("llm_hour_money", settings.llm_hour_money),
            ("llm_day_money", settings.llm_day_money), ("llm_company_day_money", settings.llm_company_day_money),
        ) if value
    ]  # fmt: skip
    if money and not (settings.llm_price_in or settings.llm_price_out):
        found.append((money[0], "llm_price_in", "is set, and no price is", "Set TRIAGE_LLM_PRICE_IN and _OUT."))
    return found
