"""The contact sheet and the report."""

import base64
import dataclasses
import html.parser
import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from influencer_style.evaluation.likeness_trial import likeness_section, try_guard
from influencer_style.evaluation.scorecard import assemble_scorecard
from influencer_style.evaluation.scoring import score_cases
from influencer_style.metrics.intervals import Bootstrap, Interval
from influencer_style.reports.contact_sheet import MOST_WIDTH, draw_contact_sheet
from influencer_style.reports.figures import training_curves
from influencer_style.reports.report import _extremes, write_report
from influencer_style.reports.tables import further_tables, main_table


def many_looks(cases, count):
    names = [f"look-{i} with a name that goes on and on and on" for i in range(count)]

    def spread(by_look):
        return dict.fromkeys(names, by_look["warm"]) if by_look else {}

    fields = ("results", "truth", "oracle", "creators", "examples", "held_out")
    return dataclasses.replace(cases, looks=names, **{field: spread(getattr(cases, field)) for field in fields})


def test_the_sheet_has_a_row_for_each_person_and_columns_for_each_look(cases):
    few, all_ = draw_contact_sheet(cases, people=2), draw_contact_sheet(cases, people=8)
    assert few.width == all_.width and all_.height - few.height == 6 * (48 + 8)
    picture = np.asarray(all_).reshape(-1, 3)
    # Every input is there, pixel by pixel.
    found = {tuple(c) for c in picture}
    assert all(tuple(c) in found for c in cases.inputs[:8, 20, 20])
    without = draw_contact_sheet(dataclasses.replace(cases, truth={}, oracle={}))
    assert all_.width - without.width == 2 * (48 + 8)


@pytest.mark.parametrize("count", [1, 6, 17])
def test_the_sheet_never_grows_too_wide(cases, count):
    big = np.zeros((1, 256, 256, 3), np.uint8)
    looks = many_looks(dataclasses.replace(cases, inputs=big), count)
    looks = dataclasses.replace(looks, results=dict.fromkeys(looks.looks, big), truth=dict.fromkeys(looks.looks, big))
    sheet = draw_contact_sheet(looks)
    assert 400 < sheet.width <= MOST_WIDTH


class _Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module", params=["truth", "folder"])
def page(request, evidence, cases, judges, encoder, looks, about):
    if request.param == "truth":
        return write_report(evidence, people=2)
    unknown, draws = dataclasses.replace(cases, truth={}, oracle={}, regions={}), Bootstrap(200)
    scores = score_cases(unknown, judges)
    card = assemble_scorecard(scores, unknown, encoder, looks, about.model_copy(update={"source": "folder"}), draws)
    trial = try_guard(unknown, looks, {judges.identity.sha256: judges.identity}.get)
    card = card.model_copy(update={"likeness": likeness_section(trial, draws)})
    found = {"cases": unknown, "scores": scores, "scorecard": card, "likeness": trial}
    return write_report(dataclasses.replace(evidence, **found), people=2)


def test_the_report_needs_nothing_from_elsewhere(page):
    reader = _Reader()
    reader.feed(page)
    assert reader.links and all(link.startswith("data:image/") for link in reader.links)
    assert not {"script", "link", "iframe", "object"} & set(reader.tags)
    assert "http" not in page and "url(" not in page


def test_the_report_escapes_what_comes_from_outside(page):
    assert "<script" not in page and "<i>Somebody" not in page and "<truncated>" not in page
    reader = _Reader()
    reader.feed(page)
    assert "Warm/<script>x.jpg" in reader.text and "a <truncated> JPEG" in reader.text
    assert "# A <card>\n\n- 450 random looks\n" in reader.text


