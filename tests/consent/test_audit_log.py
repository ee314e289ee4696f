import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influencer_style.consent import audit_log
from influencer_style.consent.audit_check import verify
from influencer_style.consent.audit_log import HEAD_FILE, LOG_FILE, AuditLog, rows_of
from influencer_style.consent.audit_row import GENESIS, AuditError, Head


@pytest.fixture
def log(tmp_path):
    return AuditLog(tmp_path / "ledger" / LOG_FILE)


@pytest.fixture
def six(log):
    for number in range(6):
        log.append("decision", stage="ingestion", creator=f"creator-{number}", decision="allowed", reason="")
    return log


def raw_lines(log):
    return log.path.read_bytes().splitlines(keepends=True)


def put(log, lines):
    log.path.write_bytes(b"".join(lines))


def problems(log, **noted):
    return [str(problem) for problem in verify(log.path, **noted).problems]


def test_rows_are_chained_from_the_first_on(log):
    first = log.append("decision", stage="training", creator="ada", decision="refused", reason="expired")
    second = log.append("withdrawn", creator="ada", files=3)
    assert (first.n, first.previous, second.n, second.previous) == (1, GENESIS, 2, first.hash)
    assert list(rows_of(log.path)) == [first, second]
    assert log.head() == Head(2, second.hash) == Head.of(log.path.with_name(HEAD_FILE).read_text())
    found = verify(log.path)
    assert (found.rows, found.head, found.problems) == (2, log.head(), [])


def test_a_log_that_is_not_there_has_no_rows_and_cannot_be_verified(log):
    assert log.head() == Head()
    with pytest.raises(AuditError, match="there is no audit log at"):
        verify(log.path)


