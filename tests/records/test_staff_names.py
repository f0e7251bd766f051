"""Names of staff are found in notes: with and without accents, titles and possessives."""

from __future__ import annotations

import pytest

from midcourse.records.actions.staff_names import find_names, staff_names_in
from tests.district.cast import Cast

STAFF = frozenset(
    {
        ("Marisol", "Núñez Prado"),
        ("Derek", "Okonjo"),
        ("Noor", "Whitlock-Amari"),
        ("Will", "Long"),
        ("Sean", "O'Hanlon"),
        ("Jo", "de la Cruz"),
    }
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Okonjo asked for reasons.", ("Okonjo",)),
        ("The class of ms. okonjo explained.", ("okonjo",)),
        ("OKONJO", ("OKONJO",)),
        ("We saw Nunez and Núñez.", ("Nunez", "Núñez")),
        ("Dr. Prado’s pupils", ("Prado’s",)),
        ("then Whitlock left; Amari stayed", ("Whitlock", "Amari")),
        ("with Whitlock-Amari", ("Whitlock-Amari",)),
        ("O’Hanlon's board", ("O’Hanlon's",)),
        ("the pupils asked Marisol why", ("Marisol",)),
        ("Sra. Marisol preguntó", ("Marisol",)),
        ("Cruz waited", ("Cruz",)),
        ("Okonjo, Okonjo and Okonjo", ("Okonjo",)),
        ("Will they explain? Will it hold.", ()),
        ("a long pause, then prado as a word", ()),
        ("La clase de lectura; de la lectura", ()),
        ("Four of six groups explained.", ()),
        ("", ()),
    ],
)
def test_names_are_found_as_they_stand(text: str, found: tuple[str, ...]) -> None:
    assert find_names(text, STAFF) == found


@pytest.mark.django_db
def test_the_schools_own_staff_are_looked_for(cast: Cast) -> None:
    text = "Okonjo and Lindqvist compared notes."
    assert staff_names_in(text, cast.north.schools[0]) == ("Okonjo",)
    assert staff_names_in(text, cast.north.schools[1]) == ("Lindqvist",)
    assert staff_names_in("  ", cast.north.schools[0]) == ()


@pytest.mark.parametrize("gap", ["\n", " ", "(", ".\n", "\n(", "\t \n"])
def test_the_time_grows_with_the_length_alone(gap: str) -> None:
    """A search back from each word took 49 s for 4,000 signs; this text of 200,000 would never end."""
    text = f"a{gap * 100_000}b{(gap + 'Okonjo') * 15_000}"
    assert find_names(text, frozenset({("Derek", "Okonjo")})) == ("Okonjo",)


@pytest.mark.parametrize(
    ("gap", "opens"),
    [(". ", True), ("\n", True), (": “", True), (". (¿ ", True), (", ", False), (" ", False), (" (", False)],
)
def test_a_sentence_opens_after_its_sign_or_a_new_line(gap: str, opens: bool) -> None:
    found = find_names(f"look{gap}Mark the page", frozenset({("Mark", "Okonjo")}))
    assert found == (() if opens else ("Mark",))
