"""Which of our settings nobody may ever read."""

from __future__ import annotations

from pydantic import BaseModel, SecretStr


def secrets_in(*models: BaseModel | None) -> list[str]:
    """The values of every secret field of these settings."""
    found = [getattr(model, name) for model in models if model for name in type(model).model_fields]
    return [value.get_secret_value() for value in found if isinstance(value, SecretStr)]