TAMPERED = {
    "changed": (
        lambda lines: [*lines[:2], lines[2].replace(b"allowed", b"refused"), *lines[3:]],
        ["line 3: row 3 was"],
    ),
    "with a space": (lambda lines: [*lines[:2], lines[2].replace(b",", b", ", 1), *lines[3:]], ["line 3: is no row"]),
    "removed": (lambda lines: lines[:2] + lines[4:], ["line 3: rows 3 to 4 are missing"]),
    "first removed": (lambda lines: lines[1:], ["line 1: rows 1 to 1 are missing"]),
    "twice": (lambda lines: lines[:3] + lines[2:], ["line 4: row 3 comes after row 3"]),
    "put in": (lambda lines: [*lines[:3], b'{"n": 4}\n', *lines[3:]], ["line 4: is no row"]),
    "reordered": (
        lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
        ["line 2: rows 2 to 2 are missing", "line 3: row 2 comes after row 3", "line 4: rows 3 to 3 are missing"],
    ),
    "cut off": (lambda lines: lines[:4], ["row 6, which audit.head names, is not in it"]),
    "emptied": (lambda lines: [], ["row 6, which audit.head names, is not in it"]),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_done_to_rows_is_seen_and_its_line_named(six, how):
    tamper, expected = TAMPERED[how]
    put(six, tamper(raw_lines(six)))
    found = problems(six)
    assert len(found) == len(expected)
    assert all(text.startswith(start) for text, start in zip(found, expected, strict=True)), found


def rewritten(line, previous, **changed):
    row = json.loads(line) | changed | {"previous": previous}
    del row["hash"]
    row["hash"] = hashlib.sha256(json.dumps(row, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
    return row, json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def test_a_row_replaced_with_its_hash_breaks_the_next_one(six):
    lines = raw_lines(six)
    lines[2] = rewritten(lines[2], json.loads(lines[2])["previous"], reason="as it never was")[1]
    put(six, lines)
    (found,) = problems(six)
    assert found.startswith("line 4: row 4 does not follow on the row before")


def test_a_log_written_anew_with_its_head_file_is_told_by_a_head_noted_elsewhere(six):
    noted, written, previous = six.head(), [], GENESIS
    for line in raw_lines(six):
        row, forged = rewritten(line, previous, decision="allowed by me")
        previous = row["hash"]
        written.append(forged)
    put(six, written)
    six.path.with_name(HEAD_FILE).write_text(f"{row['n']}:{row['hash']}\n")
    assert problems(six) == []  # the chain alone cannot tell
    (found,) = problems(six, noted=noted)
    assert found.startswith("row 6, which the head noted elsewhere names, is not in it")


def test_a_head_noted_earlier_is_still_found(six):
    noted = six.head()
    six.append("decision")
    assert problems(six, noted=noted) == []


@pytest.mark.parametrize("text", ["", "6", "6:abc", "-1:" + GENESIS, "6:" + GENESIS + "0", "x:" + GENESIS])
def test_what_is_no_head_is_refused(text):
    with pytest.raises(AuditError, match="is no head of an audit log"):
        Head.of(text)


def test_a_torn_last_row_is_cut_off_by_the_next_append_and_a_row_says_so(six):
    torn = raw_lines(six)[-1][:-40]
    with six.path.open("ab") as file:
        file.write(torn)
    found = verify(six.path)
    assert (found.rows, found.problems, found.unfinished) == (6, [], len(torn))
    assert six.append("decision", creator="ada").n == 8
    repaired = list(rows_of(six.path))[-2]
    assert (repaired.event, repaired.text("reason")) == (
        "repaired",
        f"{len(torn)} bytes of a row whose writer was killed were cut off",
    )
    assert problems(six) == []


def test_a_head_that_lags_behind_is_no_problem_and_what_was_left_of_it_goes(six):
    head = six.path.with_name(HEAD_FILE)
    before = head.read_text()
    six.append("decision")
    head.write_text(before)  # as if killed before it was replaced
    left = head.with_name(".audit.unfinished-0123abcd.head")
    left.write_text("half")
    os.utime(left, (1e9, 1e9))
    assert problems(six) == []
    assert six.append("decision").n == 8
    assert not left.exists()


@pytest.mark.parametrize("lost", [LOG_FILE, HEAD_FILE])
def test_nothing_is_added_where_that_would_hide_a_loss(six, lost):
    six.path.with_name(lost).unlink()
    with pytest.raises(AuditError, match=r"cannot be added to, because audit\.head .*influencer-style audit"):
        six.append("decision")


def test_nothing_is_added_after_a_damaged_row(six):
    lines = raw_lines(six)
    put(six, [*lines[:-1], lines[-1].replace(b"allowed", b"refused")])
    with pytest.raises(AuditError, match="damaged last row"):
        six.append("decision")


def test_a_head_file_that_is_missing_is_a_problem_but_for_the_first_row(log):
    log.append("decision")
    log.path.with_name(HEAD_FILE).unlink()
    assert problems(log) == []
    log.append("decision")
    log.path.with_name(HEAD_FILE).write_text("nonsense")
    assert problems(log) == ["audit.head is missing or damaged, so rows may have been cut off at the end"]


def test_a_full_disk_takes_nothing_away(six, monkeypatch):
    before = six.path.read_bytes()

    def half(file, data):
        return real(file, data[:20])

    real = os.write
    monkeypatch.setattr(audit_log.os, "write", half)
    with pytest.raises(AuditError, match=r"cannot be written \(No space left on device\).*make room"):
        six.append("decision")
    assert six.path.read_bytes() == before
    assert problems(six) == []


def test_a_folder_that_is_none_gives_an_error_with_a_remedy(tmp_path):
    (tmp_path / "ledger").write_text("a file")
    with pytest.raises(AuditError, match="nothing is decided without a record"):
        AuditLog(tmp_path / "ledger" / LOG_FILE).append("decision")


def test_facts_are_bounded_and_plain(log):
    assert len(log.append("decision", reason="x" * 5000).text("reason")) == 2003
    with pytest.raises(AuditError, match="too large"):
        log.append("decision", many=["x" * 1000] * 100)
    with pytest.raises(ValueError, match="keys that are not texts"):
        log.append("decision", facts={10: "a", 9: "b"})
    with pytest.raises(ValueError, match="the log itself writes n"):
        log.append("decision", n=3)
    with pytest.raises(ValueError, match="JSON compliant"):
        log.append("decision", share=float("nan"))
    assert problems(log) == []
    assert log.head().rows == 1


def test_a_file_that_is_no_log_is_read_in_bounded_pieces(log):
    log.path.parent.mkdir()
    log.path.write_bytes(b"[" * 300_000 + b"\n" + b"\x00\xff\n" * 2000)
    found = verify(log.path)
    assert len(found.problems) == 101  # and the head file that is missing
    with pytest.raises(AuditError, match="damaged last row"):
        log.append("decision")


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text(max_size=40), min_size=1, max_size=4),
    data=st.data(),
)
def test_every_changed_byte_is_seen(tmp_path_factory, texts, data):
    log = AuditLog(tmp_path_factory.mktemp("ledger") / LOG_FILE)
    for text in texts:
        log.append("decision", reason=text, creator=text)
    content = bytearray(log.path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    log.path.write_bytes(content)
    found = verify(log.path)
    assert found.problems


def add_rows(path, who, count):
    log = AuditLog(path)
    for number in range(count):
        log.append("decision", creator=who, number=number)


def test_processes_and_threads_may_add_at_the_same_time(log):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=add_rows, args=(log.path, f"process-{i}", 20)) for i in range(3)]
    workers += [threading.Thread(target=add_rows, args=(log.path, f"thread-{i}", 20)) for i in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    rows = list(rows_of(log.path))
    assert problems(log) == []
    assert sorted((row.facts["creator"], row.facts["number"]) for row in rows) == sorted(
        (f"{kind}-{i}", number) for kind in ("process", "thread") for i in range(3) for number in range(20)
    )


def test_a_writer_killed_at_any_moment_leaves_a_whole_log(log):
    code = (
        "import itertools, sys; from influencer_style.consent.audit_log import AuditLog\n"
        "log = AuditLog(sys.argv[1])\n"
        "for number in itertools.count():\n"
        "    log.append('decision', number=number); print(number, flush=True)"
    )
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", code, str(log.path)], stdout=subprocess.PIPE, text=True) as writer:
            for _ in range(7):
                told = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            told = max([told, *map(int, writer.stdout.read().split())])
        acknowledged = [row for row in rows_of(log.path) if row.event == "decision"]
        assert acknowledged[-1].facts["number"] >= told  # what was acknowledged is there
        assert problems(log) == []
        log.append("restarted")
    assert problems(log) == []
