"""Two officers on one act: one wins, the others are told who was first, and nothing happens twice."""

import threading

from django.db import connections

from portal_world import make_person
from simpul.portal.activities import actions as activities
from simpul.portal.cases.errors import ActAlreadyDone
from simpul.portal.people.models import Person, Role
from sop_world import Play, Sop

RACERS = 8


class Race:
    """Eight officers of Bidang send the disposition of one case at the same moment."""

    def __init__(self, play: Play, racers: list[Person]) -> None:
        self.play, self.ref = play, play.make_ref(2, "disposisi")
        self.start = threading.Barrier(len(racers))
        self.winners: list[Person] = []
        self.told: list[str] = []
        self.wrong: list[BaseException] = []
        threads = [threading.Thread(target=self.run, args=[racer]) for racer in racers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def run(self, racer: Person) -> None:
        try:
            self.start.wait(timeout=30)
            answers = {"recipients": ["tim_it"], "instructions": ["periksa"], "note": racer.name}
            activities.complete_act(racer, self.play.number, self.ref, answers)
            self.winners.append(racer)
        except ActAlreadyDone as refusal:
            self.told.append(refusal.message.id)
        except BaseException as error:
            self.wrong.append(error)
        finally:
            connections.close_all()


def test_one_of_eight_wins_and_the_others_are_told_who_was_first(sop: Sop, long: bool) -> None:
    racers = [make_person(f"Contoh Bidang {number}", sop.kominfo, Role.BIDANG) for number in range(RACERS)]
    for _ in range(25 if long else 3):
        play = sop.open_case()
        play.send_letter()
        race = Race(play, racers)
        assert race.wrong == []
        assert (len(race.winners), len(race.told)) == (1, RACERS - 1)
        assert all(race.winners[0].name in words for words in race.told)
        done = play.case.events.get(kind="act_done", step_no=2)
        assert (done.person, done.answers["form"]["note"]) == (race.winners[0], race.winners[0].name)
        assert play.case.papers.filter(step_no=2).count() == 2
        assert play.open_steps == {3}
