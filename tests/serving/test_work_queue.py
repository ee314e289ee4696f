"""The queue in front of the worker: bounded, in order, late jobs dropped unrun, and nothing kept alive."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import CancelledError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influencer_style.serving.work_queue import Counters, OverloadedError, WorkQueue


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_jobs_run_in_order_and_give_their_results(clock):
    queue, ran = WorkQueue(3, clock), []
    futures = [queue.submit(lambda number=number: ran.append(number) or number) for number in range(3)]
    while queue.run_next(wait=False):
        pass
    assert ran == [0, 1, 2] == [future.result() for future in futures]


def test_a_full_queue_refuses_and_says_when_to_come_back(clock):
    queue = WorkQueue(2, clock)

    def slow():
        clock.now += 2.5

    queue.submit(slow)
    queue.run_next()
    for _ in range(2):
        queue.submit(slow)
    with pytest.raises(OverloadedError, match="2 jobs are waiting already") as refused:
        queue.submit(slow)
    assert refused.value.retry_after == 5  # two jobs of 2.5 s each
    with pytest.raises(OverloadedError):
        queue.require_room()
    assert queue.counters == Counters(waiting=2, running=0, done=1, refused=2, dropped=0, mean_seconds=2.5)


@pytest.mark.parametrize(("seconds", "retry_after"), [(0.0, 1), (0.3, 1), (1.2, 2), (500.0, 60)])
def test_the_time_to_come_back_is_bounded(clock, seconds, retry_after):
    queue = WorkQueue(1, clock)

    def job():
        clock.now += seconds

    queue.submit(job)
    queue.run_next()
    queue.submit(job)
    assert queue.retry_after() == retry_after


def test_a_late_job_is_dropped_unrun(clock):
    queue, ran = WorkQueue(4, clock), []
    late = queue.submit(lambda: ran.append("late"), deadline=clock.now + 3)
    just = queue.submit(lambda: ran.append("just"), deadline=clock.now + 4)
    clock.now += 4
    assert queue.run_next() and queue.run_next()
    with pytest.raises(OverloadedError, match="deadline passed") as dropped:
        late.result()
    assert dropped.value.retry_after == 1 and just.result() is None and ran == ["just"]
    assert (queue.counters.dropped, queue.counters.done) == (1, 1)


def test_a_cancelled_job_gives_its_place_and_all_it_holds_back(clock):
    class Body:
        pass

    body = Body()
    kept = weakref.ref(body)
    queue = WorkQueue(1, clock)
    future = queue.submit(lambda body=body: body)
    del body
    assert future.cancel()
    gc.collect()
    assert kept() is None
    queue.submit(lambda: None)  # there is room again
    with pytest.raises(CancelledError):
        future.result()
    assert (queue.counters.waiting, queue.counters.dropped) == (1, 1)


def test_what_ran_is_not_kept_alive_by_the_queue(clock):
    class Answer:
        pass

    queue = WorkQueue(1, clock).start("test")
    future = queue.submit(Answer)
    kept = weakref.ref(future.result(30))
    queue.submit(lambda: None).result(30)
    del future
    gc.collect()
    assert kept() is None


def test_a_failure_goes_to_whoever_waits_and_the_worker_goes_on(clock):
    queue = WorkQueue(4, clock).start("test")

    def fails():
        raise SystemExit("not even this ends the worker")

    with pytest.raises(SystemExit):
        queue.submit(fails).result(30)
    assert queue.submit(lambda: 7).result(30) == 7
    assert queue.counters.done == 2


def test_one_job_runs_at_a_time_whoever_submits():
    queue, together, most = WorkQueue(1000).start("test"), 0, 0

    def job():
        nonlocal together, most
        together += 1
        most = max(most, together)
        together -= 1
        return threading.current_thread().name

    futures = []
    threads = [threading.Thread(target=lambda: futures.extend(queue.submit(job) for _ in range(100))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {future.result(30) for future in futures} == {"test"} and most == 1 and len(futures) == 800


def test_a_queue_needs_room():
    with pytest.raises(ValueError, match="room for 0 jobs"):
        WorkQueue(0)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), st.floats(0, 10)),
        st.tuples(st.just("cancel"), st.integers(0, 30)),
        st.tuples(st.just("run"), st.floats(0, 5)),
        st.tuples(st.just("wait"), st.floats(0, 10)),
    ),
    max_size=60,
)


@settings(deadline=None, max_examples=150)
@given(most=st.integers(1, 4), steps=STEPS)
def test_whatever_happens_the_books_balance(most, steps):
    """Each job is in one place, begins in time or never, and every submission is counted once."""
    clock = Clock()
    queue, futures, begun, refused, takes = WorkQueue(most, clock), [], [], 0, 0.0

    def job(deadline):
        begun.append((clock.now, deadline))
        clock.now += takes

    for what, value in steps:
        if what == "submit":
            if queue.counters.waiting < most:
                futures.append(queue.submit(lambda deadline=clock.now + value: job(deadline), clock.now + value))
                continue
            refused += 1
            with pytest.raises(OverloadedError) as busy:
                queue.submit(int, clock.now + value)
            assert 1 <= busy.value.retry_after <= 60
        elif what == "cancel" and value < len(futures):
            futures[value].cancel()
        elif what == "run":
            takes = value
            queue.run_next(wait=False)
        elif what == "wait":
            clock.now += value
        now = queue.counters
        assert now.waiting <= most and now.running == 0 and now.refused == refused
        assert now.waiting + now.done + now.dropped == len(futures)
    assert all(start <= deadline for start, deadline in begun) and len(begun) == queue.counters.done
    while queue.run_next(wait=False):
        pass
    assert all(future.done() for future in futures) and queue.counters.waiting == 0