def test_the_report_tells_what_was_left_out_and_shows_people(page, evidence):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "no face found" in text and "users/faceless.jpg" in text
    assert "scope: train, transfer" in text
    assert "below 0.40 the judge sees two different people" in text
    assert "generator" in text and "population transport" in text and "Limits" in text
    rows = page.count('class="case"')
    results = len(evidence.cases.inputs) * len(evidence.cases.looks)
    # two people in each of two looks, then the best and the worst, of either at most half of all, and the four nearest
    assert rows == 2 * 2 + 2 * min(4, results // 2) + 4


def test_the_report_shows_what_the_likeness_guard_says(page, evidence):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Above 34% it warns" in text and "100% the creator" in text and "of the way" in text
    assert "how far results and blends have become the creator" in page
    assert "The judge is a judge of shapes." in text and "It sees heads rather than faces" in text
    nothing = dataclasses.replace(evidence, likeness=evidence.likeness.iloc[:0])
    assert "this model keeps no face of its creators" in write_report(nothing, people=1)


def test_the_report_tells_which_generator_was_kept_and_why(page):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "The generator kept is the base: people&#39;s &lt;b&gt;shapes&lt;/b&gt; are lost" in text
    assert "5 of aurora, 500 of noir" in text
    assert "adapted, against the base +0.500 (+0.400 to +0.600) +0.020 (+0.010 to +0.030) too few photos" in text


def test_the_best_and_the_worst_take_the_looks_in_turn(evidence):
    best, worst = _extremes(evidence, "do_nothing").values()
    own = evidence.scores[evidence.scores["method"] == "generator"].sort_values("delta_e")
    for group, order in ((best, own), (worst, own[::-1])):
        looks = [row.note.partition(":")[0] for row in group]
        assert looks[0] == order["look"].iloc[0] and set(looks[:2]) == set(own["look"])


def test_every_figure_says_what_it_is_where_columns_have_no_heads(page):
    cells = re.findall(
        r'<td class="number[^"]*"( data-name="[^"]+")?', page.split("<h2>The figures</h2>")[1].split("<h2>")[0]
    )
    assert cells and all(cells)


def test_the_main_figures_come_first_and_regions_are_folded_away(evidence):
    main, further = main_table(evidence.scorecard), further_tables(evidence.scorecard)
    assert [name for name, _ in main.columns][:4] == ["colour difference", "SSIM", "PSNR (dB)", "structure"]
    ((_, rows),) = main.blocks
    assert [row.method for row in rows][:2] == ["generator", "do nothing"]
    assert "neural style (3 people)" in [row.method for row in rows]
    regions, blind = further
    assert [name for name, _ in regions.columns] == ["skin", "lips", "eyes", "hair", "background"]
    assert [look for look, _ in blind.blocks] == ["cool", "warm"]
    page = write_report(evidence, people=1)
    assert page.index("<summary>Colour difference by region") > page.index("<h2>The figures")


def test_the_best_of_a_column_was_judged_on_everybody(evidence):
    card = evidence.scorecard.model_copy(deep=True)
    card.transfer["neural_style"]["delta_e"] = Interval(0.0, 0.0, 0.0, 3)
    ((_, rows),) = main_table(card).blocks
    assert [row.method for row in rows if row.cells[0].best] == ["generator"]


def test_a_history_without_losses_is_refused():
    with pytest.raises(ValueError, match="step and a loss"):
        training_curves(pd.DataFrame({"step": [1], "seconds": [0.1]}))


def test_close_ups_are_shown_pixel_for_pixel(evidence):
    section = write_report(evidence, people=1).split("<h2>At full size</h2>")[1].split("<h2>")[0]
    found = re.findall(r'<img src="data:image/png;base64,([^"]+)" width="(\d+)" height="(\d+)"', section)
    wanted = [picture for photo in evidence.full_size for one in photo.close_ups for picture in (one.before, one.after)]
    for (data, width, height), pixels in zip(found, wanted, strict=True):
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), pixels)
        assert (int(height), int(width)) == pixels.shape[:2]
    assert "2.0 of 255 across the square's edge, and 3.0" in " ".join(section.split())
    assert "warm, on a photo of 96 x 80 px" in section and section.count("there can be no seam") == 1
    without = write_report(dataclasses.replace(evidence, full_size=[]), people=1)
    assert "None of the test users' photos could be shown" in without
