"""Two books, reference by reference: every difference is named, and only an open movement explains one."""

from hypothesis import given
from hypothesis import strategies as st

from app.payments.reconciliation import Booked, Difference, compare_books

BOOKS = st.lists(
    st.builds(Booked, st.sampled_from(["att_1", "att_2", "att_3"]), st.integers(-50, 50)),
    max_size=6,
)


def test_equal_books_have_no_difference() -> None:
    book = [Booked("att_1", 500), Booked("att_2", 300)]
    assert compare_books(book, list(reversed(book)), {"att_2": [300]}) == []
    assert compare_books([], [], {}) == []


def test_what_one_book_lacks_counts_as_zero_there() -> None:
    found = compare_books([Booked("att_1", 500)], [Booked("att_2", 300)], {})
    assert found == [
        Difference("att_1", 500, 0, explained=False),
        Difference("att_2", 0, 300, explained=False),
    ]


def test_another_amount_is_a_difference() -> None:
    [found] = compare_books([Booked("att_1", 500)], [Booked("att_1", 499)], {})
    assert (found.ours_minor, found.theirs_minor, found.explained) == (500, 499, False)


def test_money_that_moved_outside_is_explained_while_the_movement_is_open() -> None:
    [found] = compare_books([], [Booked("att_1", 500)], {"att_1": [500]})
    assert found.explained


def test_money_that_only_we_know_of_is_never_explained() -> None:
    [found] = compare_books([Booked("att_1", 500)], [], {"att_1": [500]})
    assert not found.explained


def test_what_was_given_back_is_taken_off() -> None:
    ours = [Booked("att_1", 500), Booked("att_1", -200)]
    assert compare_books(ours, [Booked("att_1", 300)], {}) == []
    assert compare_books([Booked("att_1", 500), Booked("att_1", -500)], [], {}) == []


def test_a_refund_on_its_way_explains_that_they_have_less() -> None:
    ours, changes = [Booked("att_1", 500)], {"att_1": [-200, -100]}
    for theirs, explained in ((300, True), (400, True), (200, True), (350, False), (0, False)):
        [found] = compare_books(ours, [Booked("att_1", theirs)], changes)
        assert found.explained is explained


def test_another_amount_than_the_open_one_is_not_explained() -> None:
    [found] = compare_books([], [Booked("att_1", 499)], {"att_1": [500]})
    assert not found.explained


def test_every_difference_has_a_name() -> None:
    for ours, theirs, name in (
        (500, 0, "missing_in_their_book"),
        (0, 500, "missing_in_our_book"),
        (500, 499, "amounts_differ"),
    ):
        assert Difference("att_1", ours, theirs, explained=False).name == name


@given(
    BOOKS,
    BOOKS,
    st.dictionaries(
        st.sampled_from(["att_1", "att_2", "att_3"]), st.lists(st.integers(-50, 50), max_size=3)
    ),
)
def test_the_differences_are_all_that_tells_the_books_apart(
    ours: list[Booked], theirs: list[Booked], open_changes: dict[str, list[int]]
) -> None:
    found = compare_books(ours, theirs, open_changes)
    mended = theirs + [
        Booked(each.reference, each.ours_minor - each.theirs_minor) for each in found
    ]
    assert compare_books(ours, mended, open_changes) == []
    assert len({each.reference for each in found}) == len(found)
    assert all(each.reference in open_changes for each in found if each.explained)
