"""Which user the processes run as, and what of the home becomes that user's."""

import dataclasses
import os
from pathlib import Path

import pytest

from simpul.cli.identity import Identity, find_identity, give_home
from simpul.kernel.settings import Settings, read_settings
from simpul.store.account import Account, find_account

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another user")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return dataclasses.replace(read_settings({}), SIMPUL_HOME=tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root is asked in the other tests")
def test_ordinary_user_stays_who_it_is(settings: Settings) -> None:
    assert find_identity(settings) == Identity(Account())


@as_root
def test_home_that_is_closed_keeps_the_processes_at_root_and_says_why(settings: Settings) -> None:
    settings.SIMPUL_HOME.chmod(0o700)
    found = find_identity(settings)
    assert found.options() == {}
    assert found.reason is not None
    assert str(settings.SIMPUL_HOME) in found.reason.en


@as_root
def test_keys_become_the_users_but_not_the_passwords_of_the_roles(settings: Settings) -> None:
    keys = settings.SIMPUL_HOME / "keys"
    keys.mkdir()
    for name in ("evidence.key", "roles.json"):
        (keys / name).touch(0o600)
    account = find_account()
    give_home(settings, Identity(account))
    owners = {path.name: path.stat().st_uid for path in keys.iterdir()}
    assert owners == {"evidence.key": account.uid, "roles.json": 0}


@as_root
def test_link_laid_into_the_keys_gives_nothing_away(settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "of-root"
    target.touch()
    (settings.SIMPUL_HOME / "keys").mkdir()
    (settings.SIMPUL_HOME / "keys" / "link").symlink_to(target)
    give_home(settings, Identity(find_account()))
    assert target.stat().st_uid == 0
