"""A company with a team: Ana owns it, Cy reads its numbers, Bo meets its customers."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tillit.events.key import read_or_create_key
from tillit.vocabulary import Role
from tillit_web.people import actions
from tillit_web.people.models import Company, User

PASSWORD = "spruce lantern harbour"


@pytest.fixture(autouse=True)
def data_directory(tmp_path: Path, settings: Settings) -> Path:
    """A data directory of this test's own."""
    settings.DATA_DIRECTORY = tmp_path
    read_or_create_key(tmp_path)  # before any test writes to the log by itself, which needs none
    # The real hashing is slow on purpose; no test here is about its strength.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.PATIENCE_SECONDS = None  # on a busy machine a page would say that it counts; one test is about that
    # allauth counts attempts there.
    cache.clear()
    return tmp_path


@pytest.fixture
def company(db: None) -> Company:
    """The company, in Swedish kronor and Stockholm's time."""
    return Company.objects.create(id=1, name="Exempelbutiken")


def _member(name: str, role: Role) -> User:
    return actions.make_member(actions.NewMember(f"{name}@example.org", PASSWORD, "en"), role)


@pytest.fixture
def ana(company: Company) -> User:
    """The owner."""
    return _member("ana", Role.OWNER)


@pytest.fixture
def cy(company: Company) -> User:
    """The analyst."""
    return _member("cy", Role.ANALYST)


@pytest.fixture
def bo(company: Company) -> User:
    """The specialist."""
    return _member("bo", Role.SPECIALIST)


def _client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def as_ana(ana: User) -> Client:
    """A browser in which the owner is signed in."""
    return _client_of(ana)


@pytest.fixture
def as_cy(cy: User) -> Client:
    """A browser in which the analyst is signed in."""
    return _client_of(cy)


@pytest.fixture
def as_bo(bo: User) -> Client:
    """A browser in which the specialist is signed in."""
    return _client_of(bo)
