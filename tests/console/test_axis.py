"""The time axis of a diagnosis."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.console.axis import MARGIN, MOST_TICKS, WIDTH, Moment, Stretch, draw_axis

START = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
LATER = START + timedelta(days=3)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def moment(minutes: float) -> Moment:
    return Moment(at(minutes), "attempt", f"at {minutes}")


def test_without_a_moment_there_is_no_picture() -> None:
    assert draw_axis([], [], LATER) is None


def test_moments_stand_in_their_order_from_left_to_right() -> None:
    axis = draw_axis([moment(30), moment(0), moment(10)], [], LATER)
    assert axis is not None
    assert [mark.moment.label for mark in axis.marks] == ["at 0", "at 10", "at 30"]
    assert [mark.x for mark in axis.marks] == sorted(mark.x for mark in axis.marks)


def test_two_at_once_stand_in_two_rows() -> None:
    axis = draw_axis([moment(0), moment(0)], [], LATER)
    assert axis is not None
    assert len({mark.y for mark in axis.marks}) == 2


def test_a_stretch_is_cut_to_what_is_shown_and_one_elsewhere_is_left_out() -> None:
    going_on = Stretch(at(-600), None, "since yesterday")
    elsewhere = Stretch(at(-600), at(-500), "long over")
    axis = draw_axis([moment(0), moment(30)], [going_on, elsewhere], LATER)
    assert axis is not None
    (band,) = axis.bands
    assert (band.stretch, band.x, band.width) == (going_on, MARGIN, WIDTH - 2 * MARGIN)


@given(
    st.lists(st.floats(0, 60 * 24 * 40), min_size=1, max_size=30),
    st.lists(st.tuples(st.floats(-1000, 60_000), st.floats(0, 5000) | st.none()), max_size=5),
)
def test_everything_lies_inside_the_picture_and_labels_hide_none(
    minutes: list[float], spans: list[tuple[float, float | None]]
) -> None:
    stretches = [
        Stretch(at(since), None if length is None else at(since + length), "x")
        for since, length in spans
    ]
    axis = draw_axis([moment(it) for it in minutes], stretches, at(70_000))
    assert axis is not None
    assert len(axis.marks) == len(minutes)
    assert all(MARGIN <= it.x <= WIDTH - MARGIN and it.y < axis.height for it in axis.marks)
    assert all(it.x >= MARGIN and it.x + it.width <= WIDTH for it in axis.bands)
    assert len(axis.ticks) <= MOST_TICKS + 1
