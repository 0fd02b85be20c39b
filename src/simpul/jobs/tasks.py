"""Every kind of job, by the name it is deferred with."""

from simpul.portal.activities.actions import refresh_held_cases, refresh_missing
from simpul.portal.credentials.upkeep import keep_tokens, refresh_uses
from simpul.portal.credentials.warning import warn_of_expiry
from simpul.portal.dashboards.refreshing import refresh_stale
from simpul.portal.deliveries.purging import purge_expired
from simpul.portal.demo.loading import play_sample_case as play_sample
from simpul.portal.mailing.sending import mail_notices
from simpul.portal.proofs.roots import tell_daily_root
from simpul.portal.quality.testing import run_test_run
from simpul.portal.references.publishing import publish_code_lists as publish_lists
from simpul.portal.services.filling import fill_publication
from simpul.portal.services.publishing import run_publication
from simpul.portal.usage.counting import count_all
from simpul.store.queue import Task


def publish(publication_id: int) -> None:
    refresh_missing(run_publication(publication_id))


def fill_major(publication_id: int) -> None:
    fill_publication(publication_id)


def run_tests(test_run_id: int) -> None:
    refresh_missing(run_test_run(test_run_id))


def refresh_held_acts(timestamp: int) -> None:
    refresh_held_cases()


def play_sample_case(key: str) -> None:
    play_sample(key)


def publish_code_lists(timestamp: int = 0) -> None:
    publish_lists()


def refresh_dashboards(timestamp: int) -> None:
    refresh_stale()


def purge_refused_rows(timestamp: int) -> None:
    purge_expired()


def tell_root(timestamp: int) -> None:
    tell_daily_root()


def warn_of_ending_keys(timestamp: int) -> None:
    warn_of_expiry()


def refresh_last_uses(timestamp: int) -> None:
    refresh_uses()


def keep_oauth_tokens(timestamp: int) -> None:
    keep_tokens()


def mail_new_notices(timestamp: int) -> None:
    mail_notices()


def count_usage(timestamp: int) -> None:
    count_all()


TASKS = (
    Task("publish", publish),
    Task("fill_publication", fill_major, attempts=8),
    Task("run_tests", run_tests, attempts=2),
    Task("refresh_held_acts", refresh_held_acts, cron="* * * * *"),
    Task("play_sample_case", play_sample_case, attempts=8),
    Task("publish_code_lists", publish_code_lists, cron="* * * * *"),
    Task("refresh_dashboards", refresh_dashboards, cron="* * * * *"),
    Task("purge_refused_rows", purge_refused_rows, cron="17 1 * * *"),
    Task("warn_of_ending_keys", warn_of_ending_keys, cron="23 * * * *"),
    Task("refresh_last_uses", refresh_last_uses, cron="*/5 * * * *"),
    Task("keep_oauth_tokens", keep_oauth_tokens, cron="41 * * * *"),
    Task("mail_new_notices", mail_new_notices, attempts=2, cron="*/2 * * * *"),
    Task("count_usage", count_usage, cron="* * * * *"),
    Task("tell_root", tell_root, cron="7 * * * *"),
)
